"""The two exceptions of lintdem."""

from __future__ import annotations


class UsageError(Exception):
    """Wrong use: bad option, bad configuration, missing path. The message is shown as it is; exit code 2."""


class LoweringError(Exception):
    """A file could not be lowered; becomes a `Problem`. `line` and `column` count from one."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


class NoEdit(Exception):
    """A change that cannot be written at its place."""
