"""Guards of Powertools that an environment variable turns off."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from lintdem.analyses.subjects import Subject
from lintdem.interpreter.deployed import own_function
from lintdem.interpreter.domain import Known
from lintdem.interpreter.engine import Run
from lintdem.interpreter.trace import Claimed, Configured
from lintdem.model.function import Assign, Function, Stmt
from lintdem.model.span import Place
from lintdem.program import Program

SWITCH = "POWERTOOLS_IDEMPOTENCY_DISABLED"
"""https://docs.aws.amazon.com/powertools/python/latest/utilities/idempotency/#disabling-the-idempotency-utility"""
_TRUE = frozenset({"1", "y", "yes", "t", "true", "on"})
"""What `strtobool` of Powertools takes for true."""


class Disabled(msgspec.Struct, frozen=True):
    """A guard that does nothing, and the property or assignment that says so; `written` is its value."""

    run: Run
    subject: Subject
    guard: Claimed
    place: Place
    written: str
    in_code: bool


def disabled(run: Run, subject: Subject, program: Program) -> Iterator[Disabled]:
    """What turns the guards of one run off."""
    guard = next((e for e in run.events if isinstance(e, Claimed) and e.claim.kind.startswith("Powertools")), None)
    if guard is None:
        return
    function = own_function(run.handler, program)
    for name, value in function.environment if function is not None else ():
        if name == SWITCH and value.kind == "text" and value.text.lower() in _TRUE:
            yield Disabled(run, subject, guard, value.place, value.text, False)
    for event in (*run.imported, *run.events):
        if not isinstance(event, Configured) or event.name != SWITCH or not isinstance(event.value, Known):
            continue
        written = str(event.value.value)
        if written.lower() in _TRUE and _is_always(event.place, program):
            yield Disabled(run, subject, guard, event.place, written, True)


def _is_always(place: Place, program: Program) -> bool:
    """Whether the assignment stands under no condition, so that it holds in production too."""
    module = program.modules.get(place.path)
    return module is not None and _holds(module.body, place)


def _holds(body: tuple[Stmt, ...], place: Place) -> bool:
    return any(
        (isinstance(s, Assign) and s.span.line == place.span.line)
        or (isinstance(s, Function) and _holds(s.body, place))
        for s in body
    )
