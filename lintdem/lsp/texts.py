"""Places as an editor counts them: lines and columns from zero, columns in units of the encoding that both have agreed on.

The model counts from one, in code points. Lines end where Python and the protocol end them, which is not where
`str.splitlines` does: a form feed ends none.
"""

from __future__ import annotations

import io
import tokenize
from collections.abc import Callable
from functools import cached_property

from lsprotocol.types import Position, PositionEncodingKind, Range

from lintdem.model.span import Span
from lintdem.regexes import late

_LINE = late(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")


def _utf16(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)


def _utf8(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


_UNITS: dict[str, Callable[[str], int]] = {
    PositionEncodingKind.Utf8: _utf8,
    PositionEncodingKind.Utf16: _utf16,
    PositionEncodingKind.Utf32: len,
}


class Text:
    """A text and how its places are counted."""

    def __init__(self, text: str, encoding: str) -> None:
        self.text = text
        self._units = _UNITS.get(encoding, _utf16)

    @cached_property
    def lines(self) -> list[str]:
        """The lines with their ends; behind a last end stands an empty one."""
        found: list[str] = _LINE.findall(self.text)
        return [*found, ""] if not found or found[-1].endswith(("\r", "\n")) else found

    @cached_property
    def _starts(self) -> list[int]:
        starts, at = [], 0
        for line in self.lines:
            starts.append(at)
            at += len(line)
        return starts

    def range(self, span: Span) -> Range:
        """A span of the model as a range; what lies outside of the text is moved to its edge."""
        return Range(self._position(span.line, span.column), self._position(span.end_line, span.end_column))

    def _position(self, line: int, column: int) -> Position:
        if line > len(self.lines):
            return self.end
        body = self.lines[line - 1].rstrip("\r\n")
        return Position(line - 1, self._count(body[: column - 1]))

    @property
    def end(self) -> Position:
        """Where the text ends."""
        return Position(len(self.lines) - 1, self._count(self.lines[-1]))

    def place(self, position: Position) -> tuple[int, int]:
        """Line and column of the model."""
        if position.line < 0:
            return 1, 1
        if position.line >= len(self.lines):
            return len(self.lines), len(self.lines[-1]) + 1
        body = self.lines[position.line].rstrip("\r\n")
        return position.line + 1, self._index(body, position.character) + 1

    def offset(self, position: Position) -> int:
        """How many code points stand before a position."""
        line, column = self.place(position)
        return self._starts[line - 1] + column - 1

    def _count(self, text: str) -> int:
        return len(text) if text.isascii() else self._units(text)

    def _index(self, body: str, units: int) -> int:
        """How many code points fit into so many units; half a character counts as none of it."""
        if body.isascii():
            return max(0, min(units, len(body)))
        low, high = 0, len(body)
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self._units(body[:middle]) <= units else (low, middle - 1)
        return low


def bytes_of(path: str, text: str) -> bytes:
    """The bytes a file would have: a Python file that names its encoding is saved in that."""
    data = text.encode("utf-8", "surrogatepass")
    if not path.endswith(".py") or b"coding" not in data[:400]:
        return data
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return text.encode(encoding)
    except (SyntaxError, ValueError, LookupError):
        return data
