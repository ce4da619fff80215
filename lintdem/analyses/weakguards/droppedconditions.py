"""Conditions that do not arrive as they are written: joined by Python's `and`, or given to the wrong client."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from lintdem.interpreter.domain import Client, Derived, Made, Value
from lintdem.interpreter.engine import Run
from lintdem.interpreter.operators import is_condition
from lintdem.interpreter.trace import Asked, Effect, Invocation
from lintdem.interpreter.values import members, parts_of
from lintdem.model.span import Place

ARGUMENTS = ("ConditionExpression", "FilterExpression", "KeyConditionExpression")
KEY_METHODS = frozenset({"eq", "lt", "lte", "gt", "gte", "begins_with", "between"})


class Dropped(msgspec.Struct, frozen=True):
    """A call at `place` whose condition is lost: `argument` names it, `words` says how, `step` is where."""

    place: Place
    event: Effect | Asked
    argument: str
    words: str
    step: Place | None = None


def dropped(run: Run) -> Iterator[Dropped]:
    """The calls of one run whose conditions are lost."""
    for event in run.events:
        if isinstance(event, (Effect, Asked)) and event.call.service == "dynamodb":
            for argument, value in _conditions(event.call):
                found = _fault(value, event.call)
                if found is not None:
                    yield Dropped(event.place, event, argument, *found)
                    break


def _conditions(call: Invocation) -> Iterator[tuple[str, Value]]:
    for argument in ARGUMENTS:
        value = call.arg(argument)
        if value is None and argument == "ConditionExpression" and call.write is not None:
            value = call.write.given
        for one in members(value) if value is not None else ():
            yield argument, one


def _fault(value: Value, call: Invocation) -> tuple[str, Place | None] | None:
    for part in _inside(value):
        if isinstance(part, Derived) and part.op.startswith("dropped "):
            word, kept = part.op.removeprefix("dropped "), "last" if part.op == "dropped and" else "first"
            return f"Python's `{word}` keeps only the {kept} of the conditions", part.place
        method = part.type.rpartition(".")[2] if isinstance(part, Made) and ".conditions.Key." in part.type else "eq"
        if isinstance(part, Made) and method not in KEY_METHODS:
            return f"Key has no method {method}, only Attr has", part.place
    client = call.target
    if is_condition(value) and isinstance(client, Client) and client.resource is None and not client.params:
        return "the low-level client takes conditions as text and rejects condition objects", None
    return None


def _inside(value: Value) -> Iterator[Value]:
    work = [value]
    for _ in range(60):
        if not work:
            return
        current = work.pop()
        yield current
        if isinstance(current, Derived):
            work += parts_of(current)
