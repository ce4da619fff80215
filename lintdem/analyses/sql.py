"""SQL statements: what a second execution of the same text does.

Only text that changes rows is parsed, by sqlglot, which is imported when the first such statement is
met. Text that no dialect accepts is of kind "unknown", and says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlglot import exp


@dataclass(frozen=True, slots=True)
class Slot:
    """A value that the text does not spell out: a parameter by position or name, or a piece of text put in."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Operand:
    """What a column is set to or compared with. `literal` counts when `slot` is None and `fresh` is "".

    `fresh` is "uuid" or "clock" when the database makes the value; `text` is as written."""

    text: str
    slot: Slot | None = None
    literal: str | None = None
    fresh: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """`column op value` in a WHERE that must hold as a whole; `op` "=", "<>", "<", ">", "<=", ">=", "null", "not null",
    "in" for one of several (once for each)."""

    column: str
    op: str
    value: Operand


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. `kind`:

    "read"; "insert" adds a row, "load" many; "ignore" inserts unless there is one; "upsert" inserts or sets;
    "update" sets; "accumulate" adds to what is there, as `adds` says; "delete"; "clear" empties a table;
    "define" schema and session; "unknown", with `why`.
    `key` are the columns that a conflict is recognised by.
    """

    kind: str
    table: str = ""
    columns: tuple[tuple[str, Operand], ...] = ()
    key: tuple[str, ...] = ()
    where: tuple[Comparison, ...] = ()
    adds: str = ""
    why: str = ""


_COMMENTS = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_READS = frozenset({"select", "show", "explain", "describe", "desc", "values", "fetch", "pragma", "list", "table"})
_DEFINES = frozenset(
    """begin start commit rollback savepoint release set reset use create alter drop grant revoke comment analyze vacuum
    lock listen unlisten discard refresh reindex cluster checkpoint deallocate prepare close declare end abort optimize
    unload msck""".split()
)
_WORD = re.compile(r"[\s(;]*([A-Za-z]+)")
_DIALECTS = ("postgres", "mysql", "sqlite", "tsql", "snowflake", "redshift", "oracle")


@cache
def read_sql(written: str) -> tuple[Statement, ...]:
    """The statements of a text; holes in it are written as `hole_of` gives them."""
    bare = _COMMENTS.sub(" ", written)
    match = _WORD.match(bare)
    word = match[1].lower() if match else ""
    single = ";" not in bare.rstrip().rstrip(";")
    if word in _READS and single and not _changes_inside(bare):
        return (Statement("read", _table_read(bare)),)
    if word in _DEFINES and single:
        return (Statement("define"),)
    if not word:
        return (Statement("unknown", why="the SQL text is not known"),)
    return _parsed(_numbered(bare), word)


def _changes_inside(bare: str) -> bool:
    return re.search(r"\b(insert\s+into|update\s+\S+\s+set|delete\s+from)\b", bare, re.IGNORECASE) is not None


def _table_read(bare: str) -> str:
    match = re.search(r"\bfrom\s+([\w.\"`\[\]]+)", bare, re.IGNORECASE)
    return plain_name(match[1]) if match else ""


def plain_name(name: str) -> str:
    """A table or column name without schema and quotes, in lower case."""
    return re.sub(r'["`\[\]]', "", name).rpartition(".")[2].lower()


def hole_of(index: int) -> str:
    """The word that stands in a text for the value put into it at this place."""
    return f"lintdemhole{index}"


_HOLE = re.compile(r"lintdemhole(\d+)")
_QUOTED = re.compile(r"('(?:[^']|'')*')")
_PARAMETER = re.compile(r"%\((\w+)\)s|%s|%[bt](?!\w)|\?(?!\|)|\$(\d+)|(?<![:\w])[:@](\w+)")


def _numbered(bare: str) -> str:
    """The text with every parameter written as `:pN` or `:name`, whatever the driver's style."""
    counter = iter(range(10_000))

    def named(match: re.Match[str]) -> str:
        if match[1] or match[3]:
            return f":n_{match[1] or match[3]}"
        return f":p_{int(match[2]) - 1}" if match[2] else f":p_{next(counter)}"

    pieces = _QUOTED.split(bare)
    return "".join(p if i % 2 else _PARAMETER.sub(named, p) for i, p in enumerate(pieces))


def _parsed(text: str, word: str) -> tuple[Statement, ...]:
    found = _parse(text)
    if found:
        return tuple(s for tree in found for s in _statements(tree))
    return (_by_first_words(text, word),)


def _by_first_words(text: str, word: str) -> Statement:
    """What no dialect parses whole, as far as its first words are plain."""
    if word in ("copy", "load") or re.search(r"\bload\s+data\b", text, re.IGNORECASE):
        match = re.search(r"\b(?:copy|into\s+table|into)\s+([\w.\"]+)", text, re.IGNORECASE)
        return Statement("load", plain_name(match[1]) if match else "")
    if word == "replace":
        match = re.match(r"\s*replace\s+(?:into\s+)?([\w.\"`]+)", text, re.IGNORECASE)
        return Statement("upsert", plain_name(match[1]) if match else "")
    if word in ("insert", "update", "delete") and ";" not in text.rstrip("; \n"):
        return _by_pattern(text, word)
    if word in _READS and not _changes_inside(text):
        return Statement("read", _table_read(text))
    return Statement("unknown", why=f"the SQL statement {word.upper()} … could not be read")


_TARGET = re.compile(r"(?:insert\s+(?:ignore\s+)?into|update|delete\s+from)\s+([\w.\"`]+)", re.IGNORECASE)
_SELF = re.compile(r"\b(\w+)\s*=\s*(?:\w+\.)?\1\s*[-+*|]", re.IGNORECASE)


def _by_pattern(text: str, word: str) -> Statement:
    """A change whose text has a gap where grammar is needed: its verb and table still stand at its head."""
    match = _TARGET.search(text)
    table = plain_name(match[1]) if match else ""
    added = _SELF.search(text)
    if word == "insert":
        kind = "ignore" if re.search(r"\bignore\b|do\s+nothing", text, re.IGNORECASE) else "insert"
        kind = "upsert" if re.search(r"do\s+update|duplicate\s+key", text, re.IGNORECASE) else kind
    else:
        kind = word
    if added is not None and kind in ("update", "upsert") and not _BOOKKEEPING.match(added[1].lower()):
        return Statement("accumulate", table, adds=f"{added[1]} = {added[1]} …")
    return Statement(kind, table)


@cache
def _sqlglot() -> object:
    """The parser, quiet: what it cannot read is said by `Statement.why`, not on standard error."""
    import logging  # noqa: PLC0415 - only with SQL

    import sqlglot  # noqa: PLC0415 - costs time, so only with SQL

    logging.getLogger("sqlglot").disabled = True
    return sqlglot


def _parse(text: str) -> list[exp.Expression]:
    sqlglot = _sqlglot()
    from sqlglot import exp  # noqa: PLC0415 - costs time, so only with SQL
    from sqlglot.errors import SqlglotError  # noqa: PLC0415 - the same

    for dialect in _ordered(text):
        try:
            found = sqlglot.parse(text, read=dialect)  # type: ignore[attr-defined]
        except (SqlglotError, RecursionError):
            continue
        trees = [tree for tree in found if tree is not None]
        if trees and not any(isinstance(tree, exp.Command) and _is_change(tree) for tree in trees):
            return trees
    return []


def _is_change(tree: exp.Expression) -> bool:
    return str(tree.this).lower() in ("insert", "update", "delete", "merge", "replace", "copy", "load")


def _ordered(text: str) -> tuple[str, ...]:
    low = text.lower()
    if "`" in low or "duplicate key" in low or "insert ignore" in low or "replace into" in low:
        return ("mysql", "sqlite", "snowflake")
    if "insert or " in low:
        return ("sqlite",)
    return _DIALECTS


def _statements(tree: exp.Expression) -> Iterator[Statement]:
    from sqlglot import exp  # noqa: PLC0415 - costs time, so only with SQL

    changes = [tree] if isinstance(tree, (exp.Insert, exp.Update, exp.Delete, exp.Merge)) else []
    changes += [node for node in tree.find_all(exp.Insert, exp.Update, exp.Delete) if node is not tree and not _in_merge(node)]
    for node in changes:
        if isinstance(node, exp.Insert):
            yield _insert(node)
        elif isinstance(node, exp.Update):
            yield _update(node)
        elif isinstance(node, exp.Delete):
            where = node.args.get("where")
            yield Statement("delete" if where else "clear", _name(node.this), where=tuple(_comparisons(where)))
        elif isinstance(node, exp.Merge):
            yield _merge(node)
    if not changes:
        yield _other(tree)


def _in_merge(node: exp.Expression) -> bool:
    from sqlglot import exp  # noqa: PLC0415 - costs time, so only with SQL

    return node.find_ancestor(exp.Merge) is not None


def _other(tree: exp.Expression) -> Statement:
    from sqlglot import exp  # noqa: PLC0415 - costs time, so only with SQL

    if isinstance(tree, (exp.Query, exp.Describe, exp.Show)):
        table = tree.find(exp.Table)
        return Statement("read", _name(table) if table is not None else "")
    if isinstance(tree, exp.TruncateTable):
        return Statement("clear", _name(tree.expressions[0]) if tree.expressions else "")
    if isinstance(tree, exp.Copy):
        return Statement("load" if tree.args.get("kind") else "read", _name(tree.this))
    if isinstance(tree, exp.Command) and str(tree.this).lower() in ("call", "do", "exec", "execute"):
        return Statement("unknown", why="what the stored procedure does is not known")
    if isinstance(tree, exp.Command) or type(tree).__name__ in _SCHEMA:
        return Statement("define")
    return Statement("unknown", why="the SQL statement could not be read")


_SCHEMA = frozenset(
    """Create Alter Drop Set Use Transaction Commit Rollback Grant Revoke Comment Pragma Analyze Cache Uncache Refresh
    Attach Detach Kill Semicolon""".split()
)


def _name(node: exp.Expression | None) -> str:
    from sqlglot import exp  # noqa: PLC0415 - costs time, so only with SQL

    if node is None:
        return ""
    table = node if isinstance(node, exp.Table) else node.find(exp.Table)
    return str(table.name).lower() if table is not None else ""


def _insert(node: exp.Insert) -> Statement:
    from sqlglot import exp  # noqa: PLC0415 - costs time, so only with SQL

    schema = node.this if isinstance(node.this, exp.Schema) else None
    names = [str(column.name).lower() for column in schema.expressions] if schema else []
    source = node.expression
    rows: list[exp.Expression] = []
    if isinstance(source, exp.Values) and source.expressions:
        first = source.expressions[0]
        rows = list(first.expressions) if isinstance(first, exp.Tuple) else [first]
    elif isinstance(source, exp.Select):
        rows = [e.unalias() for e in source.expressions]
    names = names or [str(i) for i in range(len(rows))]
    columns = tuple((name, _operand(value)) for name, value in zip(names, rows, strict=False))
    base = Statement("insert", _name(node.this), columns)
    if node.args.get("overwrite"):
        return replace(base, kind="upsert")
    conflict = node.args.get("conflict")
    if conflict is not None:
        return _on_conflict(base, conflict)
    alternative = str(node.args.get("alternative") or "").upper()
    if node.args.get("ignore") or alternative == "IGNORE" or _asks_first(source):
        return replace(base, kind="ignore")
    if alternative == "REPLACE" or "REPLACE" in str(node.args.get("kind") or ""):
        return replace(base, kind="upsert")
    return base


def _asks_first(source: exp.Expression | None) -> bool:
    """`INSERT … SELECT … WHERE NOT EXISTS (…)`, `… LEFT JOIN … WHERE … IS NULL`."""
    from sqlglot import exp  # noqa: PLC0415 - costs time, so only with SQL

    where = source.args.get("where") if isinstance(source, exp.Select) else None
    if where is None:
        return False
    return any(isinstance(n.this, (exp.Exists, exp.In, exp.Paren)) for n in where.find_all(exp.Not)) or (
        bool(source.args.get("joins")) and where.find(exp.Null) is not None  # type: ignore[union-attr]
    )


def _on_conflict(base: Statement, conflict: exp.Expression) -> Statement:
    keys = tuple(str(k.this.name if hasattr(k.this, "name") else k.name).lower() for k in conflict.args.get("conflict_keys") or ())
    action = str(conflict.args.get("action") or "").upper()
    sets = list(conflict.expressions)
    if "NOTHING" in action or not sets:
        return replace(base, kind="ignore", key=keys)
    adds = _additions(sets)
    return replace(base, kind="accumulate" if adds else "upsert", key=keys, adds=adds)


def _update(node: exp.Update) -> Statement:
    from sqlglot import exp  # noqa: PLC0415 - costs time, so only with SQL

    sets = [e for e in node.expressions if isinstance(e, exp.EQ)]
    columns = tuple((str(e.this.name).lower(), _operand(e.expression)) for e in sets)
    adds = _additions(sets)
    where = tuple(_comparisons(node.args.get("where")))
    return Statement("accumulate" if adds else "update", _name(node.this), columns, where=where, adds=adds)


def _merge(node: exp.Merge) -> Statement:
    from sqlglot import exp  # noqa: PLC0415 - costs time, so only with SQL

    sets = [e for update in node.find_all(exp.Update) for e in update.expressions if isinstance(e, exp.EQ)]
    adds = _additions(sets)
    return Statement("accumulate" if adds else "upsert", _name(node.this), adds=adds)


_BOOKKEEPING = re.compile(r"^(\w*_)?(version|revision|rev|attempts?|retr(y|ies)|tries|row_?version|lock_version)(_(count|no|number))?$")
_DOCUMENT = re.compile(r"(json|meta|attributes|settings|details|payload|properties|config|extra|data)", re.IGNORECASE)
_APPENDS = frozenset({"array_append", "array_cat", "array_prepend", "json_array_append", "jsonb_insert", "concat", "concat_ws"})


def _additions(sets: list[exp.Expression]) -> str:
    """The first assignment that adds to the column it sets: `balance = balance + :n`."""
    from sqlglot import exp  # noqa: PLC0415 - costs time, so only with SQL

    for one in sets:
        if not isinstance(one, exp.EQ):
            continue
        column = str(one.this.name).lower()
        if not _BOOKKEEPING.match(column) and any(_adds(node, column) for node in one.expression.walk()):
            return as_written(one)
    return ""


def _adds(node: exp.Expression, column: str) -> bool:
    from sqlglot import exp  # noqa: PLC0415 - costs time, so only with SQL

    numeric = isinstance(node, (exp.Add, exp.Sub, exp.Mul, exp.Div))
    joined = isinstance(node, (exp.DPipe, exp.Concat)) and not _DOCUMENT.search(column)
    called = isinstance(node, exp.Func) and node.sql_name().lower() in _APPENDS
    called = called or (isinstance(node, exp.Anonymous) and str(node.this).lower() in _APPENDS)
    if not (numeric or joined or called):
        return False
    return any(c.name.lower() == column and c.table.lower() not in ("excluded", "new", "values") for c in node.find_all(exp.Column))


def as_written(node: exp.Expression) -> str:
    """Part of a statement as text for people."""
    text = _HOLE.sub("…", re.sub(r":[pn]_\w+", "…", node.sql()))
    return text if len(text) < 80 else f"{text[:77]}…"


_OPERATORS = {"EQ": "=", "NEQ": "<>", "LT": "<", "GT": ">", "LTE": "<=", "GTE": ">="}
_TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


def _comparisons(where: exp.Expression | None) -> Iterator[Comparison]:
    """The comparisons of a WHERE that all have to hold."""
    from sqlglot import exp  # noqa: PLC0415 - costs time, so only with SQL

    if where is None:
        return
    condition = where.this if isinstance(where, exp.Where) else where
    for part in condition.flatten() if isinstance(condition, exp.And) else [condition]:
        part = part.unnest()
        operator = _OPERATORS.get(type(part).__name__)
        if operator and isinstance(part.this, exp.Column):
            yield Comparison(part.this.name.lower(), operator, _operand(part.expression))
        elif operator and isinstance(part.expression, exp.Column):
            yield Comparison(part.expression.name.lower(), _TURNED.get(operator, operator), _operand(part.this))
        elif isinstance(part, exp.Is) and isinstance(part.this, exp.Column) and isinstance(part.expression, exp.Null):
            yield Comparison(part.this.name.lower(), "null", Operand("NULL", literal="NULL"))
        elif isinstance(part, exp.In) and isinstance(part.this, exp.Column):
            for choice in part.expressions:
                yield Comparison(part.this.name.lower(), "in", _operand(choice))


_UUIDS = frozenset({"uuid", "gen_random_uuid", "uuid_generate_v4", "uuid_generate_v1", "newid", "random", "rand", "uuid_string"})


def _operand(node: exp.Expression) -> Operand:
    from sqlglot import exp  # noqa: PLC0415 - costs time, so only with SQL

    text = as_written(node)
    while isinstance(node, (exp.Cast, exp.Paren)):
        node = node.this
    if isinstance(node, exp.Placeholder):
        kind, _, name = str(node.this or "").partition("_")
        return Operand(text, Slot("parameter" if kind == "p" else "name", name))
    if isinstance(node, exp.Literal) or isinstance(node, exp.Column):
        match = _HOLE.search(str(node.name))
        if match:
            return Operand(text, Slot("hole", match[1]))
        if isinstance(node, exp.Literal):
            return Operand(text, literal=str(node.this))
    if isinstance(node, (exp.Boolean, exp.Null)):
        return Operand(text, literal=text)
    name = (str(node.this) if isinstance(node, exp.Anonymous) else node.sql_name() if isinstance(node, exp.Func) else "").lower()
    if name in _UUIDS:
        return Operand(text, fresh="uuid")
    if name in ("now", "current_timestamp", "current_date", "getdate", "sysdate", "current_time", "utc_timestamp"):
        return Operand(text, fresh="clock")
    inner = [n for n in node.find_all(exp.Placeholder)]
    if len(inner) == 1:
        return replace(_operand(inner[0]), text=text)
    return Operand(text)
