"""What an SQL statement says: its kind, table, columns, conditions, and the gaps that values go into."""

from __future__ import annotations

import re

import msgspec

from lintdem.regexes import late


class Slot(msgspec.Struct, frozen=True):
    """A value that the text does not spell out: a parameter by position or name, or a piece of text put in."""

    kind: str
    name: str


class Operand(msgspec.Struct, frozen=True):
    """What a column is set to or compared with. `literal` counts when `slot` is None and `fresh` is "".

    `fresh` is "uuid" or "clock" when the database makes the value; `text` is as written."""

    text: str
    slot: Slot | None = None
    literal: str | None = None
    fresh: str = ""


class Comparison(msgspec.Struct, frozen=True):
    """`column op value` in a WHERE that must hold as a whole; `op` "=", "<>", "<", ">", "<=", ">=", "null", "not null",
    "in" for one of several (once for each)."""

    column: str
    op: str
    value: Operand


class Statement(msgspec.Struct, frozen=True):
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


HOLE = late(r"lintdemhole(\d+)")
BOOKKEEPING = late(
    r"^(\w*_)?(version|revision|rev|attempts?|retr(y|ies)|tries|row_?version|lock_version)(_(count|no|number))?$"
)
"""Columns that count runs or versions on purpose."""


def plain_name(name: str) -> str:
    """A table or column name without schema and quotes, in lower case."""
    return re.sub(r'["`\[\]]', "", name).rpartition(".")[2].lower()


def hole_of(index: int) -> str:
    """The word that stands in a text for the value put into it at this place."""
    return f"lintdemhole{index}"
