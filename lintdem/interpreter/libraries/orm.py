"""Object-relational mappers: SQLAlchemy's constructs and sessions, Django's managers, peewee's models."""

from __future__ import annotations

from collections.abc import Sequence

from lintdem.interpreter.binding import set_attribute
from lintdem.interpreter.classobjects import managed
from lintdem.interpreter.domain import (
    Claim,
    Cls,
    Derived,
    Error,
    External,
    Fresh,
    Instance,
    ListObj,
    Made,
    Method,
    Path,
    Test,
    Value,
)
from lintdem.interpreter.dynamodb.itemconditions import Compares, Condition, Junction
from lintdem.interpreter.dynamodb.updates import entries
from lintdem.interpreter.elements import element_of
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.libraries.documentmodels import call_document, is_document
from lintdem.interpreter.libraries.tables import column_name, is_found_once, is_unique, table_of
from lintdem.interpreter.lineage import find_in_class, outside_bases
from lintdem.interpreter.machine import Args, Machine, answered, result_of
from lintdem.interpreter.rows import READ, store_rows
from lintdem.interpreter.sql.clauses import Statement
from lintdem.interpreter.sql.databases import REFUSED, Request, apply, asked_before, send, telling
from lintdem.interpreter.trace import Asked, Invocation
from lintdem.interpreter.values import NONE, known, members, text
from lintdem.knowledge import Kind
from lintdem.model.span import Place

_CONSTRUCTS = frozenset({"insert", "update", "delete", "select"})
_RUNS = frozenset({"execute", "scalar", "scalars", "exec", "exec_driver_sql"})
_READS = frozenset(
    """
        first all one one_or_none scalar scalars count exists get get_or_none values_list values aggregate
        latest earliest last in_bulk iterator get_or_404 aexists aget afirst acount tuples dicts
    """.split()
)
_NOTHING = Junction("and", ())


def call_session(m: Machine, name: str, args: Args, place: Place, flow: Flow, receiver: Value | None) -> Value | None:
    """SQLAlchemy: a construct, a method of one, or of a session; None when nothing special is to be said."""
    short = name.rpartition(".")[2]
    if isinstance(receiver, Made) and receiver.type == "sqlalchemy.Query":
        return _chain(m, short, args, place, flow, receiver)
    if isinstance(receiver, Made) and receiver.type in _TYPES:
        return _extended(receiver, short, args, place)
    if short in _CONSTRUCTS and (receiver is None or name.startswith("sqlalchemy.Table.")):
        target = args.get(0, "table") or args.get(0, "entity") or receiver or NONE
        return Made(f"sqlalchemy.{short}", place, (("0", target),))
    if short in ("Column", "mapped_column") and receiver is None:
        return Made("sqlalchemy.Column", place, args.named())
    if name in ("sqlalchemy.Table", "sqlalchemy.table", "sqlalchemy.MetaData"):
        return Made(f"sqlalchemy.{'Table' if short == 'table' else short}", place, args.named())
    bare = name.startswith("sqlalchemy.Engine.") and short in _RUNS
    if not (bare or name.startswith(("sqlalchemy.orm.Session.", "sqlalchemy.Connection."))) or receiver is None:
        return None
    if short in _RUNS:
        return _execute(m, short, args, place, flow, receiver)
    if short in ("add", "add_all", "bulk_save_objects", "merge"):
        values = [args.get(0) or NONE]
        values = [element_of(m, v, flow) for v in values] if short in ("add_all", "bulk_save_objects") else values
        read = any(isinstance(v, Path) for v in members(values[0]))
        for value in members(values[0]):
            if read or value in m.stored:
                continue
            m.stored.add(value)
            _add(m, value, "upsert" if short == "merge" else "insert", place, flow, receiver)
        return values[0] if short == "merge" else NONE
    if short == "bulk_insert_mappings":
        row = element_of(m, args.get(1, "mappings") or NONE, flow)
        _change(m, "insert", args.get(0) or NONE, tuple(entries(m, row, flow).items()), place, flow, receiver)
        return NONE
    if short in ("get", "get_one") and args.positional:
        _read(m, args.positional[0], place, flow, receiver)
        return result_of(place)
    if short == "query_property":
        return Made("sqlalchemy.Query", place, (("0", NONE), ("self", receiver)))
    if short == "query":
        return Made("sqlalchemy.Query", place, (("0", args.get(0) or NONE), ("self", receiver)))
    if short == "delete":
        found = m.get(flow, args.get(0) or NONE)
        m.cleared.add(known(table_of(found.cls) if isinstance(found, Instance) else "…"))
    if short in ("commit", "flush"):
        store_rows(m, place, flow)
        claim, _ = m.outcomes.get(receiver, (None, None))
        if claim is not None:
            m.can_raise(Error((*REFUSED, "DBAPIError", "SQLAlchemyError"), place, claim), flow)
    return None


_TYPES = frozenset(f"sqlalchemy.{c}" for c in _CONSTRUCTS)


def _extended(receiver: Made, short: str, args: Args, place: Place) -> Value:
    """One more clause of a construct, kept among its arguments."""
    given: tuple[tuple[str, Value], ...] = ()
    if short in ("values", "on_duplicate_key_update"):
        tag = "set" if short == "values" else "conflict set"
        given = tuple((f"{tag} {k}", v) for k, v in args.keywords) + tuple((tag, v) for v in args.positional)
    elif short == "on_conflict_do_nothing":
        given = (("nothing", args.get(1, "index_elements") or NONE),)
    elif short == "on_conflict_do_update":
        given = (("conflict set", args.get(-1, "set_") or NONE), ("key", args.get(0, "index_elements") or NONE))
    elif short == "prefix_with" and "IGNORE" in (text(args.get(0) or NONE) or "").upper():
        given = (("nothing", NONE),)
    elif short in ("where", "filter"):
        given = tuple(("where", v) for v in args.positional)
    return Made(receiver.type, receiver.place, (*receiver.args, *given))


def _execute(m: Machine, short: str, args: Args, place: Place, flow: Flow, receiver: Value) -> Value:
    statement = args.get(0, "statement") or NONE
    if not (isinstance(statement, Made) and statement.type in _TYPES):
        given = args.get(1, "params") or args.get(1, "parameters")
        row = element_of(m, given, flow) if given is not None and m.elements(flow, given) is not None else given
        named = tuple(entries(m, row, flow).items()) if row is not None else ()
        claim = send(m, Request(statement, place, receiver, (), named), flow)
    elif statement.type == "sqlalchemy.select":
        listed = m.elements(flow, statement.args[0][1])
        target = listed.items[0] if listed is not None and listed.items else statement.args[0][1]
        _read(m, target, place, flow, receiver, [v for k, v in statement.args if k == "where"])
        return result_of(place)
    else:
        claim = _construct(m, statement, args.get(1), place, flow, receiver)
    claim = telling(claim)
    if claim is None:
        return result_of(place)
    if short == "scalar":
        return answered(claim, result_of(place), NONE)
    result = Made("psycopg2.Connection", place, (("self", receiver),))
    m.outcomes[result] = claim, m.sites.get(place)
    return result


def _construct(m: Machine, made: Made, given: Value | None, place: Place, flow: Flow, receiver: Value) -> Claim | None:
    named = dict(made.args)
    kind = made.type.rpartition(".")[2]
    columns = _columns(m, made, "set", flow)
    if given is not None:
        row = element_of(m, given, flow) if m.elements(flow, given) is not None else given
        columns += tuple(entries(m, row, flow).items())
    adds = ""
    keys: tuple[str, ...] = ()
    if "nothing" in named:
        kind, keys = "ignore", _names(m, named["nothing"], flow)
    elif any(k.startswith("conflict set") for k, _ in made.args):
        kind, keys = "upsert", _names(m, named.get("key", NONE), flow)
        adds = _added(_columns(m, made, "conflict set", flow))
    elif kind == "update":
        adds = _added(columns)
    statement = Statement("accumulate" if adds else kind, table_of(made.args[0][1]), (), keys, adds=adds)
    target = made.args[0][1]
    condition = _condition(target, [v for k, v in made.args if k == "where"])
    told = kind == "insert" and isinstance(target, Made)
    unique = tuple(n for n, v in columns if told and is_unique(target, n) and not isinstance(v, Fresh))
    return apply(m, statement, columns, known(statement.table), Request(NONE, place, receiver), flow, condition, unique)


def _columns(m: Machine, made: Made, tag: str, flow: Flow) -> tuple[tuple[str, Value], ...]:
    found = [(k[len(tag) + 1 :], v) for k, v in made.args if k.startswith(f"{tag} ")]
    for value in (v for k, v in made.args if k == tag):
        row = element_of(m, value, flow) if m.elements(flow, value) is not None else value
        found += entries(m, row, flow).items()
    return tuple(found)


def _names(m: Machine, value: Value, flow: Flow) -> tuple[str, ...]:
    found = m.elements(flow, value)
    return tuple(t for v in (found.items if found is not None else ()) if (t := text(v)))


_COLUMNS = frozenset(
    {"Column", "mapped_column", "F", "Field", "IntegerField", "DecimalField", "FloatField", "BigIntegerField"}
)


def _added(columns: tuple[tuple[str, Value], ...]) -> str:
    """The first column that is set to itself and something more."""
    for name, value in columns:
        if isinstance(value, Derived) and value.op.startswith("arith") and any(map(_is_column, value.parts)):
            return f"{name} = {name} {value.op.removeprefix('arith')} …"
    return ""


def _is_column(value: Value) -> bool:
    if isinstance(value, Method):
        owner = value.receiver
        if isinstance(owner, Method) and owner.name in ("c", "columns"):
            owner = owner.receiver
        return isinstance(owner, (Cls, Made))
    return isinstance(value, Made) and value.type.rpartition(".")[2] in _COLUMNS


def _condition(model: Value, tests: list[Value]) -> Junction:
    """`Model.column == value`, several of them, as a condition."""
    parts: list[Condition] = []
    for test in tests:
        for one in test.args if isinstance(test, Test) and test.op == "and" else (test,):
            column = column_name(model, one.args[0]) if isinstance(one, Test) and one.op in _OPERATORS else None
            if column is not None and isinstance(one, Test):
                parts.append(Compares(_OPERATORS[one.op], column, one.args[1]))
    return Junction("and", tuple(parts))


_OPERATORS = {"==": "=", "!=": "<>", "<": "<", ">": ">", "<=": "<=", ">=": ">="}


def _read(m: Machine, model: Value, place: Place, flow: Flow, receiver: Value, tests: Sequence[Value] = ()) -> None:
    table = table_of(model)
    compared = (p for p in _condition(model, list(tests)).parts if isinstance(p, Compares) and p.op == "=")
    asked = [p for p in compared if not _is_column(p.value)]
    unique = (("unique", known(True)),) if is_found_once(model, {p.attribute for p in asked}) else ()
    named = tuple((f"where.{p.attribute}", p.value) for p in asked)
    given = (("TableName", known(table)), *unique, *named)
    site = Invocation(f"SELECT {table}", "sql", READ, Kind.READ, "reads the rows again", given, receiver)
    m.sites[place] = site
    m.can_raise(Error(("any", "SQLAlchemyError"), place), flow)
    m.record(Asked(place, site, must=flow.must, may=flow.may))


def _add(m: Machine, value: Value, kind: str, place: Place, flow: Flow, receiver: Value) -> None:
    """An object of a model joins the session: a row, unless it was read from there."""
    found = m.get(flow, value)
    if isinstance(found, Instance):
        # A column that nothing was given for is the database's to fill.
        columns = {n: v for n, v in found.cls.scope.names.items() if isinstance(v, Made)}
        given = tuple((k, v) for k, v in found.attrs.items() if k != "**" and not (k in columns and v == columns[k]))
        _change(m, kind, found.cls, given, place, flow, receiver)
    elif isinstance(value, Made) and value.type.rpartition(".")[2][:1].isupper():
        named = tuple((k, v) for k, v in value.args if not k.isdigit() and k != "self")
        _change(m, kind, known(value.type.rpartition(".")[2].lower()), named, place, flow, receiver)


def _change(
    m: Machine,
    kind: str,
    model: Value,
    columns: tuple[tuple[str, Value], ...],
    place: Place,
    flow: Flow,
    receiver: Value,
    adds: str = "",
    condition: Junction = _NOTHING,
) -> Claim | None:
    keys = tuple(n for n, v in columns if is_unique(model, n))
    statement = Statement(kind, table_of(model), (), keys, adds=adds)
    before = flow.must
    unique = tuple(n for n, v in columns if n in keys and not isinstance(v, Fresh) and v != NONE)
    claim = apply(
        m, statement, columns, known(statement.table), Request(NONE, place, receiver), flow, condition, unique
    )
    # What was searched for first is found by the next delivery, so a commit does not fail for it.
    refused = None if any(asked_before(m, known(one), before) for one in (statement.table, "…")) else claim
    m.outcomes[receiver] = refused, m.sites.get(place)
    return claim


# --- queries by model: Session.query, Django, peewee ---


def _chain(m: Machine, short: str, args: Args, place: Place, flow: Flow, receiver: Made) -> Value:
    """A method of a query: one more filter, a read, or a change of all that it finds."""
    named = dict(receiver.args)
    model, owner = named["0"], named["self"]
    tests = [v for k, v in receiver.args if k == "where"]
    if short == "update":
        given = args.get(0) or NONE
        obj = m.dict_entries(flow, given)
        pairs = [(column_name(model, k) or "", v) for k, v in obj.rest] if obj is not None else []
        columns = (*args.keywords, *entries(m, given, flow).items(), *pairs)
        adds = _added(columns)
        claim = _change(
            m, "accumulate" if adds else "update", model, columns, place, flow, owner, adds, _condition(model, tests)
        )
        return answered(claim, known(1), known(0)) if claim is not None else result_of(place)
    if short == "delete":
        _change(m, "delete", model, (), place, flow, owner)
        return result_of(place)
    if short in _READS:
        _read(m, model, place, flow, owner, tests)
        return result_of(place)
    if short in ("create", "acreate", "bulk_create", "get_or_create", "update_or_create", "save"):
        return _create(m, short, model, args, place, flow, owner)
    equal = tuple(("where", Test("==", (Method(model, k), v), place)) for k, v in args.keywords if "__" not in k)
    return Made(receiver.type, receiver.place, (*receiver.args, *(("where", v) for v in args.positional), *equal))


def _create(m: Machine, short: str, model: Value, args: Args, place: Place, flow: Flow, owner: Value) -> Value:
    columns = args.keywords
    kind = "insert"
    if short in ("get_or_create", "update_or_create"):
        kind = "ignore" if short == "get_or_create" else "upsert"
        columns = tuple((k, v) for k, v in columns if k != "defaults")
    elif short == "bulk_create":
        kind = "ignore" if args.get(-1, "ignore_conflicts") == known(True) else "insert"
        found = m.get(flow, element_of(m, args.get(0, "objs") or NONE, flow))
        columns = tuple(found.attrs.items()) if isinstance(found, Instance) else ()
    claim = _change(m, kind, model, columns, place, flow, owner)
    if short == "get_or_create" and claim is not None:
        return m.new(flow, ListObj("tuple", (result_of(place), answered(claim, known(True), known(False)))))
    return result_of(place)


def mapper_of(cls: Cls) -> str:
    """ "django", "peewee" or "sqlalchemy" for a model class of theirs, else ""."""
    for name in sorted(outside_bases(cls)):
        if name.startswith("django.") and name.endswith(".Model"):
            return "django"
        if name in ("peewee.Model", "playhouse.signals.Model"):
            return "peewee"
        if name.startswith("tortoise.") and name.endswith("Model"):
            return "tortoise"
    return "sqlalchemy" if find_in_class(cls, "__tablename__") is not None else ""


_TORTOISE = frozenset(
    """
        create bulk_create get_or_create update_or_create filter exclude all get get_or_none first
        select_for_update
    """.split()
)


def call_record(
    m: Machine, name: str, args: Args, place: Place, flow: Flow, owner: Value, steps: tuple[str, ...] = ()
) -> Value | None:
    """A method of a model class of Django or peewee, of its manager, or of one object; None when it is something else."""
    found = m.get(flow, owner)
    cls = owner if isinstance(owner, Cls) else found.cls if isinstance(found, Instance) else None
    if cls is not None and is_document(cls):
        return call_document(m, cls, name, args, place, flow, owner)
    rows = managed(found, place)
    if rows is not None and len(steps) < 2:
        return _chain(m, name, args, place, flow, rows)
    kind = mapper_of(cls) if cls is not None else ""
    if cls is None or not kind:
        return None
    query = Made("sqlalchemy.Query", place, (("0", cls), ("self", External(kind))))
    if kind == "sqlalchemy":
        return _chain(m, name, args, place, flow, query) if steps[:1] == ("query",) else None
    if isinstance(found, Instance):
        return _save(m, found, owner, place, flow, query) if name in ("save", "asave") else None
    if (kind == "django" and steps[:1] == ("objects",)) or (kind == "tortoise" and name in _TORTOISE):
        return _chain(m, name, args, place, flow, query)
    if kind == "peewee" and name in ("create", "get_or_create", "get", "get_or_none", "delete_by_id"):
        return _chain(m, name, args, place, flow, query)
    if kind == "peewee" and name in ("insert", "update", "replace", "delete", "select", "insert_many"):
        construct = {"replace": "insert", "insert_many": "insert"}.get(name, name)
        given = tuple((f"set {k}", v) for k, v in args.keywords) + tuple(("set", v) for v in args.positional)
        extra = (("conflict set", NONE), ("key", NONE)) if name == "replace" else ()
        return Made("peewee.Query", place, (("0", cls), ("kind", known(construct)), *given, *extra))
    return None


def _save(m: Machine, found: Instance, owner: Value, place: Place, flow: Flow, query: Value) -> Value:
    """Store an object of the program, not one that was read: without a key it is a new row, which has one from then on. It may
    have been made where a search has found none, and be saved together with those that were found."""
    cls, before = found.cls, flow.must
    if owner in m.stored and "pk" in found.attrs:
        # The row is this run's own.
        return result_of(place)
    keyed = any(k in ("id", "pk") or is_unique(cls, k) for k in found.attrs)
    asked = {f for f in m.begun.get(owner, before) if asked_before(m, known(table_of(cls)), frozenset({f}))}
    flow.must |= asked
    _change(m, "upsert" if keyed else "insert", cls, tuple(found.attrs.items()), place, flow, query)
    flow.must -= asked - before
    if not keyed:
        m.stored.add(owner)
        set_attribute(m, owner, "pk", result_of(place), flow)
    return result_of(place)


def call_peewee(m: Machine, short: str, args: Args, place: Place, flow: Flow, receiver: Made) -> Value:
    """A method of a peewee query."""
    if short == "execute":
        kind = text(dict(receiver.args)["kind"]) or "select"
        made = Made(f"sqlalchemy.{kind}", place, receiver.args)
        return _execute(m, "execute", Args((made,)), place, flow, External("peewee"))
    if short == "on_conflict_ignore":
        return Made(receiver.type, receiver.place, (*receiver.args, ("nothing", NONE)))
    if short in ("on_conflict_replace", "on_conflict"):
        return Made(receiver.type, receiver.place, (*receiver.args, ("conflict set", args.get(-1, "update") or NONE)))
    if short == "where":
        return Made(receiver.type, receiver.place, (*receiver.args, *(("where", v) for v in args.positional)))
    if short in _READS or short == "get":
        _read(m, receiver.args[0][1], place, flow, receiver)
        return result_of(place)
    return receiver
