"""Joins: what is known where several paths meet."""

from __future__ import annotations

from dataclasses import replace

from lintdem.analyses.domain import Claim, DictObj, Fact, Flow, HeapObject, ListObj, Value, any_of


def merge(target: Flow, flows: list[Flow]) -> None:
    """Make `target` the join of the flows that reach one point; at least one."""
    if len(flows) == 1:
        target.become(flows[0])
        return
    names: dict[str, Value] = {}
    for name in dict.fromkeys(n for f in flows for n in f.scope.names):
        values = [f.scope.names[name] for f in flows if name in f.scope.names]
        first = values[0]
        names[name] = first if all(v is first or v == first for v in values[1:]) else any_of(values)
    heap: dict[int, HeapObject] = dict(flows[0].heap)
    for flow in flows[1:]:
        for key, obj in flow.heap.items():
            mine = heap.get(key)
            if mine is not obj:
                heap[key] = obj if mine is None else _merge_objects(mine, obj)
    must = _common(flows)
    may = frozenset.union(*(f.may for f in flows))
    if names != target.scope.names:
        target.scope.names.clear()
        target.scope.names.update(names)
    target.heap, target.must, target.may = heap, must, may


def _common(flows: list[Flow]) -> frozenset[Fact]:
    """What holds on every path. When each path has a sound claim of its own, one of them holds in any case."""
    common = frozenset.intersection(*(f.must for f in flows))
    own = [[c for c in f.must - common if isinstance(c, Claim) and not c.useless] for f in flows]
    if all(own):
        common |= {min((c for claims in own for c in claims), key=lambda c: (c.place, c.kind))}
    return common


def _merge_objects(left: HeapObject, right: HeapObject) -> HeapObject:
    if isinstance(left, ListObj) and isinstance(right, ListObj):
        items = tuple(dict.fromkeys((*left.items, *right.items)))
        return replace(left, items=items, open=left.open or right.open or left.items != right.items)
    if isinstance(left, DictObj) and isinstance(right, DictObj):
        entries: dict[object, Value] = {}
        for key in dict.fromkeys((*left.entries, *right.entries)):
            both = [o.entries[key] for o in (left, right) if key in o.entries]
            entries[key] = any_of(both)
        rest = tuple(dict.fromkeys((*left.rest, *right.rest)))
        return DictObj(entries, rest, tuple(dict.fromkeys((*left.spread, *right.spread))))
    if isinstance(left, (ListObj, DictObj)) or isinstance(right, (ListObj, DictObj)):
        return right
    attrs = {k: any_of([o.attrs[k] for o in (left, right) if k in o.attrs]) for k in {**left.attrs, **right.attrs}}
    return replace(left, attrs=attrs)
