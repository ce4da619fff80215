"""Rows and items that were read as objects: what the program puts on their attributes, or adds, is stored when it says so.

`order = session.get(Order, id)`, `order.paid += amount`, `session.commit()`; Django's and PynamoDB's objects are
stored by their own `save()`.
"""

from __future__ import annotations

from lintdem.interpreter.altering import replace
from lintdem.interpreter.domain import Check, Cls, Derived, Known, Made, Path, Value
from lintdem.interpreter.dynamodb.itemconditions import Compares, Junction
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.machine import Machine
from lintdem.interpreter.sql.clauses import BOOKKEEPING, Statement
from lintdem.interpreter.sql.databases import Request, apply
from lintdem.interpreter.trace import Invocation, Write
from lintdem.interpreter.values import NONE, known, leaves, text
from lintdem.knowledge import Kind
from lintdem.model.span import Place

READ = "row"
"""The method of a read that gives objects."""
OWN = "row"
"""What a change of a row that was read as an object is limited to: that row."""
_COLUMNS = ("F", "Column", "mapped_column")


def keep_attribute(m: Machine, row: Path, name: str, value: Value, flow: Flow) -> None:
    """Remember what an attribute of something read is set to, and whether it was asked before: another function may store it."""
    if _read(m, row) is not None:
        m.put_on[row, name] = value
        if _is_told(row, {name: value}, flow):
            m.told.add(row)


def store_rows(m: Machine, place: Place, flow: Flow, row: Path | None = None) -> None:
    """`session.commit()`, or `row.save()` for one of them: what was put on the attributes is stored."""
    rows = dict.fromkeys(key[0] for key in m.put_on if isinstance(key[0], Path) and row in (None, key[0]))
    for owner in rows:
        read = _read(m, owner)
        if read is None or read.service != "sql":
            continue
        values = attributes_of(m, owner)
        for name in values:
            del m.put_on[owner, name]
        table = (None if _is_related(owner) else read.arg("TableName")) or known("…")
        if owner not in m.told and not _is_told(owner, values, flow):
            _add(m, read, owner, values, table, flow)
        plain = tuple((name, value) for name, value in values.items() if not _is_sum(value, owner, name))
        if plain and isinstance(table, Known) and not _is_related(owner):
            statement = Statement("update", text(table) or "…")
            own = Junction("and", (Compares("=", "", Derived(OWN, (owner,))),))
            apply(m, statement, plain, table, Request(NONE, place, read.target), flow, own)


def _is_told(row: Path, values: dict[str, Value], flow: Flow) -> bool:
    """Whether the row itself was asked before, and is told in the same step that this was done."""
    asked = {fact.subject for fact in flow.must if isinstance(fact, Check)}
    return any(replace(row, steps=(*row.steps, name)) in asked for name in values)


def _add(m: Machine, read: Invocation, row: Path, values: dict[str, Value], table: Value, flow: Flow) -> None:
    given = (("TableName", table),)
    for name, value in values.items():
        if BOOKKEEPING.match(name) or not isinstance(value, Derived) or value.place is None or not _is_sum(value, row, name):
            continue
        write = Write("accumulate", table, (), ((name, value),), accumulates=f"{name} = {name} + …")
        title = f"UPDATE {getattr(table, 'value', '…')}"
        site = Invocation(title, "sql", "accumulate", Kind.WRITE, "adds again", given, read.target, write=write)
        m.sites[value.place] = site
        m.effect(site, value.place, flow)


def _is_related(row: Path) -> bool:
    """Whether it is the row of another table that a row leads to: `review.item`."""
    return any(step.isidentifier() for step in row.steps)


def attributes_of(m: Machine, row: Path) -> dict[str, Value]:
    """What the program has set of something read."""
    return {name: value for (owner, name), value in m.put_on.items() if owner == row}


def _read(m: Machine, row: Path) -> Invocation | None:
    site = m.sites.get(row.place) if row.root == "result" and row.place is not None else None
    return site if site is not None and (site.method == READ or isinstance(site.target, Cls)) else None


def _is_sum(value: Value, row: Path, name: str) -> bool:
    """Whether an attribute is set to itself and something more."""
    own = replace(row, steps=(*row.steps, name))
    if not isinstance(value, Derived) or value.op not in ("arith+", "arith-", "arith*"):
        return False
    columns = (part for part in value.parts if isinstance(part, Made))
    return own in leaves(value) or any(column.type.rpartition(".")[2] in _COLUMNS for column in columns)
