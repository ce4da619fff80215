"""The records of guards in tables of the template: whether they may be written, and whether they are ever deleted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from lintdem.analyses.deployment.deployments import Deployed
from lintdem.analyses.deployment.losses import Fault
from lintdem.analyses.guards import guards_of
from lintdem.interpreter.deployed import table_of
from lintdem.interpreter.domain import Claim, Made
from lintdem.interpreter.trace import Claimed
from lintdem.interpreter.values import text
from lintdem.model.finding import Step
from lintdem.model.span import Place
from lintdem.model.stack import Grant, Table, Value
from lintdem.program import Program
from lintdem.regexes import late

_STORE = "DynamoDBPersistenceLayer"
_TTL = late(r"ttl|.*_ttl|time_?to_?live", re.IGNORECASE)
_EXPIRY = late(r"expir(y|es?|ation|ed)(_?(at|on|time|date))?", re.IGNORECASE)


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
    if _is_powertools(event.claim) and isinstance(store, Made):
        given = dict(store.args)
        attribute = text(given["expiry_attr"]) if "expiry_attr" in given else "expiration"
        table = _table(one, event.claim, program)
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
    table = _table(one, claim, program)
    return (table, attribute) if table is not None and attribute is not None else None


def _is_powertools(claim: Claim) -> bool:
    return isinstance(claim.store, Made) and claim.store.type.rpartition(".")[2] == _STORE


def _table(one: Deployed, claim: Claim, program: Program) -> Table | None:
    """The table of the template that a guard writes to."""
    call = one.run.sites.get(claim.place)
    if _is_powertools(claim) and isinstance(claim.store, Made):
        given = dict(claim.store.args)
        return table_of(given.get("table_name", given.get("0")), one.run.handler, program)
    return table_of(call.write.table, one.run.handler, program) if call is not None and call.write is not None else None


# --- permissions ---

_NEEDS = {"put": "PutItem", "update": "UpdateItem"}
_POWERTOOLS = ("PutItem", "UpdateItem", "DeleteItem")
"""Claims, completes and, when the handler raises, releases the record:
https://docs.aws.amazon.com/powertools/python/latest/utilities/idempotency/#iam-permissions"""


def refused_guards(functions: Sequence[Deployed], program: Program) -> Iterator[Fault]:
    """Guards whose writes the function's policies certainly do not allow."""
    for one in functions:
        grants = one.function.grants
        for event in guards_of(one.run) if grants is not None else ():
            table = _table(one, event.claim, program)
            own = table is not None and table in one.stack.tables
            missing = [a for a in _needed(one, event.claim) if own and table and not _is_allowed(a, table, grants or (), one)]
            case = one.work or next(iter(one.cases), None)
            if not missing or table is None or case is None:
                continue
            does = (
                "a run that raises leaves its record behind, and the next delivery is taken for a duplicate"
                if missing == ["DeleteItem"] else "every event fails at its guard"
            )  # fmt: skip
            names = " and ".join(f"dynamodb:{action}" for action in missing)
            words = f"{does}: no policy of {one.function.name} allows {names} on {table.name}"
            why = (
                Step(Place(one.run.handler.path, one.run.handler.span), f"{one.run.handler.function} receives the event"),
                Step(event.claim.place, f"{event.claim.kind} writes its record to {table.name}"),
            )
            yield Fault(one.function.place, one.function.name, words, one, case, why)


def _needed(one: Deployed, claim: Claim) -> tuple[str, ...]:
    call = one.run.sites.get(claim.place)
    if _is_powertools(claim):
        return _POWERTOOLS
    plain = call is not None and call.write is not None and call.method in ("put_item", "update_item")
    return (_NEEDS[call.write.kind],) if plain and call and call.write and call.write.kind in _NEEDS else ()


def _is_allowed(action: str, table: Table, grants: Sequence[Grant], one: Deployed) -> bool:
    wanted = f"dynamodb:{action}".lower()
    return any(
        any(fnmatchcase(wanted, pattern.lower()) for pattern in grant.actions)
        and (not grant.resources or any(_is_about(value, table, one) for value in grant.resources))
        for grant in grants
    )


def _is_about(value: Value, table: Table, one: Deployed) -> bool:
    """Whether a policy's resource is, or may be, the table."""
    if value.kind in ("ref", "attribute"):
        named = {other.name for other in one.stack.tables} | {other.name for other in one.stack.resources}
        return value.text == table.name or value.text not in named
    service = value.text.split(":")[2] if value.text.count(":") > 2 else ""
    if value.kind != "text" or service not in ("", "*", "dynamodb"):
        return value.kind != "text"
    _, found, name = value.text.rpartition(":table/")
    return table.table_name is None or not found or fnmatchcase(table.table_name, name.partition("/")[0])
