"""Text and lists that are cut into pieces: the name of a class in settings is one text, its module and its class are two."""

from __future__ import annotations

from lintdem.interpreter.domain import Derived, Known, ListObj, Path, Value
from lintdem.interpreter.elements import LONGEST
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.machine import Machine
from lintdem.interpreter.operators import is_hour
from lintdem.interpreter.values import known
from lintdem.model.values import Slice

CUTS = frozenset({"split", "rsplit", "partition", "rpartition", "splitlines"})
CHANGED = frozenset({"replace", "removeprefix", "removesuffix", "strip", "lstrip", "rstrip", "zfill"})


def cut(m: Machine, value: Value, name: str, given: tuple[Value, ...], flow: Flow) -> Value | None:
    """What a method gives of a text that is known, when what it is given is known, too."""
    if not isinstance(value, Known) or not isinstance(value.value, str) or not all(isinstance(v, Known) for v in given):
        return None
    try:
        found = getattr(value.value, name)(*(v.value for v in given if isinstance(v, Known)))
    except (TypeError, ValueError):
        return None
    if isinstance(found, str):
        return known(found)
    kind = "tuple" if isinstance(found, tuple) else "list"
    return m.new(flow, ListObj(kind, tuple(map(known, found)))) if len(found) < LONGEST else None


def elsewhere(given: tuple[Value, ...]) -> Value | None:
    """What a part of a path is replaced by: `key.replace("raw/", "clean/")` is the name of another thing."""
    words = [one.value for one in given[:2] if isinstance(one, Known) and isinstance(one.value, str)]
    return given[1] if len(words) == 2 and words[0] != words[1] and "/" in "".join(words) else None


def slice_of(m: Machine, value: Value, index: Slice, flow: Flow) -> Value:
    """`value[a:b:c]`: of text it keeps where it comes from, of a list its elements."""
    ends = [m.evaluate(bound, flow) if bound is not None else None for bound in (index.lower, index.upper, index.step)]
    bounds = [end for end in ends if end is not None]
    exact = _exact(ends)
    found = m.elements(flow, value)
    if found is not None and exact is not None and not found.open and len(found.items) < LONGEST:
        return m.new(flow, ListObj(found.kind, found.items[exact], False, found.place, passed=found.passed))
    if found is not None:
        return m.new(flow, ListObj(found.kind, found.items, True, found.place, passed=found.passed))
    if isinstance(value, Known) and isinstance(value.value, (str, bytes)):
        return known(value.value[exact]) if exact is not None else Derived("slice", (value,))
    if isinstance(value, Path) and not any(isinstance(b, Known) for b in bounds):
        return value
    return Derived("coarse", ()) if index.upper is not None and is_hour(value, bounds) else Derived("slice", (value,))


def _exact(ends: list[Value | None]) -> slice | None:
    """The bounds of a slice, when all are numbers that are known."""
    numbers = [end.value if isinstance(end, Known) else end for end in ends]
    whole = all(n is None or (isinstance(n, int) and not isinstance(n, bool)) for n in numbers)
    return slice(*numbers) if whole and numbers[2] != 0 else None
