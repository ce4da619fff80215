"""Keys that can never be the same, by the literal text they begin with: `USER#…` and `ORDER#…` in one table."""

from __future__ import annotations

from lintdem.interpreter.domain import Derived, Known, Value
from lintdem.interpreter.dynamodb.itemwrites import key_attributes
from lintdem.interpreter.trace import Write


def apart(one: Write, other: Write) -> bool:
    """Whether two writes of one table never meet: what their keys begin with differs."""
    mine, its = dict(key_attributes(one)), dict(key_attributes(other))
    return any(differ(value, its[name]) for name, value in mine.items() if name in its)


def differ(one: Value, other: Value) -> bool:
    """Whether two values cannot be equal, by what they begin with."""
    (mine, all_of_mine), (its, all_of_its) = _beginning(one), _beginning(other)
    length = min(len(mine), len(its))
    if mine[:length] != its[:length]:
        return True
    return (all_of_mine and len(its) > len(mine)) or (all_of_its and len(mine) > len(its))


def _beginning(value: Value) -> tuple[str, bool]:
    """The literal text that a value begins with, and whether that is all of it."""
    if isinstance(value, Known):
        return str(value.value), True
    if isinstance(value, Derived) and value.op == "format" and value.parts:
        return _beginning(value.parts[0])[0], False
    return "", False
