"""What a read asks for by the words that stand in a store: those that are still waiting."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.interpreter.domain import Check, Fact, Known, ListObj, Path, Value
from lintdem.interpreter.dynamodb.itemconditions import Compares, Condition, Exists, Junction, read_condition
from lintdem.interpreter.dynamodb.updates import entries, untyped
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.machine import Machine
from lintdem.interpreter.values import NONE, leaves, text

ASKED = "Asked."
"""What the arguments begin with that say which words a read asks for."""
FOUND = "found"
"""The kind of check that says that a read has found something."""


def words_asked(m: Machine, args: dict[str, Value], flow: Flow) -> dict[str, Value]:
    """The attributes of a table for which a query or scan names a word, as arguments."""
    names = {k: text(v) or k for k, v in entries(m, args.get("ExpressionAttributeNames"), flow).items()}
    values = {k: untyped(m, v, flow) for k, v in entries(m, args.get("ExpressionAttributeValues"), flow).items()}
    found: dict[str, Value] = {}
    for name in ("KeyConditionExpression", "FilterExpression"):
        given = args.get(name)
        condition = read_condition(m, given, names, values, flow) if given is not None else None
        for part in _all_of(condition):
            if isinstance(part, Compares) and part.op == "=" and isinstance(part.value, Known):
                found[f"{ASKED}{part.attribute}"] = part.value
            if isinstance(part, Exists) and not part.present:
                found[f"{ASKED}{part.attribute}"] = NONE
    return found


def _all_of(condition: Condition | None) -> tuple[Condition, ...]:
    if condition is None:
        return ()
    return condition.parts if isinstance(condition, Junction) and condition.op == "and" else (condition,)


def found_some(found: object) -> frozenset[Fact]:
    """That a read has found something: a list that is made of it is not empty."""
    return frozenset(_found(found)) if isinstance(found, ListObj) and found.open and found.place is not None else frozenset()


def _found(found: ListObj) -> Iterator[Fact]:
    for leaf in (leaf for one in found.items for leaf in leaves(one)):
        if isinstance(leaf, Path) and leaf.root == "result" and leaf.place is not None and found.place is not None:
            yield Check(found.place, FOUND, Path("result", (), leaf.place))
