"""Places in a file. Lines and columns count from one; columns are code points; ends are exclusive."""

from __future__ import annotations

import msgspec


class Span(msgspec.Struct, frozen=True, order=True, array_like=True, gc=False):
    """A range of text: from `line`, `column` up to, not including, `end_line`, `end_column`."""

    line: int
    column: int
    end_line: int
    end_column: int


NOWHERE = Span(1, 1, 1, 1)


class Place(msgspec.Struct, frozen=True, order=True, array_like=True, gc=False):
    """A span in a file. `path` is relative to the workspace root, with forward slashes."""

    path: str
    span: Span


def file_of(path: str) -> str:
    """The file that a module stands in: code inside of a template has the template's path with the function's name behind a #,
    which may also be part of a file's own name."""
    return path if path.endswith(".py") else path.partition("#")[0]
