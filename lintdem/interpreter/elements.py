"""What an iterable holds."""

from __future__ import annotations

from lintdem.interpreter.altering import replace
from lintdem.interpreter.buffers import BUFFER, content
from lintdem.interpreter.domain import (
    EMPTY,
    AnyOf,
    Cases,
    Client,
    Derived,
    DictObj,
    Fact,
    Fresh,
    Func,
    Instance,
    Known,
    ListObj,
    Made,
    Path,
    Ref,
    Unknown,
    Value,
)
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.machine import Args, Machine
from lintdem.interpreter.values import any_of, known, members
from lintdem.model.span import Place

COUNTED = "counted"
"""The kind of a list that is the numbers of the items of another one: nobody wrote them out."""
LONGEST = 24
"""A list keeps so many items: of one that has as many it is not known whether these are all."""
QUERIES = frozenset({"sqlalchemy.Query", "peewee.Query"})


def element_of(m: Machine, value: Value, flow: Flow) -> Value:
    """One element of an iterable."""
    found = m.get(flow, value)
    if isinstance(found, ListObj) and found.kind == BUFFER:
        return element_of(m, content(found), flow)
    if isinstance(found, ListObj):
        return any_of(found.items) if found.items else Unknown("element of an empty list")
    if isinstance(found, DictObj):
        keys: list[Value] = [known(k) for k in found.entries] + [k for k, _ in found.rest]
        keys += [Derived("key", (s,)) for s in found.spread]
        return any_of(keys) if keys else Unknown("key of an empty dict")
    if isinstance(value, Path):
        return Path(value.root, (*value.steps, "*"), value.place)
    if isinstance(value, Client) and value.resource is not None and value.resource.endswith("[]"):
        return replace(value, resource=value.resource.removesuffix("[]"))
    if isinstance(value, (AnyOf, Cases)):
        filled = [v for v in members(value) if not _is_empty(m.get(flow, v))]
        return any_of([element_of(m, v, flow) for v in filled or members(value)])
    if isinstance(value, Known):
        return Derived("element", (value,))
    if isinstance(value, Derived) and value.op.startswith("error:"):
        return value
    if isinstance(value, Derived) and value.op == "each":
        return value.parts[0]
    return Derived("element", (value,))


def gone_through(m: Machine, value: Value, flow: Flow) -> ListObj | None:
    """What a loop goes through one after another: a list, or the keys of a dict that are all known."""
    found = m.get(flow, value)
    if isinstance(found, DictObj) and found.entries and not (found.rest or found.spread or found.factory):
        return ListObj("list", tuple(map(known, found.entries)))
    return found if isinstance(found, ListObj) else None


def _is_empty(found: object) -> bool:
    """Whether a list has nothing in it, so that no round of a loop is over it."""
    return isinstance(found, ListObj) and not found.items and not found.open


def source_of(m: Machine, key: Value, value: Value, flow: Flow) -> Path | None:
    """The dict of which a key and a value are any pair, as it was: whatever they are put into has all of it."""
    source = key.parts[0] if isinstance(key, Derived) and key.op == "key" and len(key.parts) == 1 else None
    return source if isinstance(source, Path) and element_of(m, source, flow) in members(value) else None


def are_named(m: Machine, over: ListObj, flow: Flow) -> bool:
    """Whether a collection is a few names that are written out, or the entries of a dict of which some are known by name."""
    if not over.open and all(isinstance(one, Known) for one in over.items):
        return True
    pairs = [m.elements(flow, one) for one in over.items]
    keys = [one.items[0] for one in pairs if one is not None and one.kind == "tuple" and len(one.items) == 2]
    return len(keys) == len(pairs) and any(isinstance(key, Known) for key in keys)


def taken_along(m: Machine, value: Value, flow: Flow) -> frozenset[Fact]:
    """What each element of a collection has passed."""
    found = m.get(flow, value)
    return found.passed if isinstance(found, (ListObj, DictObj)) else EMPTY


def iterated(m: Machine, value: Value, place: Place, flow: Flow) -> Value:
    """What a loop runs over: for an object of the program, what its `__iter__` and `__next__` give."""
    own = [one for one in members(value) if isinstance(m.get(flow, one), Instance) or is_query(one)]
    return any_of([_own(m, one, place, flow) if one in own else one for one in members(value)]) if own else value


def is_query(value: Value) -> bool:
    """Whether it is a query by model, which is sent when somebody goes through it."""
    return isinstance(value, Made) and value.type in QUERIES and dict(value.args).get("kind") in (None, known("select"))


def sent(m: Machine, query: Value, place: Place, flow: Flow) -> Value:
    """The rows that a query finds."""
    return m.call(m.attribute(query, "iterator", flow, place), Args(), place, flow, "iterator")


def _own(m: Machine, value: Value, place: Place, flow: Flow) -> Value:
    found = value
    if is_query(value):
        return sent(m, value, place, flow)
    method = m.attribute(value, "__iter__", flow, place)
    if isinstance(method, Func):
        found = m.call(method, Args(), place, flow, "__iter__")
    step = m.attribute(found, "__next__", flow, place) if isinstance(m.get(flow, found), Instance) else None
    if isinstance(step, Func):
        return m.new(flow, ListObj("list", (m.call(step, Args(), place, flow, "__next__"),), True))
    return found


def origin(m: Machine, value: Value, flow: Flow) -> Value:
    """The part of the event that a dict was made from before it was written to; any other value as it is."""
    found = m.dict_entries(flow, value)
    return found.spread[0] if found is not None and len(found.spread) == 1 and isinstance(found.spread[0], Path) else value


CHAINS = ("itertools.chain", "itertools.chain.from_iterable")


def chained(m: Machine, args: Args, place: Place, flow: Flow, *, inner: bool) -> Value:
    """`chain(first, second)`, `chain.from_iterable(lists)`: the elements of each of them, one after the other."""
    lists = [iterated(m, v, place, flow) for v in (*args.positional, *args.spread)]
    found = [element_of(m, v, flow) for v in lists]
    items = [element_of(m, v, flow) for v in found] if inner else found
    return m.new(flow, ListObj("list", tuple(items), True, place)) if items else Unknown("an empty chain")


SHUFFLED = frozenset({"set", "shuffled"})
"""Kinds of collections whose order is another in every process."""


def unordered(m: Machine, value: Value, place: Place, flow: Flow) -> Value | None:
    """Text made of a set, or of a list made of one, without sorting; None when the order is certain."""
    found = m.elements(flow, value)
    if found is not None and found.kind in SHUFFLED and (found.open or len(found.items) > 1):
        return Derived("unordered", (Fresh("order", place), *found.items), place)
    inner = m.dict_entries(flow, value)
    if inner is not None:
        for held in (*inner.entries.values(), *(v for _, v in inner.rest)):
            text_of = unordered(m, held, place, flow) if isinstance(held, Ref) else None
            if text_of is not None:
                return text_of
        if any(isinstance(k, Derived) and k.op == "shuffled" for k, _ in inner.rest):
            return Derived("unordered", (Fresh("order", place), *(v for _, v in inner.rest)), place)
    return None


def inside(m: Machine, value: Value, flow: Flow, depth: int = 3) -> tuple[Value, ...]:
    """The values held in a dict or list, or in either of several, so that text made of it still tells where it comes from."""
    found = [one for member in members(value) for one in _held(m, member, flow, depth)]
    return tuple(dict.fromkeys(found))


def _held(m: Machine, value: Value, flow: Flow, depth: int) -> list[Value]:
    obj = m.get(flow, value)
    if obj is None or depth == 0:
        return []
    if isinstance(obj, Instance):
        inner = list(obj.attrs.values())
    elif hasattr(obj, "items"):
        inner = list(obj.items)
    else:
        inner = [*obj.entries.values(), *(v for _, v in obj.rest), *obj.spread]
    found: list[Value] = []
    for one in inner[:40]:
        either = members(one)
        if not any(isinstance(member, Ref) for member in either):
            found.append(one)
            continue
        for member in either:
            found += inside(m, member, flow, depth - 1) if isinstance(member, Ref) else [member]
    return found
