"""Tests of how much has been spent: they ask whether there is more to have, not whether this event was seen before."""

from __future__ import annotations

from lintdem.interpreter.domain import Derived, Env, Fresh, Known, Test, Value
from lintdem.interpreter.values import leaves, parts_of

_ORDERS = frozenset({"<", ">", "<=", ">="})


def is_limit(test: Test) -> bool:
    """Whether a number that was stored is held against a fixed one: `row["count"] >= 5`, `spent + amount > LIMIT`. Nothing, or
    one, says whether there is any, less is no number of things; a time that has passed since is an age."""
    if test.op not in _ORDERS or not any(map(_is_fixed, test.args)):
        return False
    return not any(isinstance(leaf, Fresh) for arg in test.args for leaf in leaves(arg))


def _is_fixed(value: Value) -> bool:
    """Whether a side of a comparison is a number of the program's, or comes from its environment."""
    if isinstance(value, Known):
        return isinstance(value.value, (int, float)) and value.value > 1
    if isinstance(value, Derived) and value.op != "len":
        return bool(parts_of(value)) and all(isinstance(part, Known) or _is_fixed(part) for part in parts_of(value))
    return isinstance(value, Env) or (bool(parts_of(value)) and all(_is_fixed(part) for part in parts_of(value)))
