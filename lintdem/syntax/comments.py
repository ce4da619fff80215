"""Directives: `# lintdem: …` comments, and the lines they speak for.

Read by hand from the comments of the tree, so a string that looks like a directive is none, and no
comment, however long, takes more than one look.
"""

from __future__ import annotations

from bisect import bisect_right
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
    headers = _Headers(_headers(positions))
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


class _Headers:
    """The headers of a module by their lines: those that a line is part of may be asked for each of many comments."""

    def __init__(self, headers: Iterator[Header]) -> None:
        self._all = sorted(headers)
        self._firsts = [header.first for header in self._all]
        self._reach: list[int] = []
        for header in self._all:
            self._reach.append(max(header.last, self._reach[-1] if self._reach else 0))

    def around(self, line: int) -> list[Header]:
        """Those whose lines hold this one."""
        found = []
        at = bisect_right(self._firsts, line) - 1
        while at >= 0 and self._reach[at] >= line:
            if self._all[at].last >= line:
                found.append(self._all[at])
            at -= 1
        return found

    def following(self, line: int) -> Header | None:
        """The first below it."""
        at = bisect_right(self._firsts, line)
        return self._all[at] if at < len(self._all) else None


def _covered(line: int, alone: bool, headers: _Headers) -> tuple[int, int]:
    around = headers.around(line)
    if around:
        decorated = max(around)
        if alone and decorated.end and line < decorated.word:
            return decorated.first, decorated.end
        return min(header.first for header in around), max(header.last for header in around)
    if alone:
        following = headers.following(line)
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
