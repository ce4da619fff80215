"""Work that is never begun, because what it needs could not be read and the failure ends before it."""

from __future__ import annotations

from collections.abc import Sequence

from lintdem.analyses.carried import STORES, carries_event, is_from_event
from lintdem.interpreter.domain import Caught, Check, Path
from lintdem.interpreter.engine import Run
from lintdem.interpreter.libraries.requests import only_asks
from lintdem.interpreter.trace import Asked, Effect, Swallowed
from lintdem.interpreter.values import leaves
from lintdem.interpreter.written import changes
from lintdem.model.span import Place

FALLS = ("falls",)
"""How a clause ends that lets the function go on behind its `try`."""

SILENT_HTTP = frozenset({"requests", "httpx", "urllib3"})
"""HTTP libraries that do not raise when the answer is an error."""


def unread_before(one: Swallowed, effects: Sequence[Effect], work: Sequence[Effect], run: Run) -> tuple[Effect | Asked, ...]:
    """The reads of what the event names whose failure ends the function, or leaves `None` for the row, so that the `work`
    behind the `try` is never begun."""
    falls = one.ends == FALLS
    if not (falls or one.ends == ("returns",)) or any(one.block in e.caught for e in effects):
        return ()
    mark, places = Caught(one.place), {error.place for error in one.errors}
    undone = (e for e in work if (falls or mark not in e.may) and e.stack[: len(one.stack)] == one.stack and _is_after(e, one))
    if not any(carries_event(e, run) for e in undone):
        return ()
    if falls and not (changes(one.body) and all(_hangs_on(e, places) for e in effects if mark in e.may)):
        return ()  # Something is done all the same.
    # A function that is called very often is not run each time: where its failures end says where it is asked.
    reads = (e for e in run.events if e.place in places and (isinstance(e, Asked) or (isinstance(e, Effect) and only_asks(e))))
    # Whether something is there may be asked by a call that fails where it is not.
    plain = (e for e in reads if e.call.service in {*STORES, *SILENT_HTTP, "mongo"} and not e.call.method.startswith("head"))
    return tuple({e.place: e for e in plain if any(is_from_event(v, run, 2) for _, v in e.call.args)}.values())


def _hangs_on(effect: Effect, reads: set[Place]) -> bool:
    """Whether a call is made only where what one of these has read says something."""
    checks = (f.subject for f in effect.must if isinstance(f, Check) and f.kind in ("state", "found"))
    return any(leaf.place in reads for subject in checks for leaf in leaves(subject) if isinstance(leaf, Path))


def _is_after(effect: Effect, one: Swallowed) -> bool:
    """Whether a call is made, or leads on, behind a `try` in the function of its `except`."""
    place = effect.stack[len(one.stack)].place if len(effect.stack) > len(one.stack) else effect.place
    return place.path == one.place.path and place.span.line > one.place.span.line
