"""What some work asks of the files of a program, noted while it goes on, so that what it gave can be told to be the same later."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import msgspec

from lintdem.program.imports import is_test

Test: TypeAlias = tuple[Callable[[bytes], object], Callable[[str], bool] | None]
"""A search through all files: by what they say, and by their paths."""


class Words(msgspec.Struct, frozen=True):
    """A search for files that hold all of these words, or any where not `every` one is asked for; `tests` says whether those
    with tests count."""

    words: tuple[bytes, ...]
    every: bool = True
    tests: bool = True

    def holds(self, data: bytes) -> bool:
        """Whether a file says them."""
        return (all if self.every else any)(word in data for word in self.words)

    def counts(self, path: str) -> bool:
        """Whether a file at this path is asked."""
        return self.tests or not is_test(path)


class Noted(msgspec.Struct):
    """Files that were looked into, searches by kind and word that can be made again, searches for words, and by any test."""

    files: set[str] = msgspec.field(default_factory=set)
    searches: set[tuple[str, str]] = msgspec.field(default_factory=set)
    words: set[Words] = msgspec.field(default_factory=set)
    tests: list[Test] = msgspec.field(default_factory=list)

    def add(self, other: Noted) -> None:
        """And what other work has asked."""
        self.files |= other.files
        self.searches |= other.searches
        self.words |= other.words
        self.tests += other.tests
