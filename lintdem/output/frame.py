"""The source line of a finding with the span underlined, aligned for tabs and wide characters, cut to the width."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from rich.cells import cell_len

from lintdem.model.span import Span
from lintdem.output.escape import visible
from lintdem.regexes import late

_NEWLINE = late(r"\r\n|\r|\n")
_TAB = "    "
_SHOWN = 4
_CUT = "..."


class Row(NamedTuple):
    """One row: its line number ("" for none), its text, and whether it is the underline."""

    number: str
    text: str
    is_mark: bool = False


@lru_cache(maxsize=4)
def _lines(source: str) -> list[str]:
    """The lines of a file, which may be asked for with each of a thousand findings in it."""
    return _NEWLINE.split(source)


def rows(source: str, span: Span, width: int) -> list[Row]:
    """The rows to show for a span: its lines, the first underlined, the middle of a long span left out. Empty when
    the span is not in the text."""
    lines = _lines(source)
    if not 1 <= span.line <= len(lines):
        return []
    last = min(max(span.end_line, span.line), len(lines))
    if last > span.line and span.end_column <= 1:
        last -= 1
    first = lines[span.line - 1]
    end = span.end_column if span.end_line == span.line else len(first) + 1
    result = _marked(span.line, first, span.column, end, width)
    rest = list(range(span.line + 1, last + 1))
    if len(rest) >= _SHOWN:
        shown = [Row(str(rest[0]), _cut(lines[rest[0] - 1], width)), Row("", _CUT)]
        rest = rest[-1:]
        result += shown
    return result + [Row(str(number), _cut(lines[number - 1], width)) for number in rest]


def _marked(number: int, line: str, column: int, end: int, width: int) -> list[Row]:
    """A line and its underline. A line too long for the width is shown from shortly before the span on."""
    before, inside = _shown(line[: column - 1]), _shown(line[column - 1 : max(end, column + 1) - 1])
    after = _shown(line[max(end, column + 1) - 1 :].rstrip())
    if cell_len(before + inside + after) > width:
        before = _tail(before, max(width - cell_len(inside) - cell_len(after), width // 3))
    start = cell_len(before)
    length = max(1, min(cell_len(inside), width - start))
    if not before.strip() and inside != inside.lstrip():
        start += len(inside) - len(inside.lstrip())
    return [Row(str(number), _head(before + inside + after, width)), Row("", " " * start + "^" * length, is_mark=True)]


def _shown(text: str) -> str:
    return visible(text.replace("\t", _TAB))


def _cut(line: str, width: int) -> str:
    return _head(_shown(line.rstrip()), width)


def _head(text: str, width: int) -> str:
    """The beginning of the text, as much as fits."""
    if cell_len(text) <= width:
        return text
    kept = len(text[:width])
    while cell_len(text[:kept]) > width - len(_CUT):
        kept -= 1
    return text[:kept] + _CUT


def _tail(text: str, width: int) -> str:
    """The end of the text, as much as fits."""
    if cell_len(text) <= width:
        return text
    start = max(0, len(text) - width)
    while cell_len(text[start:]) > width - len(_CUT):
        start += 1
    return _CUT + text[start:]
