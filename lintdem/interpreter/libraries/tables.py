"""Tables as the program writes them down: classes of a mapper, `Table("name", metadata, Column(…), …)`."""

from __future__ import annotations

from lintdem.interpreter.domain import Cls, Made, Method, Value
from lintdem.interpreter.values import NONE, known, text


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


def _column(table: Value, name: str) -> Value | None:
    """A column of a table that is written as `Table("name", metadata, Column("name", …), …)`."""
    columns = (v for _, v in table.args if isinstance(v, Made)) if isinstance(table, Made) else ()
    return next((one for one in columns if one.args and one.args[0][1] == known(name)), None)
