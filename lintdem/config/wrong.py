"""What is wrong with a value of the configuration, and the right name that is nearest to a wrong one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_DIGITS = str.maketrans("oi", "01")
"""Letters that are typed for digits: `LDM3O1`."""


class Wrong(Exception):
    """A value of the wrong shape; the message says what was expected, `entry` which table of several it is, `name` which
    name in a table, and `inner` which name below that."""

    def __init__(self, message: str, entry: int | None = None, name: str = "", inner: str = "") -> None:
        super().__init__(message)
        self.entry = entry
        self.name = name
        self.inner = inner


def nearest(word: str, known: Iterable[str]) -> str:
    """`; did you mean "x"?` for the nearest known word, or nothing when none is near."""
    lowered = {name.lower(): name for name in known}
    digits = word.lower().translate(_DIGITS)
    if digits in lowered:
        return f'; did you mean "{lowered[digits]}"?'
    close = difflib.get_close_matches(word.lower(), list(lowered), n=20, cutoff=0.6)
    if not close:
        return ""
    best = difflib.SequenceMatcher(None, close[0], word.lower()).ratio()
    like = [one for one in close if difflib.SequenceMatcher(None, one, word.lower()).ratio() == best]
    return f'; did you mean "{lowered[max(like, key=lambda one: _shared(one, word.lower()))]}"?'


def _shared(one: str, other: str) -> int:
    """How many letters two words begin with alike."""
    return next((number for number, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
