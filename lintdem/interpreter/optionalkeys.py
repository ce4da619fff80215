"""Looks at a record that are made only where the event brings the key of it: `if key and seen(key): return`."""

from __future__ import annotations

from lintdem.interpreter.domain import Check, Fact, Known, Path, Test, Value
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.machine import Machine
from lintdem.interpreter.values import leaves

_ASKS = frozenset({"absent", "state"})


def looked_for(m: Machine, test: Test, ways: list[Flow]) -> frozenset[Fact]:
    """What the last part of a conjunction has found to be missing, when those before it only ask whether the event brings the
    key that it is looked up by. Where there is no key nothing is looked up: that is told of the key, not of the look."""
    if test.op != "and" or len(ways) != len(test.args) or len(ways) < 2:
        return frozenset()
    keys = [_given(arg) for arg in test.args[:-1]]
    if not all(keys):
        return frozenset()
    named = frozenset[Value]().union(*keys)
    found = (f for f in ways[-1].must if isinstance(f, Check) and f.kind in _ASKS)
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
