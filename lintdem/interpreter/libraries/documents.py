"""Documents: MongoDB updates by their operators, and search indexes, where a document without an id multiplies."""

from __future__ import annotations

import re

from lintdem.interpreter.altering import replace
from lintdem.interpreter.domain import Claim, Derived, Error, Failed, Known, Made, Method, Unknown, Value
from lintdem.interpreter.dynamodb.itemconditions import (
    Compares,
    Condition,
    Contains,
    Exists,
    Junction,
    compared_values,
    judge,
)
from lintdem.interpreter.dynamodb.updates import entries
from lintdem.interpreter.elements import element_of
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.libraries.pipelines import Stores, stored_by
from lintdem.interpreter.libraries.refilled import is_refilled, note_cleared
from lintdem.interpreter.machine import Args, Machine, answered, result_of
from lintdem.interpreter.trace import Asked, Invocation, Write
from lintdem.interpreter.values import NONE, known, members, text
from lintdem.knowledge import Kind
from lintdem.model.span import NOWHERE, Place

NOWHERE_AT = Place("", NOWHERE)

_UPDATES = frozenset({"update_one", "update_many", "find_one_and_update"})
_ADDS = ("$inc", "$mul", "$push", "$pop", "$bit")
_READS = frozenset({"find", "find_one", "count_documents", "estimated_document_count", "distinct", "aggregate"})


def is_mongo(value: Value) -> bool:
    """Whether a value is a client, database or collection of MongoDB."""
    while isinstance(value, Method):
        value = value.receiver
    return isinstance(value, Made) and value.type.startswith("pymongo.MongoClient")


def collection_of(value: Value, index: Value) -> Value:
    """`client["db"]["orders"]`, `client.db["orders"]`: a database or collection, known by its name."""
    names: list[Value] = [index]
    while isinstance(value, Method):
        names.append(known(value.name))
        value = value.receiver
    for name in reversed(names):
        value = Made("pymongo.MongoClient.part", getattr(value, "place", NOWHERE_AT), (("self", value), ("name", name)))
    return value


def call_documents(m: Machine, name: str, args: Args, place: Place, flow: Flow, receiver: Value | None) -> Value | None:
    """A method of a MongoDB collection; None when its repetition is nothing special."""
    short = name.rpartition(".")[2]
    if short in ("get_collection", "get_database", "get_default_database") and isinstance(receiver, Made):
        return collection_of(receiver, args.get(0, "name") or NONE)
    if receiver is None or not name.startswith("pymongo.MongoClient"):
        return None
    table = _collection(name, receiver)
    note_cleared(m, short, args, table, flow)
    stored = stored_by(m, args.get(0, "pipeline"), flow) if short == "aggregate" else Stores.NOTHING
    if stored is Stores.THE_SAME:
        site = Invocation(f"MongoDB {short}", "mongo", short, Kind.SET, "stores the same again", (("TableName", table),), receiver)
        m.sites[place] = site
        m.can_raise(Error(("any", "PyMongoError"), place), flow)
        m.effect(site, place, flow)
        return result_of(place)
    if short in _READS and stored is Stores.NOTHING:
        asked = tuple((f"where.{k}", v) for k, v in entries(m, args.get(0, "filter"), flow).items())
        given = (("TableName", table), *asked)
        site = Invocation(f"MongoDB {short}", "mongo", short, Kind.READ, "reads again", given, receiver)
        m.sites[place] = site
        m.can_raise(Error(("any", "PyMongoError"), place), flow)
        m.record(Asked(place, site, must=flow.must, may=flow.may))
        return result_of(place)
    if short in ("insert_one", "insert_many"):
        document = args.get(0, "document") or args.get(0, "documents") or NONE
        document = element_of(m, document, flow) if short == "insert_many" else document
        return _insert(m, short, document, table, place, flow, receiver)
    if short in _UPDATES:
        return _update(m, short, args, table, place, flow, receiver)
    if short == "bulk_write":
        return _bulk(m, args, table, place, flow, receiver)
    return None


def _collection(name: str, receiver: Value) -> Value:
    steps = [s for s in name.split(".")[2:-1] if s != "part"]
    while isinstance(receiver, Made):
        named = dict(receiver.args)
        if "name" in named and receiver.type == "pymongo.MongoClient.part":
            steps.insert(0, text(named["name"]) or "…")
        receiver = named.get("self", NONE)
    return known(".".join(steps) or "…")


def _insert(m: Machine, short: str, document: Value, table: Value, place: Place, flow: Flow, receiver: Value) -> Value:
    inner = entries(m, document, flow)
    key = inner.get("_id")
    kind = "upsert" if key is not None or is_refilled(m, table, inner) else "insert"
    write = Write(kind, table, (("_id", key),) if key is not None else (), tuple(inner.items()))
    site = Invocation(
        f"MongoDB {short}",
        "mongo",
        short,
        Kind.WRITE,
        "inserts the document again",
        (("TableName", table),),
        receiver,
        write=write,
    )
    m.sites[place] = site
    m.can_raise(Error(("any", "PyMongoError"), place), flow)
    identity = key or next((v for k, v in inner.items() if k.lower().endswith("id")), Unknown("the document"))
    claim = Claim(place, f"the unique key of {text(table)}", identity, table, tentative=key is None)
    m.claim(claim, flow)
    flow.must |= {claim}
    m.effect(replace(site, write=replace(write, claim=claim)), place, flow)
    m.can_raise(
        Error(("DuplicateKeyError", "WriteError", "OperationFailure", "PyMongoError"), place, claim),
        flow,
        frozenset({Failed(claim)}) if key is not None else frozenset(),
    )
    return result_of(place)


def _update(m: Machine, short: str, args: Args, table: Value, place: Place, flow: Flow, receiver: Value) -> Value:
    write = _read_update(m, args.get(0, "filter") or NONE, args.get(1, "update") or NONE, table, place, flow)
    upserts = next((v for k, v in args.keywords if k == "upsert"), NONE) == known(True)
    claim = write.claim
    if claim is None and upserts and not write.values and not write.accumulates:
        claim = Claim(
            place,
            f"the upsert in {text(table)}",
            write.key[0][1] if write.key else Unknown("the filter"),
            table,
            tentative=True,
        )
    _record(m, f"MongoDB {short}", short, replace(write, claim=claim), place, flow, receiver)
    if claim is None:
        return result_of(place)
    if short == "find_one_and_update":
        return answered(claim, result_of(place), NONE)
    result = Made("pymongo.results.UpdateResult", place)
    m.outcomes[result] = claim, m.sites.get(place)
    return result


def _record(m: Machine, name: str, short: str, write: Write, place: Place, flow: Flow, receiver: Value) -> None:
    kind = Kind.WRITE if write.kind == "accumulate" else Kind.SET
    site = Invocation(
        name,
        "mongo",
        short,
        kind,
        "updates the document again",
        (("TableName", write.table or NONE),),
        receiver,
        write=write,
    )
    m.sites[place] = site
    m.can_raise(Error(("any", "PyMongoError"), place), flow)
    before = flow.must
    if write.claim is not None:
        m.claim(write.claim, flow)
        flow.must |= {write.claim}
    m.effect(site, place, flow)
    flow.must = before


def _read_update(m: Machine, wanted: Value, update: Value, table: Value, place: Place, flow: Flow) -> Write:
    operators = entries(m, update, flow)
    sets = _staged(m, update, flow)
    adds = next((f"{f} of ${f}" for f, v in sets.items() if not _is_bookkeeping(f) and _grows(m, f, v, flow)), "")
    for operator, body in operators.items():
        for field, value in entries(m, body, flow).items():
            if operator in _ADDS:
                grows = _is_bookkeeping(field)
                sets[field] = Derived("accumulates", (value,)) if operator != "$push" else value
                adds = adds or ("" if grows else f"{operator} {field}")
            elif operator != "$setOnInsert":
                sets[field] = value
        if operator in _ADDS and not entries(m, body, flow):
            adds = adds or operator
    filters = entries(m, wanted, flow)
    condition = _filter(m, filters, flow)
    keys = tuple((k, v) for k, v in filters.items() if not entries(m, v, flow) and k not in sets)
    kind = "accumulate" if adds else "set"
    asked = compared_values(condition) if condition is not None else ()
    write = Write(kind, table, keys if kind == "accumulate" else (), tuple(sets.items()), accumulates=adds, compares=asked)
    if isinstance(condition, Junction) and condition.parts and judge(condition, sets, {}, False).holds:
        key = keys[0][1] if keys else Unknown("the filter")
        held = any(isinstance(p, (Compares, Junction, Exists)) for p in condition.parts)
        claim = Claim(place, f"the filter of the update in {text(table)}", key, table, tentative=held)
        # The update itself does nothing the second time, whether or not the program looks.
        write = replace(write, kind="set", claim=claim)
    return write


def _staged(m: Machine, update: Value, flow: Flow) -> dict[str, Value]:
    """What the stages of an update that is a pipeline set."""
    stages = m.elements(flow, update)
    parts = [entries(m, stage, flow) for stage in (stages.items if stages is not None else ())]
    return {k: v for part in parts for name in ("$set", "$addFields") for k, v in entries(m, part.get(name, NONE), flow).items()}


def _grows(m: Machine, field: str, value: Value, flow: Flow) -> bool:
    """`{"$add": ["$n", 1]}` for `n`: the field is set to itself and something more."""
    for operator in ("$add", "$subtract", "$multiply", "$concat", "$concatArrays"):
        operands = m.elements(flow, entries(m, value, flow).get(operator, NONE))
        if operands is not None and any(text(one) == f"${field}" for one in operands.items):
            return True
    return False


def _is_bookkeeping(field: str) -> bool:
    return re.search(r"(version|attempts?|retries|tries|__v)$", field) is not None


def _filter(m: Machine, filters: dict[str, Value], flow: Flow) -> Condition:
    parts: list[Condition] = []
    for field, value in filters.items():
        inner = entries(m, value, flow)
        if not inner:
            parts.append(Compares("=", field, value))
        if "$ne" in inner:
            parts.append(Junction("not", (Contains(field, inner["$ne"]),)))
        if "$exists" in inner and inner["$exists"] == known(False):
            parts.append(Exists(field, False))
        parts += [
            Compares(op, field, inner[name])
            for name, op in (("$lt", "<"), ("$gt", ">"), ("$lte", "<="))
            if name in inner
        ]
        if "$in" in inner:
            found = m.elements(flow, inner["$in"])
            parts.append(Junction("or", tuple(Compares("=", field, v) for v in (found.items if found else ()))))
    return Junction("and", tuple(p for p in parts if not (isinstance(p, Junction) and not p.parts)))


def _bulk(m: Machine, args: Args, table: Value, place: Place, flow: Flow, receiver: Value) -> Value:
    for one in members(element_of(m, args.get(0, "requests") or NONE, flow)):
        short = one.type.rpartition(".")[2] if isinstance(one, Made) else ""
        named = dict(one.args) if isinstance(one, Made) else {}
        if short == "InsertOne":
            _insert(m, "bulk_write", named.get("0", named.get("document", NONE)), table, place, flow, receiver)
        elif short in ("UpdateOne", "UpdateMany"):
            write = _read_update(
                m,
                named.get("0", named.get("filter", NONE)),
                named.get("1", named.get("update", NONE)),
                table,
                place,
                flow,
            )
            _record(m, "MongoDB bulk_write", "bulk_write", write, place, flow, receiver)
    return result_of(place)


# --- search ---


def call_search(m: Machine, name: str, args: Args, place: Place, flow: Flow, receiver: Value | None) -> Value | None:
    """A method of a search client, or a bulk helper; None when its repetition is nothing special."""
    short = name.rpartition(".")[2]
    if ".helpers." in name and short.endswith("bulk"):
        return _actions(m, args.get(1, "actions") or NONE, place, flow, args.get(0, "client") or NONE)
    if ".indices." in name or receiver is None:
        return None
    index = args.get(0, "index") or NONE
    if short in ("index", "create"):
        explicit = next((v for k, v in args.keywords if k == "id"), None)
        explicit = explicit if explicit is not None else args.get(2)
        refuses = short == "create" or text(next((v for k, v in args.keywords if k == "op_type"), NONE)) == "create"
        body = next((v for k, v in args.keywords if k in ("body", "document")), args.get(1) or NONE)
        _index(m, explicit, refuses, index, place, flow, receiver, body)
        return result_of(place)
    if short == "bulk":
        return _lines(
            m,
            args.get(0, "body") or next((v for k, v in args.keywords if k == "operations"), NONE),
            place,
            flow,
            receiver,
        )
    if short == "reindex":
        return result_of(place)
    if short in ("update", "update_by_query"):
        return _script(m, args, index, place, flow, receiver)
    return None


def _index(
    m: Machine, explicit: Value | None, refuses: bool, index: Value, place: Place, flow: Flow, receiver: Value, body: Value
) -> None:
    """One document written, whose id is `explicit` or made by the index."""
    stable = explicit is not None and explicit != NONE
    key = (("_id", explicit),) if stable and explicit is not None else ()
    write = Write("upsert" if stable else "insert", index, key)
    site = Invocation(
        f"index {text(index) or '…'}",
        "search",
        "index",
        Kind.WRITE,
        "indexes the document again",
        (("TableName", index), ("body", body)),
        receiver,
        write=write,
    )
    m.sites[place] = site
    m.can_raise(Error(("any", "TransportError"), place), flow)
    if refuses and explicit is not None and stable:
        claim = Claim(place, f"the id in {text(index) or 'the index'}", explicit, index)
        m.claim(claim, flow)
        m.can_raise(Error(("ConflictError", "TransportError"), place, claim), flow, frozenset({Failed(claim)}))
        flow.must |= {claim}
    m.effect(site, place, flow)


def _actions(m: Machine, actions: Value, place: Place, flow: Flow, receiver: Value) -> Value:
    """`helpers.bulk(client, actions)`: each action names its document, or does not."""
    for action in members(element_of(m, actions, flow)):
        found = m.dict_entries(flow, action)
        if found is None or found.spread or found.rest:
            continue
        if text(found.entries.get("_op_type", NONE)) in (None, "index", "create"):
            _index(m, found.entries.get("_id"), False, found.entries.get("_index", NONE), place, flow, receiver, action)
    return result_of(place)


def _lines(m: Machine, body: Value, place: Place, flow: Flow, receiver: Value) -> Value:
    """`client.bulk(body=[…])`: lines of actions and documents, as a list or one text."""
    for line in _written_lines(m, body, flow):
        for action, inner in entries(m, line, flow).items():
            named = m.dict_entries(flow, inner)
            if action == "index" and named is not None and not named.spread and not named.rest:
                _index(m, named.entries.get("_id"), False, named.entries.get("_index", NONE), place, flow, receiver, body)
    return result_of(place)


def _written_lines(m: Machine, body: Value, flow: Flow) -> list[Value]:
    """The lines of a list, or of a text that was joined of them, each as it was before it became JSON."""
    joined = [part for one in members(body) if isinstance(one, Derived) and one.op == "format" for part in one.parts]
    parts = [part for value in (joined or [body]) for part in members(value)]
    lists = [m.elements(flow, part) for part in parts]
    items = [item for part, found in zip(parts, lists, strict=True) for item in (found.items if found else (part,))]
    lines = [line for item in items for line in members(item)]
    return [line.parts[0] if isinstance(line, Derived) and line.op == "dumps" else line for line in lines]


def _script(m: Machine, args: Args, index: Value, place: Place, flow: Flow, receiver: Value) -> Value:
    body = next((v for k, v in args.keywords if k in ("body", "script")), NONE)
    written = _source(m, body, flow)
    m.can_raise(Error(("any", "TransportError"), place), flow)
    if not re.search(r"(\+=|-=|\+\+|\.add\()", written):
        site = Invocation(
            f"update {text(index) or '…'}",
            "search",
            "update",
            Kind.SET,
            "sets the document again",
            (("TableName", index),),
            receiver,
        )
        m.sites[place] = site
        m.effect(site, place, flow)
        return result_of(place)
    write = Write("accumulate", index, accumulates=written[:60])
    site = Invocation(
        f"update {text(index) or '…'}",
        "search",
        "update",
        Kind.WRITE,
        "runs the script again",
        (("TableName", index),),
        receiver,
        write=write,
    )
    m.sites[place] = site
    m.effect(site, place, flow)
    return result_of(place)


def _source(m: Machine, body: Value, flow: Flow) -> str:
    if isinstance(body, Known):
        return str(body.value)
    inner = entries(m, body, flow)
    for name in ("script", "source", "inline"):
        if name in inner:
            return _source(m, inner[name], flow)
    return ""


__all__ = ["call_documents", "call_search", "collection_of", "is_mongo"]
