"""Values that a write puts where they stand already: a test on the way has told so."""

from __future__ import annotations

from lintdem.analyses.guards import same_store
from lintdem.interpreter.altering import replace
from lintdem.interpreter.domain import Check, Derived, Path, Value
from lintdem.interpreter.engine import Run
from lintdem.interpreter.sameness import SAME
from lintdem.interpreter.trace import Effect


def unsettled(effect: Effect, run: Run) -> Effect:
    """An update without the attributes of which the way has found that they are what is written: a late event that gets there
    changes nothing of them."""
    write = effect.call.write
    settled = [fact.subject.parts for fact in effect.must if _is_same(fact)] if write is not None else []  # type: ignore[union-attr]
    if write is None or write.kind != "update" or not settled:
        return effect
    left = tuple((name, value) for name, value in write.values if not _is_settled(name, value, settled, effect, run))
    return effect if left == write.values else replace(effect, call=replace(effect.call, write=replace(write, values=left)))


def _is_same(fact: object) -> bool:
    return isinstance(fact, Check) and fact.kind == SAME and isinstance(fact.subject, Derived)


def _is_settled(name: str, value: Value, settled: list[tuple[Value, ...]], effect: Effect, run: Run) -> bool:
    for stored, told in settled:
        if told != value or not isinstance(stored, Path) or stored.place is None or name not in stored.steps[-2:]:
            continue
        read = run.sites.get(stored.place)
        if read is not None and same_store(read, effect):
            return True
    return False
