"""Rows that are read, counted on in the code, and written back by an UPDATE that says nothing of what was read.

`SELECT paid FROM orders WHERE id = %s`, `paid = row["paid"] + amount`, `UPDATE orders SET paid = %s WHERE id = %s`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lintdem.interpreter.altering import replace
from lintdem.interpreter.domain import Derived, Known, Path, Value
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.machine import Args, Machine
from lintdem.interpreter.selections import ASKED
from lintdem.interpreter.sql.clauses import BOOKKEEPING, plain_name
from lintdem.interpreter.sql.selects import COLUMN
from lintdem.interpreter.sql.sql import LOCKED
from lintdem.interpreter.trace import Asked, Invocation, Origin, Write
from lintdem.interpreter.values import NONE, leaves, text
from lintdem.regexes import late

_NAMES_ROW = late(r"(^|_)(id|key|pk|uuid|guid|no|number|code|name|email)$")


def written_back(write: Write, read: Invocation | None, column: str, path: Path) -> Origin | None:
    """What an UPDATE sets a column to, where that was counted up from the same column of the row that it changes."""
    if write.kind != "set" or read is None or (read.service, read.method) != ("sql", "read") or BOOKKEEPING.match(column):
        return None
    asked = {name.removeprefix(ASKED): value for name, value in read.args if name.startswith(ASKED)}
    if read.arg("TableName") != write.table or LOCKED in asked or plain_name(column) != _column(read, path):
        return None
    return Origin(column, path, True, arithmetic=True) if _is_same_row(write, asked, path) else None


def _column(read: Invocation, path: Path) -> str:
    """The column that a step into a row names, or counts."""
    step = path.steps[-1] if path.steps else ""
    return text(read.arg(f"{COLUMN}{step}") or Known(None, "NoneType")) or plain_name(step)


def _is_same_row(write: Write, asked: dict[str, Value], path: Path) -> bool:
    """Whether the rows that are changed are those that were read, and nothing else is asked of them, such as a version."""
    named = [value for value in asked.values() if not isinstance(value, Known)]
    others = [value for value in write.compares if value not in asked.values()]
    of_row = [value for value in others if _names_row(value, path)]
    return (bool(of_row) or (bool(named) and all(value in write.compares for value in named))) and of_row == others


def _names_row(value: Value, path: Path) -> bool:
    """Whether a value is what the row that was read is called."""
    said = [v for v in leaves(value) if isinstance(v, Path) and v.place == path.place and v.steps]
    return len(said) == len(leaves(value)) and all(_NAMES_ROW.search(v.steps[-1]) for v in said)


def all_back(m: Machine, write: Write, found: Iterable[tuple[str, Path, bool]]) -> Iterator[Origin]:
    """The columns that are written back, each told once. Where all statements go through one function, the last one of them is
    what is known of its place: the others were noted when they were sent."""
    counted = [(column, path) for column, path, arithmetic in found if arithmetic]
    sent = [e.call for frame in m.frames for e in frame.events if isinstance(e, Asked)] if counted else []
    for column, path in dict.fromkeys(counted):
        at_place = m.sites.get(path.place) if path.place is not None else None
        named = [read for read in sent if plain_name(column) in _listed(read)] if path.steps[-1:] == (column,) else []
        origins = (written_back(write, read, column, path) for read in (at_place, *named))
        yield from [one for one in origins if one is not None][:1]


def _listed(read: Invocation) -> list[str | None]:
    """The columns that a read names."""
    return [text(value) for name, value in read.args if name.startswith(COLUMN)]


def row_by_names(m: Machine, args: Args, flow: Flow) -> Path | None:
    """`dict(zip(names, row))`: a row that a database gave, with the names of its columns, whatever they are."""
    pairs = m.elements(flow, args.positional[0]) if len(args.positional) == 1 and not args.keywords else None
    pair = m.elements(flow, pairs.items[0]) if pairs is not None and pairs.open and len(pairs.items) == 1 else None
    name, part = pair.items if pair is not None and pair.kind == "tuple" and len(pair.items) == 2 else (NONE, NONE)
    of_row = isinstance(part, Path) and part.root == "result" and part.steps[-1:] == ("*",)
    if isinstance(part, Path) and of_row and isinstance(name, Derived) and name.op in ("element", "item", "call", "slice"):
        return replace(part, steps=part.steps[:-1])
    return None
