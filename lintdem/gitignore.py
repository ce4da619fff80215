"""Ignore files, as git reads them, for walks over many folders."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from lintdem.files import read_regular
from lintdem.globs import as_one, patterns_of
from lintdem.regexes import late

MOST_BYTES = 1_000_000
_OFTEN = 60
"""So often a file of patterns is asked before it is worth while to make one expression of them."""
_FOLDER = "ps_d"
"""The group that the library has around the slash behind what a pattern means."""
_GROUP = late(r"\(\?P<\w+>")


class Ignored(msgspec.Struct, frozen=True):
    """The ignore files that speak for a folder: the patterns of each, and the folder it counts from."""

    specs: tuple[tuple[str, _Patterns], ...] = ()

    def entering(self, folder: str) -> Ignored:
        """With the ignore file of the folder, if it has one. OSError when it cannot be read; git follows no link to one."""
        try:
            text = read_regular(Path(folder, ".gitignore"), MOST_BYTES).decode("utf-8", "replace")
        except FileNotFoundError:
            return self
        return Ignored((*self.specs, (folder.rstrip(os.sep) + os.sep, _patterns(text))))

    def match(self, path: str, is_folder: bool) -> bool:
        """Whether the path is ignored; the innermost file that speaks of it decides."""
        for folder, spec in reversed(self.specs):
            if path.startswith(folder):
                told = spec.told(path[len(folder) :] + ("/" if is_folder else ""))
                if told is not None:
                    return bool(told)
        return False


class _Patterns:
    """The patterns of an ignore file. Git passes over lines it cannot read; so does this."""

    def __init__(self, text: str) -> None:
        self._spec = as_one(pattern for line in text.splitlines() for pattern in _line(line))
        self._asked = 0
        self._any: re.Pattern[str] | None = None

    def told(self, path: str) -> bool | None:
        """What the last pattern that matches says; None where none does, which one look at all of them tells."""
        self._asked += 1
        if self._asked == _OFTEN:
            self._any = _either(pattern.regex.pattern for pattern in self._spec.patterns if pattern.regex)
        if self._any is not None and self._any.search(path) is None:
            return None
        return _of_folder(self._spec.patterns, path) if path.endswith("/") else self._spec.check_file(path).include


def _of_folder(patterns: Sequence[Any], path: str) -> bool | None:
    """What the last pattern says that means the folder itself, and none above it: `!app` behind `*` lets it in again."""
    for pattern in reversed(patterns):
        found = pattern.match_file(path) if pattern.include is not None else None
        mark = found.match.groupdict().get(_FOLDER) if found is not None else None
        if found is not None and (mark is None or found.match.start(_FOLDER) == len(path) - 1):
            return bool(pattern.include)
    return None


@lru_cache(maxsize=4096)
def _line(line: str) -> tuple[Any, ...]:
    try:
        return patterns_of([line])
    except ValueError:
        return ()


_patterns = lru_cache(maxsize=256)(_Patterns)
"""Projects of many parts have the same ignore file many times."""


def _either(expressions: Iterable[str]) -> re.Pattern[str] | None:
    """One expression for all; None when they do not go together."""
    try:
        return re.compile("|".join(f"(?:{_GROUP.sub('(?:', one)})" for one in expressions) or r"(?!)")
    except (re.error, RecursionError, OverflowError):
        return None
