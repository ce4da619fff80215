"""The records of guards in tables of the template: whether DynamoDB ever deletes them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lintdem.analyses.deployed import table_of
from lintdem.analyses.deployments import Deployed
from lintdem.analyses.domain import Claim, Made, text
from lintdem.analyses.guards import guards_of
from lintdem.analyses.losses import Fault
from lintdem.analyses.trace import Claimed
from lintdem.model.finding import Step
from lintdem.model.span import Place
from lintdem.model.stack import Table
from lintdem.program import Program

_STORE = "DynamoDBPersistenceLayer"
_TTL = re.compile(r"ttl|.*_ttl|time_?to_?live", re.IGNORECASE)
_EXPIRY = re.compile(r"expir(y|es?|ation|ed)(_?(at|on|time|date))?", re.IGNORECASE)


def kept_for_ever(functions: Sequence[Deployed], program: Program) -> Iterator[Fault]:
    """Tables with records of guards that carry the time they end, where that is not the table's time to live."""
    for one in functions:
        for event in guards_of(one.run):
            found = _record(one, event, program)
            if found is None:
                continue
            table, attribute = found
            if "ttl" in table.unread or "enabled" in table.unread or table.ttl == attribute:
                continue
            other = f"expires its items by {table.ttl}, not by {attribute}" if table.ttl else f"has no time to live on {attribute}"
            words = f"the records of {event.claim.kind} are never deleted: {table.name} {other}"
            case = one.work or next(iter(one.cases), None)
            if case is not None:
                why = (
                    Step(Place(one.run.handler.path, one.run.handler.span), f"{one.run.handler.function} receives the event"),
                    Step(event.claim.place, f"{event.claim.kind} writes a record that ends at {attribute}"),
                )
                yield Fault(table.place, table.name, words, one, case, why)


def _record(one: Deployed, event: Claimed, program: Program) -> tuple[Table, str] | None:
    """The table of a guard's record, and the attribute with the time it ends."""
    store = event.claim.store
    if isinstance(store, Made) and store.type.rpartition(".")[2] == _STORE:
        given = dict(store.args)
        attribute = text(given["expiry_attr"]) if "expiry_attr" in given else "expiration"
        table = table_of(given.get("table_name", given.get("0")), one.run.handler, program)
        return (table, attribute) if table is not None and attribute is not None else None
    return _own_record(one, event.claim, program)


def _own_record(one: Deployed, claim: Claim, program: Program) -> tuple[Table, str] | None:
    """A record that the code puts itself, with an attribute named like the time it ends."""
    call = one.run.sites.get(claim.place)
    if call is None or call.write is None or call.write.kind != "put" or claim.useless or not claim.record:
        return None
    guards = any(case.cover.claim == claim and case.effect.place != claim.place for case in one.cases)
    names = [name for name, _ in call.write.values]
    attribute = next((name for name in names if _TTL.fullmatch(name) or (guards and _EXPIRY.fullmatch(name))), None)
    table = table_of(call.write.table, one.run.handler, program)
    return (table, attribute) if table is not None and attribute is not None else None
