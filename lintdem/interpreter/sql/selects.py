"""What a SELECT asks for, without the parser: most are long, and few words of them matter."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintdem.interpreter.domain import Known
from lintdem.interpreter.sql.clauses import Comparison, Operand, Slot, Statement, plain_name
from lintdem.interpreter.values import known
from lintdem.regexes import late

_WHERE = late(r"\bwhere\b", re.IGNORECASE)
_OR = late(r"\bor\b", re.IGNORECASE)
_EQUAL = late(
    r"([\w.\"`]+)(?:\s*=\s*|\s+is\s+)('(?:[^']|'')*'|:[pn]_\w+|lintdemhole\d+|\d+\b|(?:true|false|null)\b)", re.IGNORECASE
)


_LIST = late(r"^\s*\(?\s*select\s+(?:distinct\s+)?([^()]*?)\s+from\b", re.IGNORECASE)
COLUMN = "Column."
"""What the arguments of a read begin with that say which column stands where in a row."""


def listed(written: str) -> tuple[tuple[str, Operand], ...]:
    """The columns that a SELECT names one after another, as their rows have them; none where it computes some, or takes all."""
    match = _LIST.match(written)
    names = [part.split() for part in match[1].split(",")] if match else []
    return tuple((plain_name(words[-1]), Operand(words[0])) for words in names) if all(names) and "*" not in written else ()


def in_order(statement: Statement) -> Iterator[tuple[str, Known]]:
    """Which column stands where in the rows of a read."""
    yield from ((f"{COLUMN}{index}", known(name)) for index, (name, _) in enumerate(statement.columns))


def selected(numbered: str) -> tuple[Comparison, ...]:
    """The columns that a SELECT compares with one value, all of which have to hold; its parameters are numbered."""
    _, *wheres = _WHERE.split(numbered)
    if len(wheres) != 1 or _OR.search(re.sub(r"'(?:[^']|'')*'", "", wheres[0])):
        # A question within the question has other rows.
        wheres = [wheres[0].partition("(")[0]] if wheres and not _OR.search(wheres[0]) else []
    return tuple(Comparison(plain_name(column), "=", _operand(value)) for one in wheres for column, value in _EQUAL.findall(one))


def _operand(value: str) -> Operand:
    if value.startswith("'"):
        return Operand(value, literal=value[1:-1].replace("''", "'"))
    if value.isdigit() or value.lower() in ("true", "false", "null"):
        return Operand(value, literal=value)
    if value.startswith("lintdemhole"):
        return Operand(value, Slot("hole", value.removeprefix("lintdemhole")))
    kind, _, name = value.removeprefix(":").partition("_")
    return Operand(value, Slot("parameter" if kind == "p" else "name", name))
