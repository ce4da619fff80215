"""Suppressions taken out of comments, in Python and in templates alike. No tree is needed."""

from __future__ import annotations

import re

from lintdem.errors import NoEdit
from lintdem.model.finding import Edit
from lintdem.model.remedy import Unremark
from lintdem.model.span import Place, Span
from lintdem.regexes import late

_REMARK = late(r"(.*?\[)([^\]]*)(\].*)", re.DOTALL)


def unremarked(change: Unremark, lines: list[str]) -> Edit:
    """Take one name out of a suppression, or the whole of it, with the line if nothing else stands there."""
    span = change.place.span
    line = lines[span.line - 1] if span.line <= len(lines) else ""
    match = _REMARK.fullmatch(line[span.column - 1 : span.end_column - 1])
    if match is None:
        raise NoEdit
    names = [name for name in match[2].split(",") if name.strip() != change.name]
    start = span.column + len(match[1])
    end = start + len(match[2])
    if names:
        return _edit(change, Span(span.line, start, span.line, end), ",".join(names).strip())
    other = line.find("#", end)
    before = line[: span.column - 1].rstrip()
    if other >= 0:
        return _edit(change, Span(span.line, span.column, span.line, other + 1))
    if before or span.line == len(lines):
        return _edit(change, Span(span.line, len(before) + 1, span.line, len(line) + 1))
    return _edit(change, Span(span.line, 1, span.line + 1, 1))


def _edit(change: Unremark, span: Span, text: str = "") -> Edit:
    return Edit(Place(change.place.path, span), text)
