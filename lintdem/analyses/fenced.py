"""Tests that are not atomic by themselves, behind which the record is moved on only if nobody has changed it meanwhile."""

from __future__ import annotations

from lintdem.analyses.guards import Answer, Cover, Fault, looked_at
from lintdem.interpreter.altering import replace
from lintdem.interpreter.domain import Check, Done, Failed, Path
from lintdem.interpreter.engine import Run
from lintdem.interpreter.trace import Effect
from lintdem.interpreter.values import leaves


def fenced(found: Cover, effect: Effect, run: Run) -> Cover:
    """The same, or that of two runs which pass a test together one is refused: what was tested is written before the effect under
    the condition that the version, or the word, is still the one that was read, and whoever fails leaves."""
    if found.fault is not Fault.CHECK:
        return found
    checks = (f for f in effect.must if isinstance(f, Check) and f.kind in ("state", "changed"))
    reads = {read.place for check in checks if (read := looked_at(check)) is not None and read.place is not None}
    for event in run.events:
        if not isinstance(event, Effect) or event.place == effect.place or Done(event.place, event.call.name) not in effect.may:
            continue
        write = event.call.write
        if write is None or write.claim is None:
            continue
        refused = Failed(write.claim) in effect.may
        compared = (leaf for value in write.compares for leaf in leaves(value))
        if not refused and any(isinstance(leaf, Path) and leaf.place in reads for leaf in compared):
            return replace(found, answer=Answer.YES, fault=Fault.NONE, claim=None, key=None)
    return found
