"""Joins: what is known where several paths meet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, compress
from operator import is_not
from typing import Any

from lintdem.interpreter.altering import replace
from lintdem.interpreter.domain import (
    EMPTY,
    AnyOf,
    Cases,
    Check,
    Claim,
    Derived,
    DictObj,
    Error,
    Fact,
    Failed,
    Func,
    HeapObject,
    Instance,
    Known,
    ListObj,
    Path,
    RuledOut,
    Tried,
    Unknown,
    Value,
)
from lintdem.interpreter.flow import Flow, ruled_out
from lintdem.interpreter.lineage import find_in_class
from lintdem.interpreter.machine import Raised
from lintdem.interpreter.ordering import claims_in_order, in_order
from lintdem.interpreter.values import any_of, members

MOST = 8
"""So many values that a name may have keep what is known of each."""


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
        names[name] = first if same else _joined(values, there)
    heap: dict[int, HeapObject] = dict(flows[0].heap)
    apart: dict[int, None] = {}
    for flow in flows[1:]:
        for key in differing(flow.heap, heap):
            mine, obj = heap.get(key), flow.heap[key]
            heap[key] = obj if mine is None else merge_objects(mine, obj)
            apart[key] = None
    for key in apart:
        merged = heap[key]
        if isinstance(merged, (Instance, DictObj)):
            heap[key] = _with_flags(merged, [(f.heap.get(key), f) for f in flows])
    must = common([f.must for f in flows])
    may = frozenset.union(*(f.may for f in flows))
    if names != target.scope.names:
        target.scope.names.clear()
        target.scope.names.update(names)
    target.heap, target.must, target.may = heap, must, may


def differing(one: dict[int, HeapObject], other: dict[int, HeapObject]) -> Iterator[int]:
    """The keys under which the first has another object than the second. Most of two large heaps is the same, and is passed over
    without a step of Python for each object."""
    return compress(one, map(is_not, one.values(), map(other.get, one)))


def _joined(values: list[Value], flows: list[Flow]) -> Value:
    """One of several values. A flag keeps what led to each of its values: `needed = True` where nothing was found."""
    if not all(_is_flag(v) for v in values):
        return _told_apart(values, flows) or any_of(values)
    return by_cases([(v, _telling(f.must), _failed(f.may)) for v, f in zip(values, flows, strict=True)])


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


def _is_flag(value: Value) -> bool:
    if isinstance(value, (AnyOf, Cases)):
        return all(map(_is_flag, members(value)))
    return isinstance(value, Known) and value.type in ("bool", "NoneType")


def _telling(must: frozenset[Fact]) -> frozenset[Fact]:
    return frozenset(f for f in must if isinstance(f, (Claim, Check, Tried)))


def _failed(may: frozenset[Fact]) -> frozenset[Fact]:
    return frozenset(f for f in may if isinstance(f, Failed))


def by_cases(ways: list[tuple[Value, frozenset[Fact], frozenset[Fact]]]) -> Value:
    """One of several values; with cases when facts differ between them."""
    found: dict[Value, list[tuple[frozenset[Fact], frozenset[Fact]]]] = {}
    for value, must, may in ways:
        inner = value.cases if isinstance(value, Cases) else ((value, EMPTY, EMPTY),)
        if isinstance(value, AnyOf) and _is_flag(value):
            inner = tuple((one, EMPTY, EMPTY) for one in value.values)
        # A value that has cases tells by itself which of them a failure led to.
        beside = may - _failed(EMPTY.union(*(own for _, _, own in inner)))
        for one, own_must, own_may in inner:
            found.setdefault(one, []).append((own_must | must, own_may | (beside - _settled(own_must))))
    if len(found) == 1:
        return next(iter(found))
    grouped = {
        value: (alike([must for must, _ in facts]) | _ruled_out(facts), frozenset.union(*(may for _, may in facts)))
        for value, facts in found.items()
    }
    shared = frozenset.intersection(*(must for must, _ in grouped.values()))
    if len(grouped) <= MOST and any(must != shared for must, _ in grouped.values()):
        return Cases(tuple((v, must, may) for v, (must, may) in grouped.items()))
    return any_of(list(grouped))


def _settled(must: frozenset[Fact]) -> set[Failed]:
    """The failures that a value is known not to come from, whatever else may have led to the place where it is told."""
    return ruled_out(must) | {Failed(fact) for fact in must if isinstance(fact, Claim)}


def _ruled_out(ways: list[tuple[frozenset[Fact], frozenset[Fact]]]) -> frozenset[Fact]:
    """The claims that failed on none of several ways: an answer said so, or nobody came so far as to ask."""
    told = {fact for must, _ in ways for fact in must if isinstance(fact, RuledOut)}
    return frozenset(f for f in told if all(f in must or Failed(f.claim) not in may for must, may in ways))


def together(raised: Iterable[Raised]) -> tuple[Raised, ...]:
    """The exceptions that leave a function. Ways to one that differ only in what may have been done before are one way: kept
    apart they are as many as there are sets of calls on the way, twice as many with each call that may be skipped."""
    ways: dict[tuple[Error, frozenset[Fact], frozenset[Fact]], list[Raised]] = {}
    for one in raised:
        ways.setdefault((one.error, one.must, _failed(one.may)), []).append(one)
    return tuple(
        Raised(error, must, frozenset[Fact]().union(*(one.may for one in each)), each[0].loops.union(*(one.loops for one in each)))
        for (error, must, _), each in ways.items()
    )


def alike(paths: list[frozenset[Fact]]) -> frozenset[Fact]:
    """What holds on each of several paths, in these words or others."""
    return frozenset.intersection(*paths) | compared_if_there(paths) | changed(paths)


def changed(paths: list[frozenset[Fact]]) -> frozenset[Fact]:
    """A record that is missing on some paths, and on all others has something else in it than this run would write, or
    could not be read."""
    if len(paths) < 2:
        return EMPTY
    shared = frozenset.intersection(*paths)
    own = [[f for f in must - shared if isinstance(f, Check) and _read_of(f) is not None] for must in paths]
    if not all(own) or not any(map(_is_missing, chain.from_iterable(own))):
        return EMPTY
    if _is_always(own) or _is_rest(own):
        return EMPTY
    own = [in_order(checks) for checks in own]
    missing = {(f.place, _read_of(f)): f for checks in own for f in checks if _is_missing(f)}
    found: set[Fact] = set()
    for (_, read), first in missing.items():
        if all(any(f.kind == "absent" and _is_missing(f) and _read_of(f) == read for f in checks) for checks in own):
            # Missing on every path, whatever each asked of the answer: how many there are, or whether one matches.
            found.add(replace(first, kind="absent", subject=_looked_at(first)))
            continue
        row = first.words.startswith(ROWS)
        parts: list[list[Value]] = [_parts([f for f in checks if _read_of(f) == read], row) for checks in own]
        if all(parts):
            looked = {p: None for one in parts for p in one}
            subjects = sorted((p for p in looked if isinstance(p, Path)), key=lambda p: p.steps)
            found.add(Check(first.place, "changed", Derived("changed", tuple(subjects)), first.words))
            limits = (f for must in paths for f in must if isinstance(f, Check) and f.kind == "limit")
            found |= {limit for limit in limits if limit.subject in subjects}
    return frozenset(found)


def _is_rest(ways: list[list[Check]]) -> bool:
    """Whether one of the ways is taken exactly where another is not: `if row and row.seq >= seq: … else: …`."""
    others = [way for way in ways if all(_told(check) for check in way)]
    ones = [way for way in ways if all(check.kind != "changed" for check in way)] if others else []
    for one in ones:
        said, asked = {check.subject for check in one}, {check.place for check in one}
        for other in others:
            told = {part for check in other for part in _told(check)}
            if said <= told and all(check.place in asked and said.issuperset(_told(check)) for check in other):
                return True
    return False


def _told(check: Check) -> tuple[Value, ...]:
    """What a record that something else stands in was compared in."""
    return check.subject.parts if isinstance(check.subject, Derived) and check.kind == "changed" else ()


def _is_always(ways: list[list[Check]]) -> bool:
    """Whether one of the ways is taken whatever the tests say: then nothing was decided. Two ways that differ in the
    outcome of one test say together what they say without it."""
    known = dict.fromkeys(frozenset((f.place, _outcome(f, way)) for f in way) for way in ways)
    work = list(known)
    while work and len(known) <= MOST * MOST:
        one = dict(work.pop())
        for other in [dict(way) for way in known]:
            apart = [place for place in one if place in other and one[place] != other[place]]
            joined = frozenset((place, said) for place, said in {**one, **other}.items() if place not in apart)
            if len(apart) == 1 and not joined:
                return True
            if len(apart) == 1 and joined not in known:
                known[joined] = None
                work.append(joined)
    return False


def _outcome(check: Check, way: list[Check]) -> frozenset[tuple[str, str, Value]]:
    """How a test came out, as all that it says of what was read."""
    return frozenset((f.kind, f.words, f.subject) for f in way if f.place == check.place)


def _read_of(check: Check) -> object | None:
    """The call that read what a check looks at."""
    subject = _looked_at(check)
    if check.kind not in ("absent", "state", "changed", "unasked") or not isinstance(subject, Path):
        return None
    return subject.place


def _looked_at(check: Check) -> Value:
    subject = check.subject
    return subject.parts[0] if check.kind == "changed" and isinstance(subject, Derived) else subject


ROWS = "SELECT "
"""What the name of a read begins with that gives rows: they have nothing around them, as an item has."""


def _parts(checks: list[Check], row: bool) -> list[Value]:
    """What of a record decides: all of it when it is missing, else what inside it was compared."""
    found: list[Value] = []
    for check in checks:
        if check.kind == "changed" and isinstance(check.subject, Derived):
            found += check.subject.parts
        elif _is_missing(check) or check.kind == "unasked" or _is_inside(check.subject, row):
            found.append(check.subject)
    return found


def _is_missing(check: Check) -> bool:
    """Whether the whole record is missing, not an attribute of it."""
    return check.kind == "changed" or (check.kind == "absent" and not _is_inside(check.subject))


def _is_inside(subject: Value, row: bool = False) -> bool:
    steps = subject.steps[0 if row else 1 :] if isinstance(subject, Path) else ()
    return any(step != "*" and not step.isdigit() for step in steps)


def common(paths: list[frozenset[Fact]]) -> frozenset[Fact]:
    """What holds on every path. When each path has a sound claim of its own, one of them holds in any case."""
    shared = frozenset.intersection(*paths)
    own = [[c for c in must - shared if isinstance(c, Claim) and not c.useless] for must in paths]
    if all(own):
        shared |= {min((c for claims in own for c in claims_in_order(claims)), key=lambda c: (c.place, c.kind))}
    return shared | compared_if_there(paths) | changed(paths)


def compared_if_there(paths: list[frozenset[Fact]]) -> frozenset[Fact]:
    """An age that is compared on every path on which there is something to compare it with."""
    there = [m for m in paths if not any(isinstance(c, Check) and c.kind in ("absent", "undated") for c in m)]
    if not there or len(there) == len(paths):
        return frozenset()
    return frozenset.intersection(*(aged(must) for must in there))


def aged(facts: frozenset[Fact]) -> frozenset[Fact]:
    """The comparisons of an event's age, version or order among facts."""
    return frozenset(f for f in facts if isinstance(f, Check) and f.kind == "fresh")


def passed(facts: frozenset[Fact]) -> frozenset[Fact]:
    """What an item of a collection takes along: it was young enough, it was claimed, or its record was missing."""
    return aged(facts) | frozenset(
        f for f in facts if (isinstance(f, Claim) and not f.useless) or (isinstance(f, Check) and f.kind == "absent")
    )


def gathered(heap: dict[int, HeapObject], flow: Flow) -> dict[int, HeapObject]:
    """What a function leaves of objects: what it put into a collection has also passed what its caller had passed."""
    own = passed(flow.must)
    found = dict(heap)
    for key, obj in heap.items() if own else ():
        before = flow.heap.get(key)
        if isinstance(obj, ListObj) and isinstance(before, ListObj) and obj.items != before.items:
            found[key] = replace(obj, passed=obj.passed | (own & before.passed if before.items else own))
    return found


def _held(obj: DictObj, key: object) -> list[Value]:
    """What a dict has under a key, its own or that of the part of the event it was copied from."""
    if key in obj.entries:
        return [obj.entries[key]]
    return [replace(one, steps=(*one.steps, key)) for one in obj.spread if isinstance(one, Path) and isinstance(key, str)]


def _with_flags(obj: Instance | DictObj, ways: list[tuple[HeapObject | None, Flow]]) -> HeapObject:
    """Flags that an object keeps, `self.first = True` where the claim was won, with what led to each of their values."""
    fields = obj.attrs if isinstance(obj, Instance) else obj.entries
    told: dict[Any, Value] = {}
    for name, value in fields.items():
        if isinstance(value, AnyOf) and _is_flag(value):
            there = [(held, flow) for one, flow in ways if (held := _field(one, name)) is not None]
            if len(there) == len(ways):
                told[name] = _joined([held for held, _ in there], [flow for _, flow in there])
    if not told:
        return obj
    return replace(obj, attrs={**fields, **told}) if isinstance(obj, Instance) else replace(obj, entries={**fields, **told})


def _field(obj: HeapObject | None, name: object) -> Value | None:
    """An attribute of an object, its class's where it has none of its own, or an entry of a dict."""
    if isinstance(obj, Instance):
        return obj.attrs[str(name)] if name in obj.attrs else find_in_class(obj.cls, str(name))
    return obj.entries.get(name) if isinstance(obj, DictObj) else None


def merge_objects(left: HeapObject, right: HeapObject) -> HeapObject:
    """What is known of an object that is one of two."""
    if isinstance(left, ListObj) and isinstance(right, ListObj):
        items = tuple(dict.fromkeys((*left.items, *right.items)))
        both = left.passed & right.passed if left.items and right.items else left.passed | right.passed
        less = left.without & right.without if left.items and right.items else left.without | right.without
        is_open = left.open or right.open or left.items != right.items
        return replace(left, items=items, open=is_open, passed=both, without=less)
    if isinstance(left, DictObj) and isinstance(right, DictObj):
        entries: dict[object, Value] = {}
        for key in dict.fromkeys((*left.entries, *right.entries)):
            entries[key] = any_of([value for obj in (left, right) for value in _held(obj, key)])
        rest = tuple(dict.fromkeys((*left.rest, *right.rest)))
        filled = [one for one in (left, right) if one.entries or one.rest or one.spread]
        less = frozenset.intersection(*(one.without for one in filled)) if filled else frozenset()
        both = frozenset.intersection(*(one.passed for one in filled)) if filled else EMPTY
        spread = tuple(dict.fromkeys((*left.spread, *right.spread)))
        return replace(left, entries=entries, rest=rest, spread=spread, without=less, passed=both)
    if isinstance(left, (ListObj, DictObj)) or isinstance(right, (ListObj, DictObj)):
        return right
    return replace(left, attrs={k: any_of(_attributes(left, right, k)) for k in {**left.attrs, **right.attrs}})


def _attributes(left: Instance, right: Instance, name: str) -> list[Value]:
    """What an attribute may be; on a path that has not set it, what its class gives."""
    found = [o.attrs[name] for o in (left, right) if name in o.attrs]
    given = find_in_class(left.cls, name) if len(found) == 1 else None
    if isinstance(given, Known):
        return [*found, given]
    return [*found, Unknown("what a property gives")] if isinstance(given, Func) and given.wrappers else found
