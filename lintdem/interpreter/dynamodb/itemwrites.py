"""Writes to DynamoDB items: what a put, update, delete or transaction does when it is made twice."""

from __future__ import annotations

import re

from lintdem.interpreter.altering import replace
from lintdem.interpreter.domain import Claim, Derived, DictObj, Env, Error, Failed, Known, Tried, Unknown, Value
from lintdem.interpreter.dynamodb.itemconditions import (
    HOLE,
    Compares,
    Condition,
    Exists,
    Junction,
    Other,
    Verdict,
    compared_values,
    judge,
    needs_item,
    orders,
    plain,
    read_condition,
    worded,
)
from lintdem.interpreter.dynamodb.newkeys import is_new
from lintdem.interpreter.dynamodb.updates import entries, read_update, untyped
from lintdem.interpreter.exceptions import CANCELED, FAILED
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.machine import Machine, result_of
from lintdem.interpreter.trace import Invocation, Write
from lintdem.interpreter.values import known, members, text
from lintdem.model.span import Place
from lintdem.regexes import late


def write_item(m: Machine, call: Invocation, place: Place, flow: Flow) -> Value:
    """Carry out put_item, update_item or delete_item."""
    write = read_write(m, call.method, dict(call.args), place, flow)
    perform(m, [replace(call, write=write)], place, flow, FAILED)
    return result_of(place)


def read_write(m: Machine, method: str, args: dict[str, Value], place: Place, flow: Flow) -> Write:
    """The write that the arguments of an operation describe."""
    table = args.get("TableName")
    names = {k: t for k, v in entries(m, args.get("ExpressionAttributeNames"), flow).items() if (t := text(v))}
    values = {k: untyped(m, v, flow) for k, v in entries(m, args.get("ExpressionAttributeValues"), flow).items()}
    key = named_attributes(m, args.get("Key"), flow)
    sets: dict[str, Value] = {}
    opaque = False
    accumulates = ""
    kind = {"put_item": "put", "update_item": "update", "delete_item": "delete"}.get(method, "check")
    if kind == "put":
        sets = named_attributes(m, args.get("Item"), flow)
        opaque = _is_opaque(m, args.get("Item"), flow)
    elif kind == "update":
        sets, accumulates, opaque = read_update(m, args, names, values, flow)
    elif kind == "delete":
        sets = {k: Known(None, "deleted") for k in key}
    if "Key" in args and not key:
        key = {"": args["Key"]}
    given = args.get("ConditionExpression")
    expected = args.get("Expected")
    condition = read_condition(m, given, names, values, flow) if given is not None else None
    if given is None and expected is not None:
        condition = expected_condition(m, expected, flow)
    write = Write(
        "accumulate" if accumulates else kind, table, tuple(key.items()), tuple(sets.items()),
        plain(given) or "a condition object" if given is not None else "Expected" if expected is not None else "",
        given is not None or expected is not None, accumulates, None, opaque,
        compares=compared_values(condition) if condition is not None else (),
        places=_places(m, args.get("Item") if kind == "put" else args.get("Key"), flow),
        whole=_whole(m, args.get("Item"), flow) if kind == "put" else (), given=given,
        orders=orders(condition) if condition is not None else (),
        unnamed=_unnamed(m, args.get("ExpressionAttributeValues"), flow) if kind == "update" and opaque else (),
    )  # fmt: skip
    if condition is None:
        return write
    return replace(write, claim=_claim(condition, write, place, given))


def named_attributes(m: Machine, value: Value | None, flow: Flow) -> dict[str, Value]:
    """The attributes of an item or a key, also those whose names are kept elsewhere, in a setting of the table."""
    found = m.dict_entries(flow, members(value)[0]) if value is not None else None
    apart = [(called, held) for name, held in found.rest if (called := _called(name))] if found is not None else []
    return {k: untyped(m, v, flow) for k, v in (*entries(m, value, flow).items(), *apart)}


def _called(name: Value) -> str:
    """What an attribute is called whose name is no literal: as its only default says, else as the variable says that holds it."""
    texts = [said for one in members(name) if (said := text(one))]
    if len(texts) == 1:
        return texts[0]
    held = [one.name for one in members(name) if isinstance(one, Env) and not _OF_INDEX.search(one.name)]
    return next((part for one in held for part, words in _SETTINGS.items() if words.search(one)), "")


def _places(m: Machine, value: Value | None, flow: Flow) -> tuple[tuple[str, Place], ...]:
    """Where the values of an item or key are written."""
    found = m.dict_entries(flow, members(value)[0]) if value is not None else None
    return tuple((k, p) for k, p in found.places if isinstance(k, str)) if found is not None else ()


def expected_condition(m: Machine, expected: Value, flow: Flow) -> Condition:
    """The legacy `Expected={"pk": {"Exists": False}}`."""
    parts: list[Condition] = []
    for name, body in entries(m, expected, flow).items():
        fields = entries(m, body, flow)
        exists = fields.get("Exists")
        operator = text(fields.get("ComparisonOperator", Unknown("")))
        if exists == known(False) or operator == "NULL":
            parts.append(Exists(name, False))
        elif operator == "NOT_NULL":
            parts.append(Exists(name, True))
        else:
            parts.append(Compares("=", name, untyped(m, fields.get("Value", Unknown("a value")), flow)))
    return Junction("and", tuple(parts)) if parts else Other("Expected", False)


def _claim(condition: Condition, write: Write, place: Place, given: Value | None) -> Claim:
    sets, key = dict(write.values), dict(write.key)
    gone = write.kind == "delete" and needs_item(condition)
    verdict = Verdict(True) if gone else judge(condition, sets, key, write.opaque)
    words = worded(condition) if given is not None and plain(given) is None else write.condition.replace(HOLE, "…")
    name, identity = _identity(condition, write)
    where = dict(write.places).get(name)
    return Claim(place, f"the condition `{words}`", identity, write.table,
                 "" if verdict.holds else verdict.reason, expires=None, key_place=where)  # fmt: skip


def _identity(condition: Condition, write: Write) -> tuple[str, Value]:
    if write.key:
        values = tuple(v for _, v in write.key)
        return write.key[0][0], values[0] if len(values) == 1 else Derived("format", values)
    named = dict(write.values)
    for attribute in _attributes(condition):
        if attribute in named:
            other = [v for k, v in write.values if k != attribute and _PART.match(k)]
            return attribute, named[attribute] if not other else Derived("format", (named[attribute], *other))
    keys = key_attributes(write)
    return keys[0] if keys else ("", Unknown("the key of the item"))


def _attributes(condition: Condition) -> list[str]:
    if isinstance(condition, Junction):
        return [a for part in condition.parts for a in _attributes(part)]
    return [getattr(condition, "attribute", "")]


_PART = late(r"^(pk|sk)$", re.IGNORECASE)
"""Names of the two parts of a key. What is called `sort_key` may be that of an index."""

_ID = late(r"^(pk|sk|id|_id|key|partition_?key|sort_?key|hash_?key|uuid|guid)$", re.IGNORECASE)
_IDS = late(r"(_id|Id|ID|_key|_pk|_sk|_uuid|PK|SK)$")


_SETTINGS = {
    "partition key": late(r"(partition|hash)_?key|(^|_)pk(_|$)", re.IGNORECASE),
    "sort key": late(r"(sort|range)_?key|(^|_)sk(_|$)", re.IGNORECASE),
}
"""The parts of a key whose names are settings, and what such settings are called. No attribute has a name with a space."""

_OF_INDEX = late(r"gsi|lsi|index", re.IGNORECASE)

KEY_PARTS = frozenset({"pk", "sk", "PK", "SK", "Pk", "Sk"})
"""What the parts of a key are called in tables that hold many kinds of items."""


def key_attributes(write: Write, schema: tuple[str, ...] = ()) -> list[tuple[str, Value]]:
    """The attributes of the item that are its key: by the table's schema, else by their names."""
    if write.key:
        return list(write.key)
    named = [(k, v) for k, v in write.values if k in _SETTINGS] or [(k, v) for k, v in write.values if k in schema]
    plain = set(map(_plain, schema))
    # A model writes its fields under other names than its own: `order_id` is the key `orderId`.
    named = named or [(k, v) for k, v in write.values if _plain(k) in plain]
    if named or (schema and write.opaque):
        # A key that is not written out came with the item.
        return named
    exact = [(k, v) for k, v in write.values if _ID.match(k)]
    if exact:
        # Beside a pair of `PK` and `SK` an `id` is an attribute like any other.
        return [(k, v) for k, v in exact if k.lower() in ("pk", "sk")] if {k.lower() for k, _ in exact} >= {"pk", "sk"} else exact
    ids = [(k, v) for k, v in write.values if _IDS.search(k)]
    # The key of a table of orders is the order's, not that of the user who made it.
    own = [(k, v) for k, v in ids if _names(write.table, k)]
    return (own or ids)[:1]


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


def _names(table: Value | None, attribute: str) -> bool:
    """Whether the name of a table, or of the variable that holds it, speaks of what an attribute identifies."""
    name = text(table) if isinstance(table, Known) else table.name if isinstance(table, Env) else None
    stem = re.sub(r"[^a-z]", "", _IDS.sub("", attribute).lower())
    return name is not None and len(stem) > 2 and stem in re.sub(r"[^a-z]", "", name.lower())


QUERIED = "Queried."
"""What the arguments begin with that say which keys a query asks for."""


def queried(m: Machine, args: dict[str, Value], flow: Flow) -> dict[str, Value]:
    """The key attributes of a table that a query has values for, as arguments; a query of an index finds other items."""
    asked = args.get("KeyConditionExpression")
    if asked is None or "IndexName" in args:
        return {}
    names = {k: text(v) or k for k, v in entries(m, args.get("ExpressionAttributeNames"), flow).items()}
    values = {k: untyped(m, v, flow) for k, v in entries(m, args.get("ExpressionAttributeValues"), flow).items()}
    condition = read_condition(m, asked, names, values, flow)
    parts = condition.parts if isinstance(condition, Junction) and condition.op == "and" else (condition,)
    return {f"{QUERIED}{p.attribute}": p.value for p in parts if isinstance(p, Compares) and p.op == "="}


def _whole(m: Machine, value: Value | None, flow: Flow) -> tuple[Value, ...]:
    """An item that is put as it came, and what stands behind `**` in one that is spelt out."""
    found = [(one, m.dict_entries(flow, one)) for one in members(value)] if value is not None else []
    return tuple(v for one, e in found for v in ((*e.spread, *(v for _, v in e.rest)) if e is not None else (one,)))


def _unnamed(m: Machine, value: Value | None, flow: Flow) -> tuple[Value, ...]:
    """The values of an update whose expression is put together in a way that cannot be read."""
    found = [m.dict_entries(flow, one) for one in members(value)] if value is not None else []
    return tuple(v for one in found if one is not None for v in (*one.entries.values(), *(held for _, held in one.rest)))


def _is_opaque(m: Machine, value: Value | None, flow: Flow) -> bool:
    if value is None:
        return True
    found = m.dict_entries(flow, members(value)[0])
    return found is None or bool(found.spread) or bool(found.rest)


def perform(m: Machine, calls: list[Invocation], place: Place, flow: Flow, failure: tuple[str, ...]) -> None:
    """Make one or several writes that succeed or fail together."""
    claims = [c.write.claim for c in calls if c.write is not None and c.write.claim is not None]
    sound = [claim for claim in claims if not claim.useless]
    for claim in claims:
        m.claim(claim, flow)
    for claim in sound or claims:
        if is_new(m, claim.key):
            m.never.add(claim)
        m.can_raise(Error(failure, place, claim), flow, frozenset({Failed(claim)}))
    flow.must |= frozenset(Tried(claim) for claim in sound)
    m.can_raise(Error(("any", "ClientError"), place), flow)
    before = flow.must
    flow.must |= frozenset(sound)
    for call in calls:
        if call.write is None or call.write.kind != "check":
            m.effect(call, place, flow)
    flow.must = before | frozenset(sound)


def transact(m: Machine, call: Invocation, place: Place, flow: Flow) -> Value:
    """Carry out transact_write_items: each item is a write, the claims of any of them count for all."""
    calls: list[Invocation] = []
    items = call.arg("TransactItems")
    found = m.elements(flow, items) if items is not None else None
    for item in found.items if found else ():
        for one in members(item):
            for action, body in entries(m, one, flow).items():
                method = {"Put": "put_item", "Update": "update_item", "Delete": "delete_item"}.get(action, "check")
                write = read_write(m, method, entries(m, body, flow), place, flow)
                calls.append(replace(call, write=write))
    if not calls:
        unread = Write("put", None, opaque=True, conditional=True)
        calls.append(replace(call, write=unread))
    perform(m, calls, place, flow, CANCELED)
    return result_of(place)


def batch(m: Machine, call: Invocation, place: Place, flow: Flow) -> Value:
    """Carry out batch_write_item: puts and deletes without conditions."""
    calls: list[Invocation] = []
    requests = call.arg("RequestItems")
    obj = m.dict_entries(flow, requests) if requests is not None else None
    pairs: list[tuple[Value, Value]] = []
    if isinstance(obj, DictObj):
        pairs = [(known(k), v) for k, v in obj.entries.items()] + list(obj.rest)
    for table, listed in pairs:
        found = m.elements(flow, listed)
        if found is not None and found.open:
            m.buffer(place)
        for item in found.items if found else ():
            for action, body in entries(m, item, flow).items():
                method = "put_item" if action == "PutRequest" else "delete_item"
                args = {**entries(m, body, flow), "TableName": table}
                calls.append(replace(call, write=read_write(m, method, args, place, flow)))
    perform(m, calls or [replace(call, write=Write("put", None, opaque=True))], place, flow, FAILED)
    return result_of(place)
