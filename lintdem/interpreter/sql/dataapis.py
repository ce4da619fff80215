"""Statements sent through AWS's own APIs: the data APIs of RDS and Redshift, PartiQL of DynamoDB."""

from __future__ import annotations

import re

from lintdem.interpreter.altering import replace
from lintdem.interpreter.domain import Claim, DictObj, Error, Unknown, Value
from lintdem.interpreter.dynamodb.itemwrites import perform
from lintdem.interpreter.dynamodb.updates import entries
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.machine import Machine, answered, result_of
from lintdem.interpreter.sql.databases import Request, send, telling
from lintdem.interpreter.sql.sqltext import spelled
from lintdem.interpreter.trace import Asked, Gap, Invocation, Write
from lintdem.interpreter.values import NONE, known, members, text
from lintdem.knowledge import Kind
from lintdem.model.span import Place
from lintdem.regexes import late

_PARTIQL = frozenset({"execute_statement", "batch_execute_statement", "execute_transaction"})
_DATA = frozenset({"execute_statement", "batch_execute_statement", "execute_sql"})


def call_data_api(m: Machine, call: Invocation, place: Place, flow: Flow) -> Value | None:
    """An operation that carries statements; None when the operation carries none."""
    if call.service == "dynamodb" and call.method in _PARTIQL:
        return _partiql(m, call, place, flow)
    if call.service in ("rds-data", "redshift-data") and call.method in _DATA:
        return _data_api(m, call, place, flow)
    return None


def _data_api(m: Machine, call: Invocation, place: Place, flow: Flow) -> Value:
    sql = call.arg("sql") or call.arg("Sql") or call.arg("sqlStatements")
    listed = m.elements(flow, call.arg("Sqls") or NONE)
    given = call.arg("parameters") or call.arg("Parameters")
    if given is None and (sets := m.elements(flow, call.arg("parameterSets") or NONE)) is not None and sets.items:
        given = sets.items[0]
    named = tuple(_named(m, given, flow)) if given is not None else ()
    claim: Claim | None = None
    for one in listed.items if listed is not None else (sql or Unknown("the SQL text"),):
        claim = telling(send(m, Request(one, place, call.target, (), named, call.arg("ClientToken")), flow))
    if claim is None:
        return result_of(place)
    rows: dict[object, Value] = {"numberOfRecordsUpdated": answered(claim, known(1), known(0))}
    return m.new(flow, DictObj(rows, (), (result_of(place),)))


def _named(m: Machine, given: Value, flow: Flow) -> list[tuple[str, Value]]:
    """`[{"name": "id", "value": {"stringValue": id}}]` as names with values."""
    found: list[tuple[str, Value]] = []
    listed = m.elements(flow, given)
    for one in listed.items if listed is not None else ():
        inner = entries(m, one, flow)
        name = text(inner.get("name", NONE))
        value = inner.get("value", NONE)
        typed = entries(m, value, flow)
        if name:
            found.append((name, next(iter(typed.values()), value)))
    return found


# --- PartiQL ---

_INSERT = late(r"\s*insert\s+into\s+[\"']?([\w.-]+)[\"']?\s+value\s*(.*)", re.IGNORECASE | re.DOTALL)
_UPDATE = late(
    r"\s*update\s+[\"']?([\w.-]+)[\"']?\s+((?:set|remove)\b.*?)\bwhere\b(.*)", re.IGNORECASE | re.DOTALL
)
_DELETE = late(r"\s*delete\s+from\s+[\"']?([\w.-]+)[\"']?\s+where\b(.*)", re.IGNORECASE | re.DOTALL)
_PAIR = late(r"[\"'](\w+)[\"']\s*:\s*(\?|[\"'][^\"']*[\"']|[\w.]+)")
_EQUAL = late(r"[\"']?(\w+)[\"']?\s*=\s*(\?|[\"'][^\"']*[\"']|lintdemhole\d+|[\d.]+)", re.IGNORECASE)
_COMPARED = late(
    r"[\"']?(\w+)[\"']?\s*(=|<>|!=|<=|>=|<|>)\s*(\?|[\"'][^\"']*[\"']|lintdemhole\d+|[\d.]+)", re.IGNORECASE
)
_ASKS = late(r"\bis\s+(not\s+)?(missing|null)\b|\b(exists|contains|begins_with|attribute_type|between|in)\b", re.IGNORECASE)
_ADDS = late(r"\"?(\w+)\"?\s*=\s*(?:list_append\s*\(\s*)?\"?\1\"?\s*[-+,]", re.IGNORECASE)


def _partiql(m: Machine, call: Invocation, place: Place, flow: Flow) -> Value:
    pairs: list[tuple[Value, Value | None]] = []
    if call.method == "execute_statement":
        pairs = [(call.arg("Statement") or Unknown("the statement"), call.arg("Parameters"))]
    else:
        listed = m.elements(flow, call.arg("Statements") or call.arg("TransactStatements") or NONE)
        for one in listed.items if listed is not None else ():
            inner = entries(m, one, flow)
            pairs.append((inner.get("Statement", Unknown("the statement")), inner.get("Parameters")))
    for statement, given in pairs:
        for one in members(statement)[:4]:
            _statement(m, call, one, given, place, flow)
    return result_of(place)


def _statement(m: Machine, call: Invocation, statement: Value, given: Value | None, place: Place, flow: Flow) -> None:
    written, holes = spelled(statement)
    values = _parameters(m, given, flow)
    if re.match(r"\s*(select|exists)\b", written, re.IGNORECASE):
        m.sites[place] = replace(call, kind=Kind.READ)
        m.can_raise(Error(("any", "ClientError"), place), flow)
        m.record(Asked(place, m.sites[place], must=flow.must, may=flow.may))
        return
    inserted, changed, deleted = _INSERT.match(written), _UPDATE.match(written), _DELETE.match(written)
    if inserted is not None:
        columns = _bound(_PAIR.findall(inserted[2]), values, holes)
        claim = Claim(
            place,
            f"PartiQL INSERT into {inserted[1]}",
            columns[0][1] if columns else Unknown("the key"),
            known(inserted[1]),
        )
        write = Write("put", known(inserted[1]), (), columns, "INSERT", True, claim=claim)
        perform(m, [replace(call, write=write)], place, flow, ("DuplicateItemException", "ClientError"))
        return
    if changed is not None or deleted is not None:
        found = changed or deleted
        assert found is not None
        sets = _bound(_EQUAL.findall(changed[2]), values, holes) if changed is not None else ()
        asked = _COMPARED.findall(found[found.lastindex or 1])
        bound = _bound([(name, value) for name, _, value in asked], values[len(sets) :], holes)
        keys = tuple(pair for pair, (_, op, _) in zip(bound, asked, strict=False) if op == "=")
        ordered = tuple((n, op, v) for (n, v), (_, op, _) in zip(bound, asked, strict=False) if op in ("<", "<=", ">", ">="))
        asks = len(keys) > 2 or len(keys) < len(asked) or _ASKS.search(found[found.lastindex or 1]) is not None
        adds = _ADDS.search(changed[2]) if changed is not None else None
        kind = "accumulate" if adds else "update" if changed is not None else "delete"
        write = Write(kind, known(found[1]), keys[:1], sets, "", asks, adds[0].strip(" ,+-") if adds else "",
                      compares=tuple(value for _, _, value in ordered), orders=ordered)  # fmt: skip
        perform(m, [replace(call, write=write)], place, flow, ("ConditionalCheckFailedException", "ClientError"))
        return
    m.record(Gap(place, "the PartiQL statement could not be read"))


def _parameters(m: Machine, given: Value | None, flow: Flow) -> tuple[Value, ...]:
    listed = m.elements(flow, given) if given is not None else None
    found: list[Value] = []
    for one in listed.items if listed is not None else ():
        typed = entries(m, one, flow)
        found.append(next(iter(typed.values())) if len(typed) == 1 else one)
    return tuple(found)


def _bound(
    pairs: list[tuple[str, str]], values: tuple[Value, ...], holes: tuple[Value, ...]
) -> tuple[tuple[str, Value], ...]:
    """Attributes with their values; a `?` takes the next parameter."""
    rest = iter(values)
    found: list[tuple[str, Value]] = []
    for name, written in pairs:
        hole = re.search(r"lintdemhole(\d+)", written)
        if written == "?":
            found.append((name, next(rest, Unknown("a parameter"))))
        elif hole is not None and int(hole[1]) < len(holes):
            found.append((name, holes[int(hole[1])]))
        else:
            found.append((name, known(written.strip("'\""))))
    return tuple(found)
