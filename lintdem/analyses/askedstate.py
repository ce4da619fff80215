"""A stored state that is asked on the way to a call, of which no write is seen that makes it another for the next run."""

from __future__ import annotations

import re

from lintdem.interpreter.domain import Check, Path
from lintdem.interpreter.trace import Effect
from lintdem.model.span import Place
from lintdem.regexes import late

_PROGRESS = late(r"status|(^|_|[a-z])[Ss]tate$|phase|stage|processed|sent|done|complete|notified", re.IGNORECASE)
"""What fields are called that say how far something has come."""
_ANSWERS = frozenset({"status_code", "statusCode", "StatusCode", "status", "HTTPStatusCode"})
"""What says how a call went: a field of that name is one only below others."""


def asked_state(effect: Effect) -> tuple[str, Place] | None:
    """The field that says how far something has come, and where it is tested before a call."""
    for fact in sorted((f for f in effect.must if isinstance(f, Check) and f.kind == "state"), key=lambda f: f.place):
        subject = fact.subject
        steps = subject.steps if isinstance(subject, Path) and subject.root == "result" else ()
        if steps and _PROGRESS.search(steps[-1]) and (len(steps) > 1 or steps[-1] not in _ANSWERS):
            return steps[-1], fact.place
    return None
