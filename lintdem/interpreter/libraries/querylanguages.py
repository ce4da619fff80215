"""Cypher, CQL and Gremlin: what the text of a query does a second time.

https://neo4j.com/docs/cypher-manual/current/clauses/, https://cassandra.apache.org/doc/latest/cassandra/developing/cql/dml.html,
https://tinkerpop.apache.org/docs/current/reference/#graph-traversal-steps
"""

from __future__ import annotations

import re

from lintdem.interpreter.altering import replace
from lintdem.interpreter.domain import Func, Made, Partial, Unknown, Value
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.machine import Args, Machine, result_of
from lintdem.interpreter.sql.clauses import BOOKKEEPING, Statement
from lintdem.interpreter.sql.databases import Request, carry_out
from lintdem.interpreter.sql.sql import read_sql
from lintdem.interpreter.sql.sqltext import parameters, spelled
from lintdem.interpreter.values import NONE, members
from lintdem.model.span import Place
from lintdem.regexes import late

LANGUAGES = ("neo4j.Driver.", "cassandra.Session.", "gremlin_python.Client.")
_RUNS = frozenset({"run", "execute_query", "execute", "execute_async", "submit", "submit_async", "submitAsync"})
_UNITS = frozenset({"execute_write", "execute_read", "write_transaction", "read_transaction"})
_COMMENTS = late(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_LABEL = late(r"\b(?:CREATE|MERGE|MATCH)\s*\(\s*\w*\s*:\s*`?(\w+)", re.IGNORECASE)
_SETS_MORE = late(r"(\w+)\.(\w+)\s*=\s*(?:coalesce\(\s*)?\1\.\2\b[^,\n]*[-+*]", re.IGNORECASE)
_ADDS_VERTEX = late(r"\.(?:addV|addE)\(")


def call_language(m: Machine, name: str, args: Args, place: Place, flow: Flow, receiver: Value | None) -> Value | None:
    """A method of a session that takes a query as text; None when it takes none."""
    short = name.rpartition(".")[2]
    if short in _UNITS and args.positional and isinstance(args.positional[0], (Func, Partial)):
        # The driver hands its transaction to the function, and runs it again after a lost connection.
        session = Made("neo4j.Driver", place, (("self", receiver or NONE),))
        return m.call(args.positional[0], replace(args, positional=(session, *args.positional[1:])), place, flow, short)
    if short not in _RUNS:
        return None
    query = args.get(0, "query") or dict(args.keywords).get("query_") or dict(args.keywords).get("message") or Unknown("the query")
    for one in members(query):
        if isinstance(one, Made):
            # A prepared statement, or one with settings of its own.
            one = dict(one.args).get("0", NONE)  # noqa: PLW2901 - the text inside
        written, holes = spelled(one)
        positional, named = parameters(m, args.get(1), flow, place)
        request = Request(one, place, receiver, positional, (*named, *args.keywords))
        for statement in _READERS[name.partition(".")[0]](written):
            carry_out(m, statement, request, holes, flow)
    return result_of(place)


def read_cypher(written: str) -> tuple[Statement, ...]:
    """One statement of Cypher."""
    text = _COMMENTS.sub(" ", written)
    if not text.strip():
        return (Statement("unknown", why="the text of the query is not known"),)
    label = _LABEL.search(text)
    table = label[1].lower() if label else "graph"
    if re.match(r"\s*(CREATE|DROP)\s+(\w+\s+)?(INDEX|CONSTRAINT)", text, re.IGNORECASE):
        return (Statement("define"),)
    more = next((found for found in _SETS_MORE.finditer(text) if not BOOKKEEPING.match(found[2].lower())), None)
    if more is not None:
        return (Statement("accumulate", table, adds=f"{more[2]} = {more[2]} + …"),)
    if re.search(r"(?<!ON )\bCREATE\s*\(", text, re.IGNORECASE):
        return (Statement("insert", table),)
    if re.search(r"\b(MERGE|SET)\b", text, re.IGNORECASE):
        return (Statement("upsert", table),)
    if re.search(r"\b(DELETE|REMOVE)\b", text, re.IGNORECASE):
        return (Statement("delete", table),)
    return (Statement("read", table),)


def read_cql(written: str) -> tuple[Statement, ...]:
    """Statements of CQL, where an INSERT sets the row that is there."""
    once = re.search(r"\bIF\s+NOT\s+EXISTS\b", written, re.IGNORECASE) is not None
    bare = re.sub(r"\bIF\s+NOT\s+EXISTS\b|\bUSING\s+(TTL|TIMESTAMP)\s+\S+", " ", written, flags=re.IGNORECASE)
    found = read_sql(bare)
    kind = "ignore" if once else "upsert"
    return tuple(replace(s, kind=kind, key=tuple(n for n, _ in s.columns[:1])) if s.kind == "insert" else s for s in found)


def read_gremlin(written: str) -> tuple[Statement, ...]:
    """A traversal as text."""
    if "coalesce(" not in written and "mergeV(" not in written and _ADDS_VERTEX.search(written):
        return (Statement("insert", "graph"),)
    kind = "delete" if ".drop()" in written else "upsert" if ".property(" in written or _ADDS_VERTEX.search(written) else "read"
    return (Statement(kind if written.strip() else "define", "graph"),)


_READERS = {"neo4j": read_cypher, "cassandra": read_cql, "gremlin_python": read_gremlin}
