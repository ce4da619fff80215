"""Tables as the program writes them down: classes of a mapper, `Table("name", metadata, Column(…), …)`."""

from __future__ import annotations

from collections.abc import Iterator, Set

from lintdem.interpreter.domain import Cls, Made, Method, Value
from lintdem.interpreter.lineage import lineage
from lintdem.interpreter.values import NONE, known, text
from lintdem.interpreter.written import nodes
from lintdem.model.values import Call, Const, Expr, Name


def table_of(model: Value) -> str:
    """The name of the table."""
    if isinstance(model, Cls):
        return text(model.scope.names.get("__tablename__", NONE)) or model.definition.name.lower()
    if (named := text(model)) is not None:
        return named
    if isinstance(model, Made):
        return text(dict(model.args).get("0", NONE)) or "…"
    return "…"


def is_catalogue(owner: Value, name: str) -> bool:
    """Whether `owner.name` holds the tables that SQLAlchemy has read from the database: `metadata.tables`."""
    return name == "tables" and isinstance(owner, Made) and owner.type == "sqlalchemy.MetaData"


def column_name(model: Value, column: Value) -> str | None:
    """The name of a column of it, as an expression names it."""
    if isinstance(column, Method):
        return column.name
    if isinstance(model, Cls):
        return next((name for name, value in model.scope.names.items() if value == column), None)
    return None


def is_unique(model: Value, name: str) -> bool:
    """Whether no two rows have the same in a column."""
    value = model.scope.names.get(name) if isinstance(model, Cls) else _column(model, name)
    named = dict(value.args) if isinstance(value, Made) else {}
    return known(True) in (named.get("primary_key"), named.get("unique"), named.get("pk"))


def is_found_once(model: Value, names: Set[str]) -> bool:
    """Whether no two rows have the same in all columns of these names: one of them is unique, or some of them are together, by
    `UniqueConstraint(a, b)` in the class, in its `__table_args__` or in the table."""
    return any(is_unique(model, name) for name in names) or any(one and one <= names for one in _together(model))


def _together(model: Value) -> Iterator[frozenset[str]]:
    if isinstance(model, Made):
        for one in (v for _, v in model.args if isinstance(v, Made) and v.type.endswith(_CONSTRAINT)):
            yield frozenset(name for k, v in one.args if k.isdigit() and (name := text(v)) is not None)
    for cls in lineage(model) if isinstance(model, Cls) else ():
        for call in (node for node in nodes(cls.definition.body) if isinstance(node, Call) and _is_constraint(node)):
            yield frozenset(_said(arg.value) for arg in call.args if arg.name is None and not arg.star)


_CONSTRAINT = "UniqueConstraint"


def _is_constraint(call: Call) -> bool:
    return getattr(call.func, "name", getattr(call.func, "id", "")) == _CONSTRAINT


def _said(column: Expr) -> str:
    """The name of a column that a constraint names by its text or its variable."""
    return str(column.value) if isinstance(column, Const) else column.id if isinstance(column, Name) else ""


def _column(table: Value, name: str) -> Value | None:
    """A column of a table that is written as `Table("name", metadata, Column("name", …), …)`."""
    columns = (v for _, v in table.args if isinstance(v, Made)) if isinstance(table, Made) else ()
    return next((one for one in columns if one.args and one.args[0][1] == known(name)), None)
