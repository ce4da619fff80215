"""What is wrong with a value of the configuration, and the right name that is nearest to a wrong one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class Wrong(Exception):
    """A value of the wrong shape; the message says what was expected, `entry` which table of several it is, `name` which
    name in a table."""

    def __init__(self, message: str, entry: int | None = None, name: str = "") -> None:
        super().__init__(message)
        self.entry = entry
        self.name = name


def nearest(word: str, known: Iterable[str]) -> str:
    """`; did you mean "x"?` for the nearest known word, or nothing when none is near."""
    lowered = {name.lower(): name for name in known}
    close = difflib.get_close_matches(word.lower(), list(lowered), n=1, cutoff=0.6)
    return f'; did you mean "{lowered[close[0]]}"?' if close else ""
