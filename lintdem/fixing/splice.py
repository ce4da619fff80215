"""Edits of a file's bytes: what no edit names stays as it is, byte for byte."""

from __future__ import annotations

import codecs
import io
import tokenize
from collections.abc import Iterable

from lintdem.model.finding import Edit
from lintdem.regexes import late

_LINE = late(r"\r\n|\r|\n")


class Unspliceable(Exception):
    """An edit that cannot be made in this file; the text says why."""


def splice(data: bytes, edits: Iterable[Edit]) -> bytes:
    """The bytes with these edits, which do not overlap. New lines end as the file's own do."""
    mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    body = data[len(mark) :]
    encoding = "utf-8" if mark else _encoding(body)
    try:
        text = body.decode(encoding)
        if text.encode(encoding) != body:  # as in UTF-7, where one text has several spellings
            raise Unspliceable(f"is not written as {encoding} would write it")
        new = spliced(text, edits).encode(encoding)
    except (UnicodeError, LookupError) as error:
        raise Unspliceable(f"cannot be written as {encoding}") from error
    return mark + new


def spliced(text: str, edits: Iterable[Edit]) -> str:
    """The text with these edits."""
    starts = [0, *(match.end() for match in _LINE.finditer(text))]
    first = _LINE.search(text)
    newline = first.group() if first else "\n"
    parts: list[str] = []
    at = 0
    for edit in sorted(edits):
        span = edit.place.span
        start, end = _offset(starts, span.line, span.column, text), _offset(starts, span.end_line, span.end_column, text)
        if start < at or end < start:
            raise Unspliceable("edits overlap")
        parts += [text[at:start], edit.text.replace("\n", newline)]
        at = end
    return "".join([*parts, text[at:]])


def _offset(starts: list[int], line: int, column: int, text: str) -> int:
    if not 1 <= line <= len(starts) or starts[line - 1] + column - 1 > len(text):
        raise Unspliceable("an edit lies outside of the file")
    return starts[line - 1] + column - 1


def _encoding(body: bytes) -> str:
    """By Python's own rules; templates are UTF-8, and so is what declares nothing."""
    try:
        return tokenize.detect_encoding(io.BytesIO(body).readline)[0]
    except SyntaxError as error:
        raise Unspliceable("its encoding is not known") from error
