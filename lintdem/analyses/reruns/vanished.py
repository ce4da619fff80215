"""What a delete or put hands back of the item before it, and the second run does not find.

`ReturnValues="ALL_OLD"` gives the old item once. When the event comes again the item is gone, the answer has no `Attributes`, and
what was to be done with them fails, or is done with nothing.
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteItem.html#DDB-DeleteItem-request-ReturnValues
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from lintdem.interpreter.domain import Claim, Done, Path, Value
from lintdem.interpreter.engine import Run
from lintdem.interpreter.trace import Effect
from lintdem.interpreter.values import leaves, text
from lintdem.model.span import Place


class Vanished(msgspec.Struct, frozen=True):
    """An effect that takes `attribute` from what the delete at `place` handed back, without a look whether it did."""

    place: Place
    effect: Effect
    attribute: str
    deleted: Effect


def vanished(run: Run) -> Iterator[Vanished]:
    """Effects of one run with the old values of a delete."""
    deletes = {e.place: e for e in run.events if isinstance(e, Effect) and _hands_back(e)}
    for event in run.events if deletes else ():
        if not isinstance(event, Effect):
            continue
        for leaf in (leaf for value in _values(event) for leaf in leaves(value)):
            deleted = deletes.get(leaf.place) if isinstance(leaf, Path) and leaf.place is not None else None
            if deleted is None or not isinstance(leaf, Path) or leaf.steps[:1] != ("Attributes",):
                continue
            asked = any(isinstance(fact, Claim) and fact.place == deleted.place for fact in event.must)
            if not asked and Done(deleted.place, deleted.call.name) in event.may:
                yield Vanished(event.place, event, leaf.steps[1] if len(leaf.steps) > 1 else "the item", deleted)
                break


def _hands_back(effect: Effect) -> bool:
    """Whether a delete gives the item that it takes away; one with a condition fails the second time, and says so."""
    write, given = effect.call.write, effect.call.arg("ReturnValues")
    asked = text(given) if given is not None else None
    return write is not None and write.kind == "delete" and not write.conditional and asked == "ALL_OLD"


def _values(effect: Effect) -> list[Value]:
    write = effect.call.write
    stored = [*write.values, *write.key] if write is not None else []
    return [value for _, value in (*effect.call.args, *stored)]
