"""What answers depend on, and what of it is another than before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import msgspec

from lintdem.model.module import Module
from lintdem.program import Program
from lintdem.program.modules import is_encoded, is_found
from lintdem.program.noting import Noted, Test

Content: TypeAlias = "bytes | Module | None"


class Situation(msgspec.Struct, frozen=True):
    """What answers depend on, all of it: `shape` counts for every one."""

    shape: tuple[object, ...]
    files: Mapping[str, Content]


def shape_of(program: Program) -> tuple[object, ...]:
    """What counts for every answer."""
    imports = program.imports
    return imports.paths, imports.roots, program.declared, program.stacks, dict(program.retention)


class Changes:
    """What is another than before."""

    def __init__(self, before: Situation, now: Situation) -> None:
        pairs = ((path, before.files[path], data) for path, data in now.files.items())
        self._files = {path: (old, new) for path, old, new in pairs if old is not new and old != new}
        self._known: dict[tuple[str, str], bool] = {}

    def touch(self, noted: Noted) -> bool:
        """Whether any of it is what some answers depend on."""
        tests = [*((one.holds, one.counts) for one in noted.words), *noted.tests]
        looked = not self._files.keys().isdisjoint(noted.files) or any(map(self._finds_other, noted.searches))
        return looked or any(map(self._passes, tests))

    def _finds_other(self, search: tuple[str, str]) -> bool:
        if search not in self._known:
            self._known[search] = any(
                is_found(*search, path, old) != is_found(*search, path, new) for path, (old, new) in self._files.items()
            )
        return self._known[search]

    def _passes(self, test: Test) -> bool:
        """Whether a search finds one of the files that are others, or has found it as it was."""
        text, paths = test
        return any(
            (paths is None or paths(path)) and any(not isinstance(data, bytes) or is_encoded(data) or text(data) for data in pair)
            for path, pair in self._files.items()
        )
