"""`# lintdem: …` comments of templates, and the lines they speak for.

A comment at the end of a line speaks for that line; one that stands alone for what begins below it: a line with all that is
set in under it, as above a `def`. What only looks like a comment, in a text, a block or a heredoc, is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

from lintdem.deploy.engine import blanked
from lintdem.deploy.hcl_tokens import tokens
from lintdem.errors import LoweringError
from lintdem.model.directives import MARK, read_comment, split_comment
from lintdem.model.module import Directive
from lintdem.model.span import Span
from lintdem.model.spelling import TYPESCRIPT
from lintdem.regexes import late

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_HCL = (".tf", ".tfvars")
_YAML = (".yaml", ".yml", ".template")
_SLASHES = late(rf"(?<!:)//\s*{re.escape(MARK)}")
_CLOSERS = ("}", "]", ")")
_Place = tuple[int, int]
"""A line, counted from 0, and a column, counted from 0."""


def template_directives(path: str, text: str) -> tuple[Directive, ...]:
    """The directives of a template, in the order they stand; those of JSON, which has no comments, are none."""
    if MARK not in text:
        return ()
    lines = text.split("\n")
    found: list[Directive] = []
    for (row, column), comment in _comments(path, text, lines):
        covers = _covered(lines, row, column)
        for offset, words in split_comment(comment):
            kind, names, reason = read_comment(words)
            start = column + offset + 1
            span = Span(row + 1, start, row + 1, start + len(words))
            found.append(Directive(span, kind, names, reason, (1, len(lines)) if kind == "ignore-file" else covers))
    return tuple(found)


def comment_mark(path: str) -> str | None:
    """What begins a comment in a template; None where there are no comments."""
    return "#" if _plain(path).endswith((*_HCL, *_YAML)) else None


def same_contents(path: str, before: str, after: str) -> bool:
    """Whether two texts of a template say the same but for their comments; not when that cannot be told."""
    told = _contents(path, before)
    return told is not None and told == _contents(path, after)


def _contents(path: str, text: str) -> list[tuple[str, object, object]] | None:
    try:
        if _plain(path).endswith(_HCL):
            return [(token.kind, token.text, None) for token in tokens(text) if token.kind != "line"]
        return _events(text) or _events(blanked(text))
    except LoweringError:
        return None


def _events(text: str) -> list[tuple[str, object, object]] | None:
    try:
        return [
            (type(event).__name__, getattr(event, "value", None), (getattr(event, "anchor", None), getattr(event, "tag", None)))
            for event in yaml.parse(text, Loader=_LOADER)
        ]
    except (yaml.YAMLError, ValueError, RecursionError):
        return None


def _plain(path: str) -> str:
    """The name without the ending that a template engine wants."""
    stem, _, ending = path.rpartition(".")
    return stem if ending in ("j2", "jinja", "jinja2", "tmpl", "tpl") else path


def _comments(path: str, text: str, lines: list[str]) -> Iterator[tuple[_Place, str]]:
    if _plain(path).endswith(_HCL):
        yield from _of_hcl(text)
    elif path.endswith(TYPESCRIPT):
        yield from (((row, at), line[at:].rstrip()) for row, line in enumerate(lines) if (at := _slashes(line)) >= 0)
    elif _plain(path).endswith(_YAML) and not text.lstrip().startswith("{"):
        yield from _of_yaml(text, lines)


def _slashes(line: str) -> int:
    """Where a comment with the mark begins, -1 where none does."""
    found = _SLASHES.search(line)
    return found.start() if found is not None else -1


def _of_hcl(text: str) -> Iterator[tuple[_Place, str]]:
    """Between two words there are only spaces and comments."""
    at = 0
    try:
        for token in tokens(text):
            gap = text[at : token.start]
            inner = len(gap) - len(gap.lstrip())
            if gap.lstrip().startswith(("#", "//")):
                start = at + inner
                yield (text.count("\n", 0, start), start - text.rfind("\n", 0, start) - 1), gap.strip()
            at = token.end
    except LoweringError:
        return


def _of_yaml(text: str, lines: list[str]) -> Iterator[tuple[_Place, str]]:
    scalars = _scalars(text)
    if scalars is None:
        scalars = _scalars(blanked(text)) or []
    for row, line in enumerate(lines):
        if MARK in line:
            column = next((at for at in _marks(line) if not any(start <= (row, at) < end for start, end in scalars)), None)
            if column is not None:
                yield (row, column), line[column:].rstrip()


def _marks(line: str) -> Iterator[int]:
    """Where a comment may begin: at a # that stands first or behind a space."""
    at = line.find("#")
    while at >= 0:
        if at == 0 or line[at - 1] in " \t":
            yield at
        at = line.find("#", at + 1)


def _scalars(text: str) -> list[tuple[_Place, _Place]] | None:
    """Where the texts of a document stand; None when it cannot be read."""
    try:
        return [
            ((token.start_mark.line, token.start_mark.column), (token.end_mark.line, token.end_mark.column))
            for token in yaml.scan(text, Loader=_LOADER)
            if isinstance(token, yaml.ScalarToken)
        ]
    except (yaml.YAMLError, ValueError, RecursionError):
        return None


def _covered(lines: list[str], row: int, column: int) -> tuple[int, int]:
    """The lines, counted from 1, that a comment speaks for."""
    if lines[row][:column].strip():
        return row + 1, row + 1
    first = next((number for number in range(row + 1, len(lines)) if _is_code(lines[number])), None)
    if first is None:
        return row + 1, row + 1
    depth, listed = _depth(lines[first]), lines[first].lstrip().startswith("- ")
    last = first
    for number in range(first + 1, len(lines)):
        words = lines[number].strip()
        below = _depth(lines[number]) > depth
        item = not listed and lines[first].rstrip().endswith(":") and words.startswith("- ") and _depth(lines[number]) == depth
        closes = words.startswith(_CLOSERS) and _depth(lines[number]) == depth
        if words and not (below or item or closes or words.startswith("#")):
            break
        last = number if words and (below or item or closes) else last
        if closes:
            break
    return first + 1, last + 1


def _is_code(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith(("#", "//"))


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())
