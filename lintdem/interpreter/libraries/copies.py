"""Copies of dicts, lists and objects: what is known of the original is known of the copy."""

from __future__ import annotations

from lintdem.interpreter.altering import replace
from lintdem.interpreter.domain import AnyOf, Cases, Derived, DictObj, Instance, Known, ListObj, Value
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.joins import merge_objects
from lintdem.interpreter.machine import Machine
from lintdem.interpreter.values import any_of, members

COPIES = frozenset({"copy.copy", "copy.deepcopy"})
DEPTH = 4


def copied(m: Machine, value: Value, flow: Flow, depth: int = DEPTH) -> Value:
    """A copy of its own, down to a depth: what is changed in it is not changed in the original."""
    if isinstance(value, (AnyOf, Cases)):
        return any_of([copied(m, one, flow, depth) for one in members(value)])
    found = m.get(flow, value) if depth else None
    if isinstance(found, DictObj):
        entries = {k: copied(m, v, flow, depth - 1) for k, v in found.entries.items()}
        rest = tuple((k, copied(m, v, flow, depth - 1)) for k, v in found.rest)
        return m.new(flow, replace(found, entries=entries, rest=rest))
    if isinstance(found, ListObj):
        return m.new(flow, replace(found, items=tuple(copied(m, v, flow, depth - 1) for v in found.items)))
    if isinstance(found, Instance):
        attrs = {k: copied(m, v, flow, depth - 1) for k, v in found.attrs.items()}
        return m.new(flow, replace(found, attrs=attrs))
    return value


def one_dict(m: Machine, value: Value, flow: Flow) -> DictObj | None:
    """The dict behind a value, or behind each of several: a part of the event that got another entry on one of two ways
    has that entry, or its own. None when none of them was written out."""
    found = [(one, m.dict_entries(flow, one)) for one in members(value)]
    if all(held is None for _, held in found):
        return None
    dicts = [held if held is not None else DictObj({}, spread=(one,)) for one, held in found]
    merged = dicts[0]
    for other in dicts[1:]:
        both = merge_objects(merged, other)
        assert isinstance(both, DictObj)
        merged = both
    return merged


def from_pairs(m: Machine, value: Value, flow: Flow) -> DictObj | None:
    """The dict that pairs of keys and values make, such as those of `items()`; None when they are no pairs."""
    listed = m.elements(flow, value)
    if listed is None or not listed.items:
        return None
    entries: dict[object, Value] = {}
    rest: list[tuple[Value, Value]] = []
    spread: list[Value] = []
    for item in listed.items:
        pair = m.elements(flow, item)
        if pair is None or pair.kind != "tuple" or pair.open or len(pair.items) != 2:
            return None
        key, held = pair.items
        if isinstance(key, Known) and not isinstance(key.value, (bytes, float)):
            entries[key.value] = held
        elif isinstance(key, Derived) and key.op == "key" and len(key.parts) == 1:
            spread.append(key.parts[0])
        else:
            rest.append((key, held))
    return DictObj(entries, tuple(rest), tuple(spread))
