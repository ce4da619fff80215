"""What a DynamoDB write says was there before it: `ReturnValues="ALL_OLD"` takes and asks in one step.

Of two runs that put the same item one finds nothing in its place. Of two that delete it one gets it. Of two that set an
attribute one finds another value. Whoever goes on only then has claimed the work
(https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html#DDB-PutItem-request-ReturnValues).
"""

from __future__ import annotations

from lintdem.interpreter.domain import EMPTY, Claim, Derived, Fact, Known, Path, Test, Unknown, Value
from lintdem.interpreter.dynamodb.itemwrites import key_attributes
from lintdem.interpreter.machine import Machine
from lintdem.interpreter.trace import Invocation, Write
from lintdem.interpreter.values import text
from lintdem.model.span import Place

_OLD = frozenset({"ALL_OLD", "UPDATED_OLD"})


def former_claim(call: Invocation, place: Place) -> Claim | None:
    """The claim that a write makes for whoever looks at what was there before."""
    write, given = call.write, call.arg("ReturnValues")
    asked = text(given) if given is not None else None
    if write is None or write.conditional or write.kind not in ("put", "update", "delete") or asked not in _OLD:
        return None
    values = tuple(v for _, v in key_attributes(write))
    key = values[0] if len(values) == 1 else Derived("format", values) if values else Unknown("the key of the item")
    return Claim(place, f'the condition `ReturnValues="{asked}"`', key, write.table, tentative=True)


def first_of_all(m: Machine, test: Test, value: Value, truth: bool, absent: bool, there: bool) -> frozenset[Fact]:
    """The claim that is won where a test of what was there before comes out this way: it says that there was nothing
    (`absent`), that there was something (`there`), or that it was something else than what is written."""
    call = m.sites.get(value.place) if isinstance(value, Path) and value.place is not None else None
    if call is None or call.write is None or not isinstance(value, Path) or value.place is None:
        return EMPTY
    claim = former_claim(call, value.place)
    if claim is None or not (value.steps[:1] == ("Attributes",) or _asks_for_it(test, value)):
        return EMPTY
    won = there if call.write.kind == "delete" else _is_new(test, value, truth, absent, call.write)
    if won:
        m.recognised.add(value.place)
    return frozenset({claim}) if won else EMPTY


def _asks_for_it(test: Test, value: Path) -> bool:
    """`"Attributes" in answer`"""
    return not value.steps and test.op in ("in", "not in") and text(test.args[0]) == "Attributes"


def _is_new(test: Test, value: Path, truth: bool, absent: bool, write: Write) -> bool:
    attribute = value.steps[1] if len(value.steps) > 1 else None
    written = dict(write.values).get(attribute) if attribute is not None else None
    if absent:
        # What the write leaves there is found by the next run.
        filled = written is not None and not (isinstance(written, Known) and not written.value)
        return attribute is None or filled
    compared = test.op in ("==", "!=") and written is not None and written in test.args
    return compared and truth == (test.op == "!=")
