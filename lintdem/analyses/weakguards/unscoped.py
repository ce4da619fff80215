"""Dedup records of two operations under one key: the second operation is taken for a repetition of the first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import msgspec

from lintdem.analyses.cases import REPEATS, Case
from lintdem.analyses.guards import Answer
from lintdem.analyses.keys import Grade, provenance, readable
from lintdem.analyses.subjects import Subject
from lintdem.analyses.tablewrites import store_of
from lintdem.interpreter.deployed import table_of
from lintdem.interpreter.domain import Claim, Derived, Env, Known, Made, Path, Value
from lintdem.interpreter.dynamodb.itemwrites import key_attributes
from lintdem.interpreter.engine import Run
from lintdem.interpreter.trace import Effect, Invocation
from lintdem.interpreter.values import text
from lintdem.model.span import Place
from lintdem.program import Program

GENERIC = frozenset({"id", "key", "pk", "sk", "uuid", "number", "name", "value", "reference", "ref", "code"})
"""Names that say nothing about whose identity it is."""
FANNED_OUT = frozenset({("id",), ("Records", "*", "Sns", "MessageId")})
"""Ids of a delivery that every subscriber of one event gets."""
ADDRESSES = ("0", "1", "url", "TopicArn", "QueueUrl", "FunctionName", "TableName", "StreamName", "stateMachineArn", "TemplateId")


class Guarded(msgspec.Struct, frozen=True):
    """A record and what it holds back: `does` names the operation by its calls, `key` is its key part by part."""

    run: Run
    subject: Subject
    claim: Claim
    place: Place
    key: tuple[tuple[str, str], ...]
    does: frozenset[tuple[str, str]]
    effect: Effect


def collisions(cases: Sequence[Case], program: Program) -> Iterator[tuple[Guarded, Guarded]]:
    """Pairs of operations whose records have one key in one store, each with the first it collides with."""
    stores: dict[object, list[Guarded]] = {}
    for (handler, claim), mine in by_claim(cases).items():
        store = _store(claim, mine[0], program)
        key = _key(claim, mine[0], program)
        if handler and store is not None and key:
            does = frozenset(_signature(c.effect) for c in mine)
            first = mine[0]
            place = claim.key_place or claim.place
            stores.setdefault(store, []).append(Guarded(first.run, first.subject, claim, place, key, does, first.effect))
    for found in stores.values():
        seen: set[Place] = set()
        for one, other in combinations(sorted(found, key=lambda g: (g.place, g.run.handler.name)), 2):
            if one.key == other.key and one.does.isdisjoint(other.does) and other.place not in seen and _differ(one, other):
                seen.add(other.place)
                yield other, one


def by_claim(cases: Sequence[Case]) -> dict[tuple[str, Claim], list[Case]]:
    """What each record holds back, handler by handler."""
    found: dict[tuple[str, Claim], list[Case]] = {}
    for case in cases:
        claim = case.cover.claim
        if case.cover.answer is not Answer.YES or claim is None or not claim.record or claim.useless:
            continue
        if case.harm.repeat in REPEATS and claim.place != case.effect.place and _is_record(claim, case.run):
            found.setdefault((case.run.handler.name, claim), []).append(case)
    return found


def _is_record(claim: Claim, run: Run) -> bool:
    """Whether the claim puts a record of its own, and does not move on a row that others read."""
    call = run.sites.get(claim.place)
    return claim.kind.startswith("Redis ") or (call is not None and call.write is not None and call.write.kind == "put")


def _store(claim: Claim, case: Case, program: Program) -> object | None:
    if isinstance(claim.store, Made):
        named = tuple((k, v) for k, v in claim.store.args if isinstance(v, (Known, Env)))
        return (claim.store.type, named or claim.store.place)
    return store_of(claim.store, case.run, program)


def _key(claim: Claim, case: Case, program: Program) -> tuple[tuple[str, str], ...]:
    """The parts of a key: what is written out, and what the event calls the rest. Empty if one of them is not known
    to name the same thing elsewhere."""
    call = case.run.sites.get(claim.place)
    values = [claim.key]
    if call is not None and call.write is not None:
        table = table_of(call.write.table, case.run.handler, program)
        values = [v for _, v in key_attributes(call.write, table.keys if table is not None else ())] or values
        if table is None:
            values += [v for k, v in call.write.values if text(v) is not None and k.lower() not in ("status", "state")]
    parts: list[tuple[str, str]] = []
    for value in values:
        for one in value.parts if isinstance(value, Derived) and value.op == "format" else (value,):
            part = _part(one, case)
            if part is None:
                return ()
            parts.append(part)
    return tuple(parts) if any(kind == "event" for kind, _ in parts) else ()


def _part(value: Value, case: Case) -> tuple[str, str] | None:
    if isinstance(value, (Known, Env)):
        return ("text", str(value.value if isinstance(value, Known) else value.name))
    if not isinstance(value, Path) or value.root != "event":
        return None
    if value.steps in FANNED_OUT:
        return ("event", "/".join((case.subject.source.value, *value.steps)))
    name = readable(value.steps).replace("_", "").lower()
    good = provenance(value, case.subject, case.run.sites).grade in (Grade.BUSINESS, Grade.CLIENT)
    return ("event", name) if good and name not in GENERIC else None


def _signature(effect: Effect) -> tuple[str, str]:
    """A call with the address it goes to."""
    return (effect.call.name, next((w for a in ADDRESSES if (w := _written(effect.call, a))), ""))


def _written(call: Invocation, argument: str) -> str:
    value = call.arg(argument)
    return value.name if isinstance(value, Env) else text(value) or "" if value is not None else ""


def _differ(one: Guarded, other: Guarded) -> bool:
    """Whether these are two operations, not two ways into one: what they do differs by name, or by a known address."""
    names = {name for name, _ in one.does} & {name for name, _ in other.does}
    return all(address for name, address in one.does | other.does if name in names)
