"""What a handler keeps for a while, to know it the next time."""

from __future__ import annotations

import re

from lintdem.analyses.guards import same_store
from lintdem.interpreter.domain import Fresh, Value
from lintdem.interpreter.engine import Run
from lintdem.interpreter.trace import Asked, Effect
from lintdem.interpreter.values import leaves
from lintdem.regexes import late

EXPIRY = late(r"(ttl|time_?to_?live|expir|valid_?(until|to)|delete_?(at|after))", re.IGNORECASE)
"""Attributes that say when a record is over."""


def is_memory(effect: Effect, run: Run) -> bool:
    """Whether a write keeps for a while what the handler itself asks for before: what it has seen, or how often."""
    write = effect.call.write
    ends = write is not None and any(EXPIRY.search(name) and _is_later(value) for name, value in write.values)
    return ends and any(isinstance(e, Asked) and same_store(e.call, effect) for e in run.events)


def _is_later(value: Value) -> bool:
    return any(isinstance(leaf, Fresh) and leaf.kind == "clock" for leaf in leaves(value))
