"""Directives: `# lintdem: …` comments, and the lines they speak for.

Read by hand from the comments of the tree, so a string that looks like a directive is none, and no
comment, however long, takes more than one look.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst
import msgspec

from lintdem.model.module import Directive
from lintdem.model.span import Span
from lintdem.syntax.positions import Positions

_MARK = "lintdem:"
_START = re.compile(r"#[ \t]*lintdem:")
_NAMED = ("ignore-file", "ignore", "guarded-by", "source")
_BARE = "idempotent"
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
    if _MARK not in text:
        return ()
    lines = text.split("\n")
    whole = (1, max(1, len(lines) - text.endswith("\n")))
    headers = sorted(_headers(positions))
    found: list[Directive] = []
    for node in positions.ranges:
        if isinstance(node, cst.Comment):
            span = positions.span(node)
            covers = _covered(span.line, not lines[span.line - 1][: span.column - 1].strip(), headers)
            for offset, words in _split(node.value):
                column = span.column + offset
                place = Span(span.line, column, span.line, column + len(words))
                kind, names, reason = _read(words[1:].lstrip()[len(_MARK) :].strip())
                found.append(Directive(place, kind, names, reason, whole if kind == "ignore-file" else covers))
    return tuple(sorted(found))


def _split(comment: str) -> Iterator[tuple[int, str]]:
    """The directives in one comment, as there may be others beside it: `# noqa # lintdem: …`."""
    starts = [match.start() for match in _START.finditer(comment)]
    ends = [*starts[1:], len(comment)]
    for start, end in zip(starts, ends, strict=False):
        yield start, comment[start:end].rstrip()


def _read(words: str) -> tuple[str, tuple[str, ...], str]:
    """Kind, names and reason of what stands behind the colon."""
    if words == _BARE or words.startswith((_BARE + " ", _BARE + "\t")):
        return _BARE, (), _reason(words[len(_BARE) :])
    kind, bracket, rest = words.partition("[")
    inside, closing, after = rest.partition("]")
    names = tuple(name.strip() for name in inside.split(",") if name.strip())
    if kind.strip() in _NAMED and bracket and closing and names:
        return kind.strip(), names, _reason(after)
    return "unknown", (), words


def _reason(text: str) -> str:
    return text.strip().removeprefix("--").strip()


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
