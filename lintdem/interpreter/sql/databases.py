"""SQL databases: statements sent through DB-API drivers and data APIs, what they claim and what they answer.

Text and parameters are put together to columns with values; a claim is what a unique key, `ON CONFLICT
DO NOTHING` or a WHERE that the statement itself makes false holds back. Such a claim counts only where
the program looks at the answer (`Claim.tentative`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from lintdem.interpreter.altering import replace
from lintdem.interpreter.domain import (
    Check,
    Claim,
    Derived,
    Error,
    Fact,
    Failed,
    Fresh,
    Known,
    Made,
    Path,
    Unknown,
    Value,
)
from lintdem.interpreter.dynamodb.itemconditions import Compares, Condition, Exists, Junction, compared_values, judge
from lintdem.interpreter.elements import element_of
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.machine import Args, Machine, answered, result_of
from lintdem.interpreter.selections import ASKED
from lintdem.interpreter.sql.clauses import Comparison, Operand, Statement, plain_name
from lintdem.interpreter.sql.selects import in_order
from lintdem.interpreter.sql.sql import read_sql
from lintdem.interpreter.sql.sqltext import parameters, spelled, spelled_rows
from lintdem.interpreter.trace import Asked, Gap, Invocation, Write
from lintdem.interpreter.values import NONE, known, leaves, members, text
from lintdem.knowledge import Kind
from lintdem.model.span import Place
from lintdem.regexes import late

REFUSED = ("UniqueViolation", "UniqueViolationError", "IntegrityError")
"""What a unique key raises, by driver."""
_DATABASE = (*REFUSED, "DatabaseError", "Error", "DBAPIError", "SQLAlchemyError", "PostgresError", "MySQLError")
FETCHES = frozenset(
    "fetchone fetchall fetchmany fetchval first scalar scalar_one scalar_one_or_none one one_or_none all scalars mappings".split()
)
_EXECUTES = frozenset(
    """
        execute executemany executescript execute_values execute_batch fetch fetchrow fetchval run
        exec_driver_sql scalar scalars exec execute_async execute_many fetch_all fetch_one fetch_val iterate
        query bulk_query command query_and_wait copy copy_expert
    """.split()
)
_COPIES = frozenset({"copy_from", "copy_records_to_table", "copy_to_table"})
_ANSWERS = frozenset({"fetchrow", "fetchval", "scalar", "fetch_one", "fetch_val"})
"""Methods that execute and give the first row or value themselves."""


class Request(msgspec.Struct, frozen=True):
    """Statements on their way to a database. `parameters` by position or name; `owner` the cursor, session or client."""

    sql: Value
    place: Place
    owner: Value | None = None
    positional: tuple[Value, ...] = ()
    named: tuple[tuple[str, Value], ...] = ()
    token: Value | None = None


def call_driver(m: Machine, name: str, args: Args, place: Place, flow: Flow, receiver: Value | None) -> Value | None:
    """A method of a DB-API connection or cursor; None when it is not about statements."""
    short = name.rpartition(".")[2]
    if name.endswith((".extras.execute_values", ".extras.execute_batch")):
        rest = Args(args.positional[1:], args.keywords, args.spread, args.spreads, args.places)
        receiver, args = args.get(0, "cur"), rest
    if short in FETCHES and receiver is not None and receiver in m.outcomes:
        return _fetched(m, receiver, place, flow)
    if short in _COPIES:
        table = _named_table(args)
        carry_out(m, Statement("load", table), Request(NONE, place, receiver), (), flow)
        return result_of(place)
    if short == "callproc":
        m.record(Gap(place, "what the stored procedure does is not known"))
        return result_of(place)
    if short not in _EXECUTES:
        return None
    if _is_scratch(receiver):
        return Made("psycopg2.Connection", place)
    request = _request(m, short, args, place, flow, receiver)
    claim = telling(send(m, request, flow))
    if short in _ANSWERS:
        return answered(claim, result_of(place), NONE) if claim is not None else result_of(place)
    cursor = Made("psycopg2.Connection", place, (("self", receiver),) if receiver is not None else ())
    for one in (cursor, receiver):
        if one is not None:
            m.outcomes[one] = claim, m.sites.get(place)
    return cursor


def _named_table(args: Args) -> str:
    wanted = args.get(1, "table") or args.get(0, "table_name")
    return plain_name(text(wanted) or "") if wanted is not None else ""


def _fetched(m: Machine, receiver: Value, place: Place, flow: Flow) -> Value:
    """What a cursor gives of the last statement: nothing, if that was a claim that failed."""
    claim, site = m.outcomes[receiver]
    if site is not None:
        m.sites[place] = replace(site, kind=Kind.READ) if site.kind is not Kind.READ else site
    m.can_raise(Error(("any",), place), flow)
    return answered(claim, result_of(place), NONE) if claim is not None else result_of(place)


def _is_scratch(receiver: Value | None) -> bool:
    """A database in memory or under /tmp is the run's own."""
    while isinstance(receiver, Made):
        named = dict(receiver.args)
        where = text(named.get("0", named.get("database", NONE))) or ""
        if where.startswith(("/tmp", ":memory:", "file::memory:", "sqlite://", "sqlite:////tmp")):
            return True
        receiver = named.get("self")
    return False


def _request(m: Machine, short: str, args: Args, place: Place, flow: Flow, receiver: Value | None) -> Request:
    sql = next((v for k, v in args.keywords if k in ("sql", "query", "operation", "statement")), None)
    rest = args.positional
    if sql is None:
        sql, rest = (rest[0] if rest else Unknown("the SQL text")), rest[1:]
    given = next(
        (v for k, v in args.keywords if k in ("params", "parameters", "vars", "args", "vars_list", "argslist", "seq", "values")),
        None,
    )
    given = given if given is not None else (rest[0] if rest else None)
    if short in ("executemany", "execute_values", "execute_batch", "execute_many") and given is not None:
        given = element_of(m, given, flow)
    if short == "execute_values":
        sql = spelled_rows(sql)
    if short in ("fetch", "fetchrow", "fetchval") or len(rest) > 1:
        return Request(sql, place, receiver, rest)
    positional, named = parameters(m, given, flow, place)
    return Request(sql, place, receiver, positional, (*named, *((k, v) for k, v in args.keywords)))


# --- statements ---


def telling(claim: Claim | None) -> Claim | None:
    """A claim that shows in the answer; that of a plain INSERT shows in its failure only."""
    return claim if claim is not None and not claim.kind.startswith("the unique key") else None


def send(m: Machine, request: Request, flow: Flow) -> Claim | None:
    """Carry out the statements of a request; the claim that its answer tells about, if it is one."""
    claims: list[Claim | None] = []
    for one in members(request.sql)[:6]:
        written, holes = spelled(one)
        for statement in read_sql(written):
            claims.append(carry_out(m, statement, request, holes, flow))
    return claims[-1] if len(set(claims)) == 1 else None


def carry_out(m: Machine, statement: Statement, request: Request, holes: tuple[Value, ...], flow: Flow) -> Claim | None:
    """One statement: a read, or an effect with its claim."""
    place = request.place
    if statement.kind == "define":
        m.cleared |= {known(_table(statement.table, holes))} - {known(""), known("…")}
        return None
    if statement.kind == "unknown":
        m.record(Gap(place, statement.why))
        return None
    table = known(_table(statement.table, holes))
    if statement.kind == "read":
        site = _invocation("SELECT", statement, request, table, Kind.READ, "reads the rows again")
        given = ((f"where.{n}", v) for n, v in (*((str(i), v) for i, v in enumerate(request.positional)), *request.named))
        asked = ((f"{ASKED}{one.column}", _value(one.value, request, holes)) for one in statement.where)
        m.sites[place] = site = replace(site, args=(*site.args, *given, *asked, *in_order(statement)))
        m.can_raise(Error(("any", *_DATABASE), place), flow)
        m.record(Asked(place, site, must=flow.must, may=flow.may))
        return None
    columns = tuple((name, _value(operand, request, holes)) for name, operand in statement.columns)
    condition = _condition(statement.where, request, holes)
    return apply(m, statement, columns, table, request, flow, condition)


def apply(
    m: Machine,
    statement: Statement,
    columns: tuple[tuple[str, Value], ...],
    table: Known,
    request: Request,
    flow: Flow,
    condition: Junction,
    unique: tuple[str, ...] = (),
) -> Claim | None:
    """A change of rows with the values it stores; the claim it makes, if it makes one. `unique` are the columns of an insert
    that the program itself says are."""
    inserts = statement.kind == "insert"
    statement = _settled(m, statement, columns, table, flow)
    keys = _keys(statement, columns)
    write = Write(_WRITES[statement.kind], table, keys, columns, accumulates=statement.adds, compares=compared_values(condition))
    claim = _claim(statement, write, request.place, condition)
    if claim is not None and statement.kind == "accumulate":
        # The WHERE is false once the statement has run: it adds nothing the second time, whether or not anybody looks.
        write = replace(write, kind="set", accumulates="")
    if unique and inserts and (statement.kind == "insert" or not {table, known("…")} & m.cleared):
        # What two runs that looked for it at once both insert is refused to one of them.
        named = tuple((name, value) for name, value in columns if name in unique)
        claim = Claim(request.place, f"the unique key of {text(table) or '…'}", identity(named), table)
    _perform(m, statement, replace(write, claim=claim), request, table, flow)
    return claim


_WRITES = {
    "insert": "insert",
    "load": "insert",
    "ignore": "upsert",
    "upsert": "upsert",
    "update": "set",
    "accumulate": "accumulate",
    "delete": "unset",
    "clear": "unset",
}
_PHRASES = {
    "insert": "inserts the row again",
    "load": "loads the rows again",
    "ignore": "inserts nothing",
    "upsert": "sets the row again",
    "update": "sets the row again",
    "accumulate": "adds again",
    "delete": "deletes nothing more",
    "clear": "empties it again",
}
_VERBS = {
    "load": "COPY",
    "insert": "INSERT INTO",
    "ignore": "INSERT INTO",
    "delete": "DELETE FROM",
    "clear": "DELETE FROM",
    "update": "UPDATE",
}
_SCRATCH = late(r"^(#|@|tmp|temp|stg_|staging)|_(tmp|temp|stg|staging)$", re.IGNORECASE)


def _table(name: str, holes: tuple[Value, ...]) -> str:
    match = re.fullmatch(r"lintdemhole(\d+)", name)
    if match is None:
        return re.sub(r"lintdemhole\d+", "…", name)
    value = holes[int(match[1])] if int(match[1]) < len(holes) else None
    return plain_name(text(value) or "…") if value is not None else "…"


def _value(operand: Operand, request: Request, holes: tuple[Value, ...]) -> Value:
    if operand.fresh:
        return Derived("stored clock", ()) if operand.fresh == "clock" else Fresh("uuid", request.place)
    slot = operand.slot
    if slot is None:
        return known(operand.literal) if operand.literal is not None else Derived("sql", (known(operand.text),))
    if slot.kind == "hole":
        return holes[int(slot.name)] if int(slot.name) < len(holes) else Unknown("a value")
    if slot.kind == "name":
        return dict(request.named).get(slot.name) or Unknown(f"the parameter {slot.name}")
    index = int(slot.name)
    if index < len(request.positional):
        return request.positional[index]
    return Unknown(f"the parameter {index + 1}")


def _settled(
    m: Machine, statement: Statement, columns: tuple[tuple[str, Value], ...], table: Value, flow: Flow
) -> Statement:
    """Insertions into what the same run emptied before, or did not find, replace; a key made anew never conflicts."""
    named = dict(columns)
    if statement.kind in ("ignore", "upsert") and any(isinstance(named.get(k), Fresh) for k in statement.key):
        return replace(statement, kind="insert")
    emptied = (
        bool({table, known("…")} & m.cleared) or asked_before(m, known("…"), flow.must) or told_by(m, table, flow.must)
    )
    if statement.kind in ("insert", "load") and (
        emptied or _SCRATCH.search(str(table.value if isinstance(table, Known) else ""))
    ):
        return replace(statement, kind="upsert")
    return statement


_ID = late(r"(^|_)(id|uuid|guid|key|hash|no|number|reference|ref)$")


def _keys(statement: Statement, columns: tuple[tuple[str, Value], ...]) -> tuple[tuple[str, Value], ...]:
    """The columns that name the row, with values: of a conflict, a WHERE, or by their name."""
    found = tuple((name, value) for name, value in columns if name in statement.key)
    if found or statement.kind in ("update", "delete", "clear"):
        return found
    own = (f"{statement.table.rstrip('s')}_id", f"{statement.table}_id", "id")
    found = tuple((n, v) for n, v in columns if n in own)[:1]
    if found or statement.kind == "insert":
        return tuple(
            (n, v) for n, v in found if not isinstance(v, Fresh) or v.kind != "uuid" or statement.kind != "insert"
        )
    named = tuple((n, v) for n, v in columns if _ID.search(n))[:1] or columns[:1]
    # What is set to something new in a row that is there does not name it.
    return tuple((n, v) for n, v in named if statement.kind != "accumulate" or not any(isinstance(p, Fresh) for p in leaves(v)))


def _claim(statement: Statement, write: Write, place: Place, condition: Junction) -> Claim | None:
    """What the statement claims, for whoever looks at its answer or catches its failure."""
    table = text(write.table or NONE) or "…"
    if statement.kind in ("insert", "ignore"):
        named = write.key or tuple((n, v) for n, v in write.values if _ID.search(n)) or write.values[:1]
        words = (
            f"the unique key of {table}" if statement.kind == "insert" else f"the INSERT that leaves what is in {table}"
        )
        return Claim(place, words, identity(named), write.table, tentative=True)
    if statement.kind in ("update", "accumulate", "delete") and condition.parts:
        sets: dict[str, Value] = dict(write.values)
        if statement.kind == "accumulate":
            column = statement.adds.partition("=")[0].strip()
            sets[column] = Derived("accumulates", (sets.get(column, NONE),))
        if statement.kind == "delete" or judge(condition, sets, {}, False).holds:
            named = tuple((p.attribute, p.value) for p in condition.parts if isinstance(p, Compares) and p.op == "=")
            own = tuple((n, v) for n, v in named if not isinstance(v, Known)) or named
            return Claim(place, f"the WHERE of the statement on {table}", identity(own), write.table, tentative=True)
    return None


def identity(named: tuple[tuple[str, Value], ...]) -> Value:
    """The values that name a row, as one."""
    values = tuple(v for _, v in named)
    return values[0] if len(values) == 1 else Derived("format", values or (Unknown("the row"),))


def _condition(where: tuple[Comparison, ...], request: Request, holes: tuple[Value, ...]) -> Junction:
    parts: list[Condition] = []
    for one in where:
        if one.op == "null":
            parts.append(Exists(one.column, False))
        elif one.op != "in":
            parts.append(Compares(one.op, one.column, _value(one.value, request, holes)))
    for column in dict.fromkeys(c.column for c in where if c.op == "in"):
        choices = (
            Compares("=", column, _value(c.value, request, holes)) for c in where if c.op == "in" and c.column == column
        )
        parts.append(Junction("or", tuple(choices)))
    return Junction("and", tuple(parts))


def _invocation(verb: str, statement: Statement, request: Request, table: Value, kind: Kind, phrase: str) -> Invocation:
    name = f"{verb} {text(table) or '…'}"
    given = (("TableName", table), *((k, v) for k, v in (("ClientToken", request.token),) if v is not None))
    token = "ClientToken" if request.token is not None else None
    return Invocation(name, "sql", statement.kind, kind, phrase, given, request.owner, token)


_DEDUP = late(r"(process|dedup|idempot|seen|handled|inbox|consumed|claim|lock|delivered|already)", re.IGNORECASE)


def told_by(m: Machine, table: Value, facts: frozenset[Fact]) -> bool:
    """Whether what is in the table decides that rows are added: then the next run adds those that are missing."""
    told = (f.subject.place for f in facts if isinstance(f, Check) and f.kind == "state" and isinstance(f.subject, Path))
    return _are_of(m, table, told)


def asked_before(m: Machine, table: Value, facts: frozenset[Fact]) -> bool:
    """Whether the table was searched first and nothing found: a later delivery finds the row and does not come here."""
    asked = (f.subject.place for f in facts if isinstance(f, Check) and f.kind == "absent" and isinstance(f.subject, Path))
    return _are_of(m, table, asked)


def _are_of(m: Machine, table: Value, asked: Iterable[Place | None]) -> bool:
    """Whether one of several reads was of this table."""
    sites = (m.sites.get(place) for place in asked if place is not None)
    return any(site is not None and site.arg("TableName") == table for site in sites)


def _perform(m: Machine, statement: Statement, write: Write, request: Request, table: Value, flow: Flow) -> None:
    verb = _VERBS.get(statement.kind, "UPDATE" if write.kind == "accumulate" else "INSERT INTO")
    kind = {"set": Kind.SET, "unset": Kind.DELETE}.get(write.kind, Kind.WRITE)
    site = _invocation(verb, statement, request, table, kind, _PHRASES[statement.kind])
    site = replace(site, write=write)
    place, claim = request.place, write.claim
    m.sites[place] = site
    m.can_raise(Error(("any", *_DATABASE[3:]), place), flow)
    if claim is None:
        m.effect(site, place, flow)
    else:
        m.claim(claim, flow)
        before = flow.must
        flow.must |= {claim}
        m.effect(site, place, flow)
        if statement.kind == "insert" and not (asked_before(m, table, before) and not claim.tentative):
            failed = frozenset({Failed(claim)}) if _DEDUP.search(str(text(table))) else frozenset()
            m.can_raise(Error(_DATABASE, place, claim), flow, failed)
        elif statement.kind != "insert":
            flow.must = before
    if statement.kind in ("clear", "delete"):
        m.cleared.add(table)
