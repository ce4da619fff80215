"""Collections that are what is left of others: they know which stored values were taken away from them.

`all.difference(sent)`, `all - sent` and `[x for x in all if x not in sent]` hold what was not there yet, and so does what
a loop over them collects. To write such a collection where `sent` is stored forgets what was in it.
"""

from __future__ import annotations

from lintdem.interpreter.domain import Check, DictObj, Fact, HeapObject, ListObj, Path, Test, Value
from lintdem.interpreter.elements import inside
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.machine import Machine
from lintdem.interpreter.values import leaves, members
from lintdem.model.span import Place

NOTHING: frozenset[Value] = frozenset()


PARTLY = "partly"
"""What a check says when the same is taken out of the event on another way: there nothing was asked."""


def taken(m: Machine, value: Value, flow: Flow) -> frozenset[Value]:
    """What of a collection that is taken away came out of a store or with the event."""
    held = [leaf for one in members(value) for part in (one, *inside(m, one, flow)) for leaf in leaves(part)]
    return frozenset(leaf for leaf in held if isinstance(leaf, Path) and leaf.root in ("result", "event"))


def asked(m: Machine, over: Value, place: Place, flow: Flow) -> frozenset[Fact]:
    """What holds for each element of what is left: no store had it among those that are done."""
    gone = [one for one in missing_from(m, over, flow) if isinstance(one, Path)]
    sent = {one.steps[-1:] for one in gone if one.root == "event"}
    stored = (one for one in gone if one.root == "result")
    return frozenset(Check(place, "left", one, PARTLY if one.steps[-1:] in sent else "") for one in stored)


def excluded(m: Machine, test: Value, flow: Flow) -> frozenset[Value]:
    """What a test takes away of what is collected: `if x not in sent`."""
    if isinstance(test, Test) and test.op == "and":
        return NOTHING.union(*(excluded(m, one, flow) for one in test.args))
    if isinstance(test, Test) and test.op == "not" and isinstance(test.args[0], Test) and test.args[0].op == "in":
        return taken(m, test.args[0].args[1], flow)
    return taken(m, test.args[1], flow) if isinstance(test, Test) and test.op == "not in" else NOTHING


def missing_from(m: Machine, value: Value | None, flow: Flow) -> frozenset[Value]:
    """What was taken away from a collection, whichever of several it is."""
    found = [m.get(flow, one) for one in members(value)] if value is not None else []
    known = [one.without for one in found if isinstance(one, (ListObj, DictObj))]
    return frozenset.intersection(*known) if known and len(known) == len(found) else NOTHING


def grown(m: Machine, obj: HeapObject, added: Value, flow: Flow) -> frozenset[Value]:
    """What is missing from a collection when this is added to it: as much as from the loop that the addition comes from."""
    if not isinstance(obj, (ListObj, DictObj)):
        return NOTHING
    around = (loop for loop in reversed(m.loops) if missing_from(m, loop.over, flow))
    loop = next((one for one in around if one.over is not None and _comes_from(m, added, one.over, flow)), None)
    own = missing_from(m, loop.over, flow) if loop is not None else NOTHING
    return own if is_empty(obj) else own & obj.without


def is_empty(obj: ListObj | DictObj) -> bool:
    return not obj.items if isinstance(obj, ListObj) else not (obj.entries or obj.rest or obj.spread)


def joined(one: ListObj | DictObj, other: ListObj | DictObj) -> frozenset[Value]:
    """What is missing from one of two collections: an empty one has nothing that could be missing from the other."""
    return one.without | other.without if is_empty(one) or is_empty(other) else one.without & other.without


def _comes_from(m: Machine, added: Value, over: Value, flow: Flow) -> bool:
    held = {leaf for one in members(over) for part in inside(m, one, flow) for leaf in leaves(part)}
    return any(leaf in held for part in (added, *inside(m, added, flow)) for leaf in leaves(part))
