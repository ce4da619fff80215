"""Collections of MongoDB that a run clears before it fills them: the next run clears what this one has put there."""

from __future__ import annotations

from lintdem.interpreter.domain import Derived, Value
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.machine import Args, Machine
from lintdem.interpreter.values import NONE, known


def note_cleared(m: Machine, short: str, args: Args, table: Value, flow: Flow) -> None:
    """Remember what `drop` and `delete_many` take away: all documents, or those with these values."""
    if short == "drop":
        m.cleared.add(Derived("cleared", (table,)))
    if short == "delete_many":
        found = m.dict_entries(flow, args.get(0, "filter") or NONE)
        if found is not None and all(isinstance(name, str) for name in found.entries):
            m.cleared.add(Derived("cleared", (table, *(_entry(str(n), v) for n, v in found.entries.items()))))


def is_refilled(m: Machine, table: Value, document: dict[str, Value]) -> bool:
    """Whether documents like this one were taken away before it is put there."""
    held = {_entry(name, value) for name, value in document.items()}
    marks = (one for one in m.cleared if isinstance(one, Derived) and one.op == "cleared" and one.parts[0] == table)
    return any(set(mark.parts[1:]) <= held for mark in marks)


def _entry(name: str, value: Value) -> Value:
    return Derived("entry", (known(name), value))
