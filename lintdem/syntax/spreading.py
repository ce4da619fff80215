"""One more argument in a call whose arguments share a line: there while it has room, else each in a line of its own, as the
formatters do it, so that they leave it alone. What the author has arranged otherwise stays arranged."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Protocol

import libcst as cst

from lintdem.model.finding import Edit
from lintdem.model.span import Span
from lintdem.regexes import late
from lintdem.syntax.positions import Positions

_NARROW, _WIDE = 79, 88
"""PEP 8, and what formatters take for a long line unless they are told otherwise."""
_ENOUGH = 60
_CALLED = late(r"((?:\"[^\"]*\": |'[^']*': |\w+ = )?[\w.]+(?:=[\w.]+)?)\((.+)\)")

_VALUED = late(r"(\s*)((?:\"[^\"]*\": |'[^']*': |\w+ = |\w+=))(.+?)(,?)")
"""A line that gives a name or key its value."""


class File(Protocol):
    """What is known of the file that is edited."""

    lines: list[str]
    tree: cst.Module
    positions: Positions
    length: int | None

    def at(self, span: Span, text: str) -> Edit:
        """The edit that puts a text in a place."""


def width_of(lines: Sequence[str], length: int | None) -> int:
    """How long a line may be: what the formatter is told, else as far as the file tells: with many lines and none beyond 79
    that is the bound."""
    if length is not None:
        return length
    return _NARROW if len(lines) >= _ENOUGH and max(map(len, lines)) <= _NARROW else _WIDE


def _allowed(lines: Sequence[str], line: str, length: int | None) -> int:
    """The same where a line is longer already: then by the next bound that people use."""
    return next((bound for bound in (width_of(lines, length), 100, 120) if len(line) <= bound), len(line))


def spread(file: File, call: cst.Call, added: str = "", grown: int = 0) -> list[Edit]:
    """The edits that make room for an argument behind the others, or for one that has `grown`; none where the arguments have
    lines of their own or something stands between them, or where the line is not too long."""
    spans = [file.positions.span(arg) for arg in call.args]
    first, last = spans[0], spans[-1]
    line = file.lines[first.line - 1]
    gaps = [(one.end_column, other.column) for one, other in pairwise(spans)]
    if isinstance(call.args[-1].comma, cst.Comma) or last.end_line != first.line:
        return []
    if any(line[start - 1 : end - 1].strip() != "," for start, end in gaps):
        return []
    whole = file.positions.span(call)
    head, tail = line[: first.column - 1], line[last.end_column - 1 :]
    behind = Span(last.line, last.end_column, last.line, last.end_column)
    unit, width = file.tree.default_indent, _allowed(file.lines, line, file.length)
    fits = len(line) + (len(added) + 2 if added else grown) <= width
    if _is_hugged(file.lines, whole, first, tail) and not head.strip():
        if fits:
            return [file.at(behind, f", {added}")] if added else []
        inner, before = head, ""
        close = file.at(Span(last.line, last.end_column, last.line + 1, 1), ",\n")
    elif whole.end_line == first.line and not fits and _may_break(head, line[whole.end_column - 1 :]):
        indent = line[: len(line) - len(line.lstrip())]
        inner = f"{indent}{unit}"
        before = f"\n{inner}"
        close = file.at(Span(last.line, last.end_column, whole.end_line, whole.end_column), f",\n{indent})")
    else:
        return _alone(file, whole, behind, added, width) if whole.end_line == first.line and added and not fits else []
    edits = [file.at(Span(first.line, start, first.line, end), f",\n{inner}") for start, end in gaps]
    if added:
        edits.append(file.at(behind, f",\n{inner}{folded(added, inner, unit, width)}"))
    if before:
        edits.append(file.at(Span(first.line, first.column, first.line, first.column), before))
    return [*edits, close]  # apart from what is added, for two arguments may be added at once


def _alone(file: File, whole: Span, behind: Span, added: str, width: int) -> list[Edit]:
    """One more argument in a call that is all that another one is given: it gets a line of its own in the other's brackets."""
    line = file.lines[whole.line - 1]
    indent = line[: len(line) - len(line.lstrip())]
    head, tail = line[: whole.column - 1], line[whole.end_column - 1 :]
    inner = f"{indent}{file.tree.default_indent}"
    long = len(f"{inner}{line[whole.column - 1 : whole.end_column - 1]}, {added}") > width
    if long or not tail.startswith(")") or not _may_break(head, tail[1:]):
        return []
    before, end = Span(whole.line, whole.column, whole.line, whole.column), whole.end_column
    close = Span(whole.line, end, whole.line, end)
    return [file.at(before, f"\n{inner}"), file.at(behind, f", {added}"), file.at(close, f"\n{indent}")]


def folded(text: str, indent: str, unit: str, width: int, comma: str = ",") -> str:
    """`name=f(g(x))` in a line of its own, what is in the brackets set in below where that is too long with its comma."""
    match = _CALLED.fullmatch(text)
    if len(indent + text + comma) <= width or match is None or not _is_closed(match[2]):
        return text
    inner = f"{indent}{unit}"
    last = ""  # what stands alone in brackets has no comma behind it
    return f"{match[1]}(\n{inner}{folded(match[2], inner, unit, width, last)}\n{indent})"


def refolded(file: File, span: Span, text: str) -> tuple[Span, str] | None:
    """The value of a line of its own (an entry of a dict, an assignment, an argument) in which a text stands in the place of
    a call, broken as formatters do; None where the line has room for it or is another one."""
    line = file.lines[span.line - 1]
    match = _VALUED.fullmatch(line)
    if match is None or span.line != span.end_line or not _is_closed(text) or span.column - 1 < match.start(3):
        return None
    indent, head, value, comma = match.groups()
    start = span.column - 1 - match.start(3)
    new = f"{value[:start]}{text}{value[start + span.end_column - span.column :]}"
    whole = folded(f"{head}{new}", indent, file.tree.default_indent, _allowed(file.lines, line, file.length), comma)
    if "\n" not in whole or span.end_column - 1 > match.end(3):
        return None
    return Span(span.line, match.start(3) + 1, span.line, match.end(3) + 1), whole[len(head) :]


def _is_closed(text: str) -> bool:
    """Whether no bracket in a text belongs to one outside of it."""
    depth = 0
    for letter in text:
        depth += (letter == "(") - (letter == ")")
        if depth < 0:
            return False
    return depth == 0


def _is_hugged(lines: Sequence[str], whole: Span, first: Span, tail: str) -> bool:
    """Whether the arguments are alone in the one line between the brackets."""
    is_between = whole.line < first.line == whole.end_line - 1
    return is_between and not tail.strip() and not lines[whole.end_line - 1][: whole.end_column - 2].strip()


def _may_break(head: str, tail: str) -> bool:
    """Whether a formatter would break the line inside of the call's brackets, rather than elsewhere or not at all."""
    if not head.endswith("(") or not (tail.strip() in ("", ":", ",") or tail.lstrip().startswith("#")):
        return False
    return all(head[:-1].count(left) == head.count(right) for left, right in ("()", "[]", "{}"))
