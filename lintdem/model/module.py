"""One Python file as it was read."""

from __future__ import annotations

import msgspec

from lintdem.model.function import Stmt
from lintdem.model.span import Place, Span

SCHEMA = 1
"""Raised whenever the model's shape or lowering changes, so that old cache entries are not read."""


class Directive(msgspec.Struct, frozen=True, order=True, array_like=True):
    """A `# lintdem: …` comment.

    `kind`: "ignore", "ignore-file", "idempotent", "guarded-by", "source", or "unknown". `names` is
    what stands in the brackets, split at commas; `reason` the text after them. `covers` is the lines
    the directive speaks for, first and last, both inclusive: the comment's own line when it trails
    code, the whole next statement's header when it stands alone, the whole definition when that
    statement is a `def` or `class`.
    """

    span: Span
    kind: str
    names: tuple[str, ...]
    reason: str
    covers: tuple[int, int]


class Problem(msgspec.Struct, frozen=True, order=True, array_like=True):
    """Something that could not be read, lowered or checked. `code` is LDM901 (unreadable source),
    LDM902 (not understood, a note) or LDM905 (crashed rule); `detail` is shown with --verbose."""

    place: Place
    code: str
    message: str
    detail: str = ""


class Module(msgspec.Struct, frozen=True, array_like=True, weakref=True):
    """`path` is relative to the workspace root; the dotted name is given when the program is linked.
    `lines` is the number of lines; `digest` the BLAKE2 digest of the bytes."""

    path: str
    digest: str
    body: tuple[Stmt, ...] = ()
    directives: tuple[Directive, ...] = ()
    problems: tuple[Problem, ...] = ()
    lines: int = 0
    doc: str | None = None
