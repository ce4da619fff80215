"""Calls that note or claim the work, which is done all the same when they fail: then nothing is lost but the note."""

from __future__ import annotations

from lintdem.analyses.guards import same_store
from lintdem.analyses.switches import touches
from lintdem.interpreter.domain import Caught, Check, Failed, Path
from lintdem.interpreter.dynamodb.itemwrites import key_attributes
from lintdem.interpreter.engine import Run
from lintdem.interpreter.trace import Effect, Invocation, Swallowed


def is_marker(effect: Effect, one: Swallowed, work: list[Effect], run: Run) -> bool:
    """Whether a call only notes that the work is done, and what hangs on the same look at the note is done without it."""
    if effect.call.write is None or one.ends not in ((), ("falls",)):
        return False
    looks = {f for f in effect.must if isinstance(f, Check) and f.kind in ("absent", "state") and _is_noted(f, effect, run)}
    rest = (e for e in work if Caught(one.place) in e.may and one.block not in e.caught)
    return bool(looks) and any(not looks.isdisjoint(e.must) for e in rest)


def _is_noted(check: Check, effect: Effect, run: Run) -> bool:
    """Whether the next run that looks finds what a call has noted: the row, or the word in it."""
    read = run.sites.get(check.subject.place) if isinstance(check.subject, Path) and check.subject.place is not None else None
    if read is None or not same_store(read, effect) or _is_apart(read, effect):
        return False
    return check.kind == "absent" or touches(check, effect, read)


def _is_apart(read: Invocation, effect: Effect) -> bool:
    """Whether a write names another item of the table than the one that was looked for."""
    named = dict(key_attributes(effect.call.write)) if effect.call.write is not None else {}
    asked = {name.removeprefix("Key."): value for name, value in read.args if name.startswith("Key.")}
    return any(named[name] != value for name, value in asked.items() if name in named)


def is_passed_over(effect: Effect, work: list[Effect]) -> bool:
    """Whether a call claims the work, and the work is done all the same when that fails: nothing is lost, the claim is
    no guard, which is a fault of its own."""
    behind = (e for e in work if e.place != effect.place)
    return any(isinstance(f, Failed) and f.claim.place == effect.place for e in behind for f in e.may)
