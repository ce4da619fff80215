"""Document models: MongoEngine's and Beanie's classes, whose methods are writes of MongoDB.

https://docs.mongoengine.org/guide/querying.html#atomic-updates, https://beanie-odm.dev/tutorial/updating-&-deleting/
"""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.interpreter.domain import Cls, Instance, Made, Ref, Value
from lintdem.interpreter.dynamodb.updates import entries
from lintdem.interpreter.elements import element_of
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.lineage import find_in_class, outside_bases
from lintdem.interpreter.machine import Args, Machine, result_of
from lintdem.interpreter.sql.clauses import BOOKKEEPING
from lintdem.interpreter.trace import Invocation, Write
from lintdem.interpreter.values import NONE, known, members, text
from lintdem.knowledge import Kind
from lintdem.model.span import Place

_BASES = ("mongoengine.", "beanie.", "bunnet.")
_INSERTS = frozenset({"insert", "create", "save", "insert_one", "insert_many", "asave"})
_UPDATES = frozenset(
    """
        update update_one update_many update_all modify upsert_one upsert inc set current_date
        find_one_and_update
    """.split()
)
_QUERIES = frozenset({"objects", "find", "find_one", "find_all", "find_many", "get", "filter", "order_by", "only", "limit", "sort"})
QUERY = "documents.query"
"""What a query of a document class is made of."""
_ADDS = frozenset({"inc", "dec", "mul", "push", "push_all", "pop"})
_OPERATORS = frozenset({"Inc", "Mul", "Push", "Pop", "$inc", "$mul", "$push", "$pop", "$bit"})


def is_document(cls: Cls) -> bool:
    """Whether a class is a document of MongoEngine or Beanie."""
    return any(base.startswith(_BASES) and base.endswith("Document") for base in outside_bases(cls))


def call_document(m: Machine, cls: Cls, name: str, args: Args, place: Place, flow: Flow, owner: Value) -> Value | None:
    """A method of a document, of its class or of a query of it; None when it reads, or is something else."""
    if name in _UPDATES:
        return _update(m, cls, name, args, place, flow)
    if name in _INSERTS:
        return _insert(m, cls, name, args, place, flow, owner)
    return Made(QUERY, place, (("0", cls),)) if isinstance(owner, Cls) and name in _QUERIES else None


def call_query(m: Machine, query: Made, name: str, args: Args, place: Place, flow: Flow) -> Value:
    """A method of a query: a change of what it finds, a read, or one more filter."""
    cls = dict(query.args)["0"]
    if isinstance(cls, Cls) and name in (*_UPDATES, *_INSERTS):
        return call_document(m, cls, name, args, place, flow, query) or result_of(place)
    return query if name in _QUERIES else result_of(place)


def _insert(m: Machine, cls: Cls, name: str, args: Args, place: Place, flow: Flow, owner: Value) -> Value:
    """A new object gets an id of its own, unless the program says which field is the key and gives it."""
    given = args.positional[0] if args.positional and not isinstance(owner, Ref) else owner
    given = element_of(m, given, flow) if m.elements(flow, given) is not None else given
    found = m.get(flow, given)
    if not isinstance(found, Instance) and not (name == "create" and args.keywords):
        return result_of(place)
    attrs = found.attrs if isinstance(found, Instance) else dict(args.keywords)
    key = tuple((k, v) for k, v in attrs.items() if k in ("id", "pk", "_id") or _is_key(cls, k))
    write = Write("upsert" if key else "insert", _table(cls), key, tuple((k, v) for k, v in attrs.items() if k != "**"))
    _perform(m, cls, name, write, "inserts the document again", place, flow)
    return result_of(place)


def _update(m: Machine, cls: Cls, name: str, args: Args, place: Place, flow: Flow) -> Value:
    values = {k: v for k, v in args.keywords if k not in ("upsert", "new", "multi", "session", "write_concern")}
    grown = next((f for f in _grown(m, name, args, flow) if not BOOKKEEPING.match(f)), "")
    kind = "accumulate" if grown else "set"
    write = Write(kind, _table(cls), (), tuple(values.items()), accumulates=f"adds to {grown}" if grown else "")
    _perform(m, cls, name, write, "updates the document again", place, flow)
    return result_of(place)


def _grown(m: Machine, name: str, args: Args, flow: Flow) -> Iterator[str]:
    """The fields that are added to: `inc__n=1`, `Inc({Order.n: 1})`, `{"$inc": {…}}`, `order.inc({…})`."""
    for key, _ in args.keywords:
        operator, _, field = key.partition("__")
        if field and operator in _ADDS:
            yield field
    for one in (part for value in args.positional for part in members(value)):
        if isinstance(one, Made) and one.type.rpartition(".")[2] in _OPERATORS:
            yield "a field"
        yield from (operator for operator in entries(m, one, flow) if operator in _OPERATORS)
    if name == "inc":
        yield "a field"


def _is_key(cls: Cls, field: str) -> bool:
    declared = find_in_class(cls, field)
    return isinstance(declared, Made) and dict(declared.args).get("primary_key") == known(True)


def _table(cls: Cls) -> Value:
    for holder, name in (("Settings", "name"), ("meta", "collection")):
        found = find_in_class(cls, holder)
        named = found.scope.names.get(name) if isinstance(found, Cls) else None
        if named is not None and text(named) is not None:
            return named
    return known(cls.definition.name.lower())


def _perform(m: Machine, cls: Cls, name: str, write: Write, phrase: str, place: Place, flow: Flow) -> None:
    kind = Kind.WRITE if write.kind in ("insert", "accumulate") else Kind.SET
    given = (("TableName", write.table or NONE),)
    site = Invocation(f"{cls.definition.name}.{name}", "mongo", name, kind, phrase, given, cls, write=write)
    m.sites[place] = site
    m.effect(site, place, flow)
