"""Inserts that leave what is there, as remedies: by the clause of the SQL dialect, the id of a document, the id of an entry."""

from __future__ import annotations

import re

from lintdem.analyses.cases import Case
from lintdem.analyses.remedies.keysinscope import Key, fits, key_in_scope
from lintdem.interpreter.domain import Path
from lintdem.interpreter.spots import around, before, exactly
from lintdem.interpreter.written import nodes
from lintdem.model.function import Assign, Import, Stmt
from lintdem.model.module import Module
from lintdem.model.remedy import Argument, Change, Remedy, Reworded, Rewrite, Wrapped
from lintdem.model.span import Place
from lintdem.model.values import Attr, Call, Const, Dict, Format, Name
from lintdem.program import Program
from lintdem.program.remembering import attached
from lintdem.regexes import late

_CONFLICT = frozenset({"psycopg2", "psycopg", "asyncpg", "pg8000", "aiopg", "sqlite3", "aiosqlite"})
_IGNORE = frozenset({"pymysql", "mysql", "MySQLdb", "aiomysql", "asyncmy"})
"""Drivers of databases that take `ON CONFLICT DO NOTHING`, and of those that take `INSERT IGNORE`.
https://www.postgresql.org/docs/current/sql-insert.html, https://www.sqlite.org/lang_upsert.html,
https://dev.mysql.com/doc/refman/8.4/en/insert.html"""
_INSERT = late(r"\s*insert\s+into\b", re.IGNORECASE)
_NEEDED = late(r"\breturning\b|\bon\s+(conflict|duplicate)\b|\bselect\b", re.IGNORECASE)
_ASKED = frozenset({"lastrowid", "fetchone", "fetchval", "rowcount", "insert_id", "inserted_primary_key", "inserted_id"})
"""What is asked of an insert, and is not there when it left the row alone."""


def left_alone(program: Program, case: Case) -> tuple[Remedy, ...]:
    """Leave the row, document or entry of an earlier delivery as it is."""
    service = case.effect.call.service
    if service == "search":
        return _entry(program, case)
    function = around(program, case.effect.place)
    if function is None or any(isinstance(node, Attr) and node.name in _ASKED for node in nodes(function.body)):
        return ()
    return _document(program, case) if service == "mongo" else _row(program, case)


def _row(program: Program, case: Case) -> tuple[Remedy, ...]:
    """The clause of the dialect in a literal that inserts an id of the event."""
    write, place = case.effect.call.write, case.effect.place
    call = exactly(program, place, Call)
    key = next((name for name, value in write.values if isinstance(value, Path) and fits(value, case)), "") if write else ""
    literal = _literal(program, place.path, call) if call is not None else None
    dialects = _dialects(program) if key and literal is not None else set()
    if not key or literal is None or len(dialects) != 1:
        return ()
    there = Place(place.path, literal.span)
    if dialects == {"ignore"}:
        title = f"insert the row unless it is there (check: {key} is unique in the table; other faults become warnings too)"
        return (Remedy(title, False, (Reworded(there, "insert", " IGNORE"),)),)
    title = f"insert the row unless it is there (check: {key} is unique in the table)"
    return (Remedy(title, False, (Reworded(there, "", " ON CONFLICT DO NOTHING"),)),)


def _dialects(program: Program) -> set[str]:
    """What the databases take whose drivers the program imports."""
    found: set[str] = set()
    for _, module in program.modules.mentioning(*sorted(_CONFLICT | _IGNORE), every=False, tests=False):
        names = _packages(module)
        found |= {"conflict" for name in names if name in _CONFLICT} | {"ignore" for name in names if name in _IGNORE}
    return found


@attached
def _packages(module: Module) -> frozenset[str]:
    """The packages that a file imports."""
    return frozenset(name for node in nodes(module.body) if isinstance(node, Import) for name in _imported(node))


def _imported(statement: Import) -> tuple[str, ...]:
    modules = [statement.module or ""] if statement.is_from else [alias.name for alias in statement.names]
    return tuple(module.partition(".")[0] for module in modules)


def _literal(program: Program, path: str, call: Call) -> Const | Format | None:
    """The text of the statement, in the call or under a name that it is given once."""
    first = call.args[0].value if call.args and not call.args[0].star else None
    if isinstance(first, Name):
        assigned = [one for one in nodes(program.modules[path].body) if isinstance(one, Assign) and _names(one, first.id)]
        first = assigned[0].value if len(assigned) == 1 else None
    found = [node for node in nodes(first) if isinstance(node, (Const, Format)) and _INSERT.match(_beginning(node))]
    if not found or any(_NEEDED.search(str(node.value)) for node in nodes(first) if isinstance(node, Const)):
        return None
    return found[0]


def _names(statement: Stmt, name: str) -> bool:
    return isinstance(statement, Assign) and any(isinstance(one, Name) and one.id == name for one in statement.targets)


def _beginning(node: Const | Format) -> str:
    first = node.parts[0] if isinstance(node, Format) and node.parts else node
    return first.value if isinstance(first, Const) and isinstance(first.value, str) else ""


def _entry(program: Program, case: Case) -> tuple[Remedy, ...]:
    """An entry of a search index under the id of the work."""
    place, key = case.effect.place, key_in_scope(program, case, case.effect.place)
    call = exactly(program, place, Call)
    if key is None or call is None or case.effect.call.method != "index" or any(arg.star for arg in call.args):
        return ()
    return _remedy("the entry", key, Argument(place, "id", _code(key)))


def _document(program: Program, case: Case) -> tuple[Remedy, ...]:
    """A document whose `_id` is that of the work; the second one is refused, and that is caught."""
    place, key = case.effect.place, key_in_scope(program, case, case.effect.place)
    call = exactly(program, place, Call)
    document = call.args[0].value if call is not None and len(call.args) == 1 and not call.args[0].star else None
    if key is None or case.effect.call.method != "insert_one":
        return ()
    if isinstance(document, Dict) and document.entries and document.entries[0].key is not None:
        start = Place(place.path, document.entries[0].key.span)
        change: Argument | Rewrite = Rewrite(before(start), f'"_id": {_code(key)}, ')
    elif isinstance(document, Name):
        change = Argument(place, "document", f'{{"_id": {_code(key)}, **{document.id}}}', 0)
    else:
        return ()
    return _remedy("the document", key, Wrapped(place, "«pymongo.errors:DuplicateKeyError»", (change,), goes_on=True))


def _remedy(what: str, key: Key, change: Change) -> tuple[Remedy, ...]:
    title = f"store {what} under {key.choice} (check: there is to be one for each {key.name}; those that are there keep their ids)"
    return (Remedy(title, False, (change,)),)


def _code(key: Key) -> str:
    return key.text.replace("'", '"')
