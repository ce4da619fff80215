"""What is asked of abstract values: what they may be, what they are computed from, what they are known to be."""

from __future__ import annotations

from lintdem.interpreter.domain import (
    AnyOf,
    Cases,
    Client,
    Cls,
    Derived,
    Env,
    Error,
    External,
    Fresh,
    Func,
    Known,
    Made,
    Method,
    Mod,
    Partial,
    Path,
    Ref,
    Super,
    Test,
    Unknown,
    Value,
)
from lintdem.model.span import Place

NONE = Known(None, "NoneType")
TRUE = Known(True, "bool")
FALSE = Known(False, "bool")
_WHOLE = frozenset({Known, Path, Fresh, Env, External, Func, Partial, Cls, Mod, Ref, Method, Super})
"""Values that are not computed from others. Most are: asked first, for this is asked millions of times."""


def known(value: object) -> Known:
    """A literal value."""
    return Known(value, type(value).__name__)


def text(value: Value) -> str | None:
    """The string a value is known to be, or None."""
    return value.value if isinstance(value, Known) and isinstance(value.value, str) else None


def members(value: Value) -> tuple[Value, ...]:
    """The values that `value` may be."""
    if isinstance(value, AnyOf):
        return value.values
    if isinstance(value, Cases):
        return tuple(dict.fromkeys(v for case, _, _ in value.cases for v in members(case)))
    return (value,)


MAX_ALTERNATIVES = 40


def any_of(values: list[Value] | tuple[Value, ...]) -> Value:
    """The union of several values."""
    found: dict[Value, None] = {}
    for one in (v for value in values for v in members(value)):
        if len(found) == MAX_ALTERNATIVES and one not in found:
            return Unknown("too many alternatives", tuple(found))
        found[one] = None
    if not found:
        return Unknown("no value")
    return AnyOf(tuple(found)) if len(found) > 1 else next(iter(found))


def parts_of(value: Value) -> tuple[Value, ...]:
    """The values directly inside a computed value."""
    if type(value) in _WHOLE:
        return ()
    if isinstance(value, (Derived, Unknown)):
        return value.parts
    if isinstance(value, Test):
        return value.args
    if isinstance(value, (AnyOf, Cases)):
        return members(value)
    if isinstance(value, Made) and value.type == "builtins.file":
        # What a file holds does not come from its name.
        return ()
    if isinstance(value, (Made, Client)):
        return tuple(v for _, v in (value.args if isinstance(value, Made) else value.params))
    if isinstance(value, Error) and value.value is not None:
        return (value.value,)
    return ()


def leaves(value: Value, limit: int = 200) -> list[Value]:
    """The values a value is computed from, itself if it is not computed; at most `limit`."""
    if type(value) in _WHOLE:
        return [value]
    found: dict[Value, None] = {}
    work = [value]
    steps = 0
    while work and steps < limit:
        steps += 1
        current = work.pop()
        inner = parts_of(current)
        if inner:
            work.extend(reversed(inner))
        else:
            found[current] = None
    return list(found)


def read_at(place: Place | None, value: Value) -> list[Path]:
    """What of a value was read in one place, such as a name behind the prefix of its kind."""
    return [leaf for leaf in leaves(value) if isinstance(leaf, Path) and leaf.root == "result" and leaf.place == place]

