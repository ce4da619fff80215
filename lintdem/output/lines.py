"""Lines of a source as others count them: columns in bytes, and the hash by which GitHub knows a line again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from lintdem.model.finding import Report
from lintdem.model.span import Span

_BASE = 37
_MODULUS = 1 << 64
_WINDOW = 100
_END = 0xFFFF
_BLANK = (0x20, 0x09)


@lru_cache(maxsize=4)
def _lines(text: str) -> list[str]:
    return text.split("\n")


def byte_column(report: Report, path: str, line: int, column: int) -> int:
    """A column counted in bytes of UTF-8, from 1; as it is where the source is not at hand."""
    lines = _lines(report.sources.get(path, ""))
    if line > len(lines):
        return column
    return len(lines[line - 1][: column - 1].encode("utf-8", "surrogatepass")) + 1


def spread(span: Span) -> dict[str, int]:
    """A span under the names of SARIF; an empty one is a place of no length."""
    end = max((span.end_line, span.end_column), (span.line, span.column))
    return {"startLine": span.line, "startColumn": span.column, "endLine": end[0], "endColumn": end[1]}


def line_hashes(text: str) -> dict[int, str]:
    """`primaryLocationLineHash` of every line, as GitHub's upload action computes it: a rolling hash over the next hundred
    UTF-16 units that are not blank, numbered where several lines have the same.
    https://github.com/github/codeql-action/blob/main/src/fingerprints.ts"""
    units = list(_units(text))
    known: Counter[str] = Counter()
    found: dict[int, str] = {}
    first = pow(_BASE, _WINDOW, _MODULUS)
    window = [0] * _WINDOW
    starts: list[int | None] = [None] * _WINDOW
    rolling = place = 0
    line, at_start = 0, True
    for unit in [*units, _END, *([-1] * _WINDOW)]:
        held = starts[place]
        if held is not None:
            name = f"{rolling:x}"
            known[name] += 1
            found[held] = f"{name}:{known[name]}"
            starts[place] = None
        if at_start and unit >= 0:
            line, at_start = line + 1, False
            starts[place] = line
        at_start = at_start or unit == ord("\n")
        value = max(unit, 0)
        rolling = (_BASE * rolling + value - first * window[place]) % _MODULUS
        window[place] = value
        place = (place + 1) % _WINDOW
    return found


def _units(text: str) -> Iterator[int]:
    """The UTF-16 units that count: no blanks, and one line feed for each way to end a line."""
    data = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-16-le", "surrogatepass")
    for index in range(0, len(data), 2):
        unit = data[index] | data[index + 1] << 8
        if unit not in _BLANK:
            yield unit
