"""What some work asks of the files of a program, noted while it goes on, so that what it gave can be told to be the same later."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

Test: TypeAlias = tuple[Callable[[bytes], object], Callable[[str], bool] | None]
"""A search through all files: by what they say, and by their paths."""


@dataclass
class Noted:
    """Files that were looked into, searches by kind and word that can be made again, and searches by any test."""

    files: set[str] = field(default_factory=set)
    searches: set[tuple[str, str]] = field(default_factory=set)
    tests: list[Test] = field(default_factory=list)

    def add(self, other: Noted) -> None:
        """And what other work has asked."""
        self.files |= other.files
        self.searches |= other.searches
        self.tests += other.tests
