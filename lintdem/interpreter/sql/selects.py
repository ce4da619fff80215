"""What a SELECT asks for, without the parser: most are long, and few words of them matter."""

from __future__ import annotations

import re

from lintdem.interpreter.sql.clauses import Comparison, Operand, Slot, plain_name
from lintdem.regexes import late

_WHERE = late(r"\bwhere\b", re.IGNORECASE)
_OR = late(r"\bor\b", re.IGNORECASE)
_EQUAL = late(
    r"([\w.\"`]+)(?:\s*=\s*|\s+is\s+)('(?:[^']|'')*'|:[pn]_\w+|lintdemhole\d+|\d+\b|(?:true|false|null)\b)", re.IGNORECASE
)


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
