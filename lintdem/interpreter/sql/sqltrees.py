"""SQL that changes rows, as sqlglot reads it. Imported with the first such statement: the parser costs time."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from lintdem.interpreter.altering import replace
from lintdem.interpreter.sql.clauses import BOOKKEEPING, HOLE, Comparison, Operand, Slot, Statement
from lintdem.regexes import late

# What the parser cannot read is said by `Statement.why`, not on standard error.
logging.getLogger("sqlglot").disabled = True

_DIALECTS = ("postgres", "mysql", "sqlite", "tsql", "snowflake", "redshift", "oracle")


def parse_sql(text: str) -> tuple[Statement, ...]:
    """The statements of a text with parameters written as `:p_N` or `:n_name`; none when no dialect accepts it."""
    return tuple(statement for tree in _parse(text) for statement in _statements(tree))


def _parse(text: str) -> list[exp.Expression]:
    for dialect in _ordered(text):
        try:
            found = sqlglot.parse(text, read=dialect)
        except (SqlglotError, RecursionError):
            continue
        trees = [tree for tree in found if isinstance(tree, exp.Expression)]
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
    changes: list[exp.Expression] = [tree] if isinstance(tree, (exp.Insert, exp.Update, exp.Delete, exp.Merge)) else []
    changes += [
        node for node in tree.find_all(exp.Insert, exp.Update, exp.Delete) if node is not tree and not _in_merge(node)
    ]
    for node in changes:
        if isinstance(node, exp.Insert):
            yield _insert(node)
        elif isinstance(node, exp.Update):
            yield _update(node)
        elif isinstance(node, exp.Delete):
            yield _delete(node)
        elif isinstance(node, exp.Merge):
            yield _merge(node)
    if not changes:
        yield _other(tree)


_ONE = late(r"(^|_)(id|uuid|guid|key|hash|no|number|ref|reference)$")
"""Columns whose value picks one row."""


def _delete(node: exp.Delete) -> Statement:
    where = tuple(_comparisons(node.args.get("where")))
    chosen = any(one.op == "=" and one.value.slot is not None and _ONE.search(one.column) for one in where)
    if node.args.get("limit") is not None and not chosen:
        # What is left then is deleted by the next run.
        return Statement("accumulate", _name(node.this), adds="DELETE … LIMIT")
    return Statement("delete" if node.args.get("where") else "clear", _name(node.this), where=where)


def _in_merge(node: exp.Expression) -> bool:
    return node.find_ancestor(exp.Merge) is not None


def _other(tree: exp.Expression) -> Statement:
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
        return Statement("define", _made_empty(tree))
    return Statement("unknown", why="the SQL statement could not be read")


def _made_empty(tree: exp.Expression) -> str:
    """The table that has no rows behind this: made new, a temporary one of the session, or dropped."""
    if not isinstance(tree, (exp.Create, exp.Drop)) or str(tree.args.get("kind")).upper() != "TABLE":
        return ""
    kept = isinstance(tree, exp.Create) and tree.args.get("exists") and tree.find(exp.TemporaryProperty) is None
    return "" if kept else _name(tree.this)


_SCHEMA = frozenset(
    """
        Create Alter Drop Set Use Transaction Commit Rollback Grant Revoke Comment Pragma Analyze Cache
        Uncache Refresh Attach Detach Kill Semicolon
    """.split()
)


def _name(node: exp.Expression | None) -> str:
    if node is None:
        return ""
    table = node if isinstance(node, exp.Table) else node.find(exp.Table)
    return str(table.name).lower() if table is not None else ""


def _insert(node: exp.Insert) -> Statement:
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
    where = source.args.get("where") if isinstance(source, exp.Select) else None
    if where is None:
        return False
    return any(isinstance(n.this, (exp.Exists, exp.In, exp.Paren)) for n in where.find_all(exp.Not)) or (
        bool(source.args.get("joins")) and where.find(exp.Null) is not None  # type: ignore[union-attr]
    )


def _on_conflict(base: Statement, conflict: exp.Expression) -> Statement:
    keys = tuple(
        str(k.this.name if hasattr(k.this, "name") else k.name).lower()
        for k in conflict.args.get("conflict_keys") or ()
    )
    action = str(conflict.args.get("action") or "").upper()
    sets = _assignments(conflict.expressions)
    if "NOTHING" in action or not sets:
        return replace(base, kind="ignore", key=keys)
    adds = _additions(sets)
    return replace(base, kind="accumulate" if adds else "upsert", key=keys, adds=adds, where=_reserved(conflict, sets))


def _reserved(conflict: exp.Expression, sets: list[exp.EQ]) -> tuple[Comparison, ...]:
    """What has to hold for the row that is there to be set: a WHERE, or `IF(VALUES(version) > version, …)` in what is set."""
    where = conflict.args.get("where")
    chosen = any(one.expression.find(exp.Case, exp.If, exp.Greatest, exp.Least) for one in sets)
    if where is None and not chosen:
        return ()
    return tuple(_comparisons(where)) or (Comparison("", "<", Operand("excluded", literal="excluded")),)


def _update(node: exp.Update) -> Statement:
    sets = _assignments(node.expressions)
    columns = tuple((str(e.this.name).lower(), _operand(e.expression)) for e in sets)
    adds = _additions(sets)
    where = tuple(_comparisons(node.args.get("where")))
    return Statement("accumulate" if adds else "update", _name(node.this), columns, where=where, adds=adds)


def _assignments(written: Sequence[exp.Expression]) -> list[exp.EQ]:
    return [one for e in written if isinstance(e, exp.EQ) for one in _each(e)]


def _each(assignment: exp.EQ) -> list[exp.EQ]:
    """The single assignments of `(a, b) = (:a, b + 1)`, also with ROW; others as they are."""
    columns, values = assignment.this, assignment.expression
    is_row = isinstance(values, exp.Tuple) or (isinstance(values, exp.Anonymous) and str(values.this).upper() == "ROW")
    if not isinstance(columns, exp.Tuple) or not is_row or len(columns.expressions) != len(values.expressions):
        return [assignment]
    return [exp.EQ(this=c, expression=v) for c, v in zip(columns.expressions, values.expressions, strict=True)]


def _merge(node: exp.Merge) -> Statement:
    sets = _assignments([e for update in node.find_all(exp.Update) for e in update.expressions])
    adds = _additions(sets)
    return Statement("accumulate" if adds else "upsert", _name(node.this), adds=adds)


_DOCUMENT = late(r"(json|meta|attributes|settings|details|payload|properties|config|extra|data)", re.IGNORECASE)
_APPENDS = frozenset(
    {"array_append", "array_cat", "array_prepend", "json_array_append", "jsonb_insert", "concat", "concat_ws"}
)


def _additions(sets: Sequence[exp.EQ]) -> str:
    """The first assignment that adds to the column it sets: `balance = balance + :n`."""
    for one in sets:
        column = str(one.this.name).lower()
        if not BOOKKEEPING.match(column) and any(_adds(node, column) for node in one.expression.walk()):
            return as_written(one)
    return ""


def _adds(node: exp.Expression, column: str) -> bool:
    numeric = isinstance(node, (exp.Add, exp.Sub, exp.Mul, exp.Div))
    joined = isinstance(node, (exp.DPipe, exp.Concat)) and not _DOCUMENT.search(column)
    called = isinstance(node, exp.Func) and node.sql_name().lower() in _APPENDS
    called = called or (isinstance(node, exp.Anonymous) and str(node.this).lower() in _APPENDS)
    if not (numeric or joined or called):
        return False
    return any(
        c.name.lower() == column and c.table.lower() not in ("excluded", "new", "values")
        for c in node.find_all(exp.Column)
    )


def as_written(node: exp.Expression) -> str:
    """Part of a statement as text for people."""
    text = HOLE.sub("…", re.sub(r":[pn]_\w+", "…", node.sql()))
    return text if len(text) < 80 else f"{text[:77]}…"


_OPERATORS = {"EQ": "=", "NEQ": "<>", "LT": "<", "GT": ">", "LTE": "<=", "GTE": ">="}
_TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


def _comparisons(where: exp.Expression | None) -> Iterator[Comparison]:
    """The comparisons of a WHERE that all have to hold."""
    if where is None:
        return
    condition = where.this if isinstance(where, exp.Where) else where
    for whole in condition.flatten() if isinstance(condition, exp.And) else [condition]:
        part = whole.unnest()
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


_UUIDS = frozenset(
    {"uuid", "gen_random_uuid", "uuid_generate_v4", "uuid_generate_v1", "newid", "random", "rand", "uuid_string"}
)


def _operand(node: exp.Expression) -> Operand:
    text = as_written(node)
    while isinstance(node, (exp.Cast, exp.Paren)):
        node = node.this
    if isinstance(node, exp.Placeholder):
        kind, _, name = str(node.this or "").partition("_")
        number = re.match(r"\d+", name)  # behind it stands what was joined to it, where the comma is not known
        return Operand(text, Slot("parameter", number[0]) if kind == "p" and number is not None else Slot("name", name))
    if isinstance(node, (exp.Literal, exp.Column)):
        match = HOLE.search(str(node.name))
        if match:
            return Operand(text, Slot("hole", match[1]))
        if isinstance(node, exp.Literal):
            return Operand(text, literal=str(node.this))
    if isinstance(node, (exp.Boolean, exp.Null)):
        return Operand(text, literal=text)
    name = (
        str(node.this) if isinstance(node, exp.Anonymous) else node.sql_name() if isinstance(node, exp.Func) else ""
    ).lower()
    if name in _UUIDS:
        return Operand(text, fresh="uuid")
    if name in ("now", "current_timestamp", "current_date", "getdate", "sysdate", "current_time", "utc_timestamp"):
        return Operand(text, fresh="clock")
    inner = list(node.find_all(exp.Placeholder))
    if len(inner) == 1:
        return replace(_operand(inner[0]), text=text)
    return Operand(text)
