"""Guards that are asked only where there is something to ask: `if key and seen(key): return` where the event brings the key,
`if guard and guard.is_duplicate(key): return` where the program is given the guard."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from lintdem.interpreter.domain import (
    Cases,
    Check,
    Claim,
    Env,
    Fact,
    Failed,
    Instance,
    Known,
    Made,
    Path,
    Ref,
    Test,
    Value,
)
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.machine import Machine
from lintdem.interpreter.values import leaves, members

_ASKS = frozenset({"absent", "state"})


Assume: TypeAlias = Callable[[Machine, Value, bool, Flow], bool]


def not_asked(args: tuple[Value, ...]) -> frozenset[Fact]:
    """The refusals that the later parts of a conjunction tell of: where an earlier one is false they were not asked for."""
    found = frozenset[Fact]()
    for value in args:
        inner = value.args if isinstance(value, Test) else ()
        told = (may for _, _, may in value.cases) if isinstance(value, Cases) else ()
        found = found.union(not_asked(inner), *(frozenset(f for f in may if isinstance(f, Failed)) for may in told))
    return found


def as_set_up(m: Machine, test: Test, ways: list[Flow]) -> list[Flow]:
    """The ways on which a conjunction is false, without those where the program has not been given the guard that its last part
    asks: whoever deploys it gives it one."""
    if test.op != "and" or len(ways) != len(test.args) or len(ways) < 2:
        return ways
    *rest, last = ways
    asked = last.must.difference(*(way.must for way in rest))
    if not any(isinstance(fact, (Check, Claim)) for fact in asked):
        return ways
    return [*(way for way, arg in zip(rest, test.args, strict=False) if not _is_setting(m, arg, way)), last]


def _is_setting(m: Machine, value: Value, flow: Flow) -> bool:
    """Whether a value is an object of the program or nothing, or what its environment says."""
    found = [one for one in members(value) if not (isinstance(one, Known) and not one.value)]
    return bool(found) and all(isinstance(one, (Env, Made)) or _is_object(m, one, flow) for one in found)


def _is_object(m: Machine, value: Value, flow: Flow) -> bool:
    return isinstance(value, Ref) and isinstance(m.get(flow, value), Instance)


def looked_for(m: Machine, test: Test, ways: list[Flow], flow: Flow, assume: Assume) -> frozenset[Fact]:
    """What the last part of a conjunction has found to be missing, when those before it only ask whether the event brings the
    key that it is looked up by. Where there is no key nothing is looked up: that is told of the key, not of the look. So it is of
    a look that says without looking that it has found nothing under no key."""
    if test.op != "and" or len(ways) != len(test.args) or len(ways) < 2:
        return frozenset()
    keys = [_given(arg) for arg in test.args[:-1]]
    if not all(keys):
        return frozenset()
    named, last = frozenset[Value]().union(*keys), test.args[-1]
    looks = tuple(case for case in last.cases if not isinstance(case[0], Known)) if isinstance(last, Cases) else ()
    way = flow.branch() if looks else ways[-1]
    if looks and not assume(m, Cases(looks), False, way):
        return frozenset()
    found = (f for f in way.must if isinstance(f, Check) and f.kind in _ASKS)
    return frozenset(f for f in found if _is_looked_up_by(m, f, named))


def _given(value: Value) -> frozenset[Value]:
    """The parts of the event whose presence a test asks for; none where it asks for more."""
    args = value.args if isinstance(value, Test) and value.op in ("truth", "is not", "!=") else (value,)
    if isinstance(value, Test) and len(args) > 1 and not any(isinstance(arg, Known) and not arg.value for arg in args):
        return frozenset()
    found = [leaf for arg in args for leaf in leaves(arg) if not isinstance(leaf, Known)]
    event = [leaf for leaf in found if isinstance(leaf, Path) and leaf.root == "event"]
    return frozenset(event) if len(event) == len(found) else frozenset()


def _is_looked_up_by(m: Machine, check: Check, named: frozenset[Value]) -> bool:
    place = check.subject.place if isinstance(check.subject, Path) else None
    read = m.sites.get(place) if place is not None else None
    return read is not None and any(leaf in named for _, value in read.args for leaf in leaves(value))
