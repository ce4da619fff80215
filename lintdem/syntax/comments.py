"""Directives: `# lintdem: …` comments, and the lines they speak for.

Read by hand from the comments of the tree, so a string that looks like a directive is none, and no
comment, however long, takes more than one look.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst
import msgspec

from lintdem.model.directives import MARK, read_comment, split_comment
from lintdem.model.module import Directive
from lintdem.model.span import Span
from lintdem.syntax.positions import Positions

_BRANCHES = (cst.Else, cst.Finally, cst.ExceptHandler, cst.ExceptStarHandler, cst.MatchCase)


class Header(msgspec.Struct, frozen=True, order=True):
    """The lines a statement begins with: all of a simple one, up to the colon of a compound one.
    `word` is the line of its keyword, `end` the last of a definition, else 0."""

    first: int
    last: int
    word: int
    end: int = 0


def find_directives(module: cst.Module, positions: Positions, text: str) -> tuple[Directive, ...]:
    """The directives of a module, in the order they stand."""
    if MARK not in text:
        return ()
    lines = text.split("\n")
    whole = (1, max(1, len(lines) - text.endswith("\n")))
    headers = sorted(_headers(positions))
    found: list[Directive] = []
    for node in positions.ranges:
        if isinstance(node, cst.Comment):
            span = positions.span(node)
            covers = _covered(span.line, not lines[span.line - 1][: span.column - 1].strip(), headers)
            for offset, words in split_comment(node.value):
                column = span.column + offset
                place = Span(span.line, column, span.line, column + len(words))
                kind, names, reason = read_comment(words)
                found.append(Directive(place, kind, names, reason, whole if kind == "ignore-file" else covers))
    return tuple(sorted(found))


def _covered(line: int, alone: bool, headers: list[Header]) -> tuple[int, int]:
    around = [header for header in headers if header.first <= line <= header.last]
    if around:
        decorated = max(around)
        if alone and decorated.end and line < decorated.word:
            return decorated.first, decorated.end
        return min(header.first for header in around), max(header.last for header in around)
    if alone:
        following = next((header for header in headers if header.first > line), None)
        if following is not None:
            return following.first, following.end or following.last
    return line, line


def _headers(positions: Positions) -> Iterator[Header]:
    for node in positions.ranges:
        if isinstance(node, (cst.SimpleStatementLine, cst.SimpleStatementSuite)):
            span = positions.span(node)
            yield Header(span.line, span.end_line, span.line)
        elif isinstance(node, (cst.FunctionDef, cst.ClassDef)):
            first = positions.line(node.decorators[0] if node.decorators else node)
            yield Header(first, _colon(node.body, positions), positions.line(node), positions.span(node).end_line)
        elif isinstance(node, cst.Match):
            first = positions.line(node)
            yield Header(first, positions.span(node.subject).end_line, first)
        elif isinstance(node, (cst.BaseCompoundStatement, *_BRANCHES)):
            first = positions.line(node)
            yield Header(first, _colon(node.body, positions), first)


def _colon(body: cst.BaseSuite, positions: Positions) -> int:
    """The line of the colon before a body: what follows it begins there."""
    if isinstance(body, cst.IndentedBlock):
        return positions.line(body.header)
    return positions.line(body.leading_whitespace if isinstance(body, cst.SimpleStatementSuite) else body)
