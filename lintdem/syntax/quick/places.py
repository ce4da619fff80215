"""Where the nodes of Python's own tree stand in the text: lines as they are, columns from bytes to characters."""

from __future__ import annotations

import ast
from bisect import bisect_right
from typing import Any

from lintdem.model.span import Span


class Refused(Exception):
    """Something that is left to the parser that knows all of the text."""


class Places:
    """The places of one file; `text` is its source with "\\n" newlines."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = text.split("\n")
        self._starts: list[int] | None = None
        self._wide: dict[int, bytes] = {}
        if not text.isascii():
            self._wide = {number: line.encode() for number, line in enumerate(self.lines, 1) if not line.isascii()}
            self.span = self._span_of_wide  # type: ignore[method-assign]

    @staticmethod
    def span(node: Any) -> Span:
        """The place of a node."""
        return Span(node.lineno, node.col_offset + 1, node.end_lineno, node.end_col_offset + 1)

    def _span_of_wide(self, node: Any) -> Span:
        start, end = self.column(node.lineno, node.col_offset), self.column(node.end_lineno, node.end_col_offset)
        return Span(node.lineno, start + 1, node.end_lineno, end + 1)

    def column(self, line: int, offset: int) -> int:
        """How many characters stand before a byte of a line."""
        wide = self._wide.get(line)
        return offset if wide is None else len(wide[:offset].decode())

    def offset(self, line: int, column: int) -> int:
        """How many bytes stand before a character of a line."""
        return column if line not in self._wide else len(self.lines[line - 1][:column].encode())

    def index(self, line: int, column: int) -> int:
        """Where in the text a character stands."""
        return self._line_starts()[line - 1] + column

    def at(self, start: int, end: int) -> Span:
        """The place between two indices of the text."""
        starts = self._line_starts()
        first, last = bisect_right(starts, start), bisect_right(starts, end)
        return Span(first, start - starts[first - 1] + 1, last, end - starts[last - 1] + 1)

    def extent(self, node: ast.expr) -> tuple[int, int]:
        """Where in the text a node begins and ends."""
        span = self.span(node)
        return self.index(span.line, span.column - 1), self.index(span.end_line, span.end_column - 1)

    def _line_starts(self) -> list[int]:
        if self._starts is None:
            self._starts, at = [], 0
            for line in self.lines:
                self._starts.append(at)
                at += len(line) + 1
        return self._starts
