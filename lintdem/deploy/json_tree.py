"""JSON text to nodes. A reader of its own because YAML's refuses tabs and JSON's keeps no places."""

from __future__ import annotations

import json
import re
from bisect import bisect_right

from lintdem.deploy.nodes import DEEPEST, LARGEST, Node, Scalar, Series, record_of
from lintdem.errors import LoweringError
from lintdem.model.span import Place, Span
from lintdem.regexes import late

_TOKEN = late(
    r'[\s\ufeff]*(?:(?P<string>"(?:[^"\\]|\\.)*")|(?P<word>-?[\w.+-]+)|(?P<mark>[][{}:,])|(?P<end>\Z))', re.DOTALL
)


def read_json(path: str, text: str, origin: Scalar | None = None) -> Node:
    """The value in `text`. Raises LoweringError. `origin` is the template text it was embedded in."""
    return _Reader(path, text, origin).read()


class _Reader:
    def __init__(self, path: str, text: str, origin: Scalar | None) -> None:
        self.path = path
        self.text = text
        self.origin = origin
        self.starts = [0, *(found.end() for found in re.finditer("\n", text))]
        self.at = 0
        self.count = 0
        self.kind = ""
        self.token = ""
        self.start = 0

    def read(self) -> Node:
        self._next()
        node = self._value(0)
        if self.kind != "end":
            raise self._failure("text after the end of the JSON value")
        return node

    def _next(self) -> None:
        found = _TOKEN.match(self.text, self.at)
        if found is None or found.lastgroup is None:
            self.start = self.at
            raise self._failure("not JSON")
        self.kind, self.token = found.lastgroup, found.group(found.lastgroup)
        self.start, self.at = found.start(found.lastgroup), found.end()
        self.count += 1
        if self.count > 4 * LARGEST:
            raise self._failure("too large to be a template")

    def _value(self, depth: int) -> Node:
        if depth >= DEEPEST:
            raise self._failure("nested too deeply to be a template")
        if self.token == "{" and self.kind == "mark":
            return self._record(depth)
        if self.token == "[" and self.kind == "mark":
            return self._series(depth)
        return self._scalar()

    def _scalar(self) -> Scalar:
        if self.kind not in ("string", "word"):
            raise self._failure("the JSON ends too early" if self.kind == "end" else f"unexpected {self.token}")
        plain = self.kind == "word"
        value = Scalar(self.token if plain else self._decoded(), self._place(self.start, self.at), plain)
        self._next()
        return value

    def _decoded(self) -> str:
        try:
            return str(json.loads(self.token, strict=False))
        except ValueError as error:
            raise self._failure("a string that is not JSON") from error

    def _record(self, depth: int) -> Node:
        start, entries = self.start, []
        self._next()
        while self.token != "}" or self.kind != "mark":
            key = self._scalar()
            self._expect(":")
            entries.append((key, self._value(depth + 1)))
            self._separator("}")
        end = self.at
        self._next()
        return record_of(entries, self._place(start, end))

    def _series(self, depth: int) -> Node:
        start, items = self.start, []
        self._next()
        while self.token != "]" or self.kind != "mark":
            items.append(self._value(depth + 1))
            self._separator("]")
        end = self.at
        self._next()
        return Series(tuple(items), self._place(start, end))

    def _separator(self, closing: str) -> None:
        """A comma or the end; a comma before the end is let through, as editors and cfn tools do."""
        if self.kind == "mark" and self.token == closing:
            return
        self._expect(",")

    def _expect(self, mark: str) -> None:
        if self.kind != "mark" or self.token != mark:
            raise self._failure("the JSON ends too early" if self.kind == "end" else f"expected {mark}")
        self._next()

    def _position(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1

    def _place(self, start: int, end: int) -> Place:
        if self.origin is not None and self.origin.margin is None:
            return self.origin.place
        first, column = self._position(start)
        last, end_column = self._position(end)
        if self.origin is None:
            return Place(self.path, Span(first, column, last, end_column))
        top, margin = self.origin.place.span.line, self.origin.margin or 0
        return Place(self.path, Span(top + first, column + margin, top + last, end_column + margin))

    def _failure(self, message: str) -> LoweringError:
        return LoweringError(message, *self._position(self.start))
