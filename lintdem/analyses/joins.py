"""Joins: what is known where several paths meet."""

from __future__ import annotations

from dataclasses import replace

from lintdem.analyses.domain import (
    Cases,
    Check,
    Claim,
    DictObj,
    Fact,
    Flow,
    HeapObject,
    Known,
    ListObj,
    Path,
    Value,
    any_of,
)  # fmt: skip


def merge(target: Flow, flows: list[Flow]) -> None:
    """Make `target` the join of the flows that reach one point; at least one."""
    if len(flows) == 1:
        target.become(flows[0])
        return
    names: dict[str, Value] = {}
    for name in dict.fromkeys(n for f in flows for n in f.scope.names):
        there = [f for f in flows if name in f.scope.names]
        values = [f.scope.names[name] for f in there]
        first = values[0]
        same = all(v is first or v == first for v in values[1:])
        names[name] = first if same else _told_apart(values, there) or any_of(values)
    heap: dict[int, HeapObject] = dict(flows[0].heap)
    for flow in flows[1:]:
        for key, obj in flow.heap.items():
            mine = heap.get(key)
            if mine is not obj:
                heap[key] = obj if mine is None else _merge_objects(mine, obj)
    must = common([f.must for f in flows])
    may = frozenset.union(*(f.may for f in flows))
    if names != target.scope.names:
        target.scope.names.clear()
        target.scope.names.update(names)
    target.heap, target.must, target.may = heap, must, may


def _told_apart(values: list[Value], flows: list[Flow]) -> Value | None:
    """A word or flag that says how old the event is: `state = "old"` on the path where it is. Each of its values keeps
    how the comparison came out, for whoever asks the word later."""
    compared = [aged(f.must) for f in flows]
    tells = len(set(compared)) > 1 or any(aged(must) for v in values if isinstance(v, Cases) for _, must, _ in v.cases)
    if not tells or not all(isinstance(v, (Known, Cases)) for v in values):
        return None
    cases: dict[Value, tuple[frozenset[Fact], frozenset[Fact]]] = {}
    for value, ages in zip(values, compared, strict=True):
        for one, must, may in value.cases if isinstance(value, Cases) else ((value, frozenset[Fact](), frozenset[Fact]()),):
            before = cases.get(one)
            held = must | ages if before is None else before[0] & (must | ages)
            cases[one] = (held, may if before is None else before[1] | may)
    return Cases(tuple((value, must, may) for value, (must, may) in cases.items())) if len(cases) > 1 else None


def common(paths: list[frozenset[Fact]]) -> frozenset[Fact]:
    """What holds on every path. When each path has a sound claim of its own, one of them holds in any case."""
    shared = frozenset.intersection(*paths)
    own = [[c for c in must - shared if isinstance(c, Claim) and not c.useless] for must in paths]
    if all(own):
        shared |= {min((c for claims in own for c in claims), key=lambda c: (c.place, c.kind))}
    return shared | compared_if_there(paths)


def compared_if_there(paths: list[frozenset[Fact]]) -> frozenset[Fact]:
    """An age that is compared on every path on which there is something to compare it with."""
    there = [m for m in paths if not any(isinstance(c, Check) and c.kind in ("absent", "undated") for c in m)]
    if not there or len(there) == len(paths):
        return frozenset()
    return frozenset.intersection(*(aged(must) for must in there))


def aged(facts: frozenset[Fact]) -> frozenset[Fact]:
    """The comparisons of an event's age, version or order among facts."""
    return frozenset(f for f in facts if isinstance(f, Check) and f.kind == "fresh")


def _held(obj: DictObj, key: object) -> list[Value]:
    """What a dict has under a key, its own or that of the part of the event it was copied from."""
    if key in obj.entries:
        return [obj.entries[key]]
    return [replace(one, steps=(*one.steps, key)) for one in obj.spread if isinstance(one, Path) and isinstance(key, str)]


def _merge_objects(left: HeapObject, right: HeapObject) -> HeapObject:
    if isinstance(left, ListObj) and isinstance(right, ListObj):
        items = tuple(dict.fromkeys((*left.items, *right.items)))
        aged = left.aged & right.aged if left.items and right.items else left.aged | right.aged
        return replace(left, items=items, open=left.open or right.open or left.items != right.items, aged=aged)
    if isinstance(left, DictObj) and isinstance(right, DictObj):
        entries: dict[object, Value] = {}
        for key in dict.fromkeys((*left.entries, *right.entries)):
            entries[key] = any_of([value for obj in (left, right) for value in _held(obj, key)])
        rest = tuple(dict.fromkeys((*left.rest, *right.rest)))
        return DictObj(entries, rest, tuple(dict.fromkeys((*left.spread, *right.spread))))
    if isinstance(left, (ListObj, DictObj)) or isinstance(right, (ListObj, DictObj)):
        return right
    attrs = {k: any_of([o.attrs[k] for o in (left, right) if k in o.attrs]) for k in {**left.attrs, **right.attrs}}
    return replace(left, attrs=attrs)
