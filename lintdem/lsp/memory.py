"""Lowered modules kept between the runs of one server, by path and content."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from lintdem.cache import Cache
from lintdem.model.module import Module
from lintdem.syntax import is_fleeting, lower_source


class Memory(Cache):
    """The cache on the disk, and in front of it the module of each file as it was last. What stands in a buffer is kept here
    only: it may never be saved."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._last: dict[str, tuple[bytes, Module]] = {}

    def load(self, path: str, source: bytes) -> Module | None:
        """The module lowered from these bytes, now or in an earlier run."""
        known = self._last.get(path)
        if known is not None and known[0] == source:
            return known[1]
        module = super().load(path, source)
        if module is not None:
            self._last[path] = source, module
        return module

    def store(self, source: bytes, module: Module) -> None:
        """Keep a module."""
        self._remember(source, module)
        super().store(source, module)

    def lower(self, path: str, source: bytes) -> Module:
        """The module of a buffer."""
        module = self.load(path, source)
        if module is None:
            module = lower_source(path, source)
            self._remember(source, module)
        return module

    def keep_only(self, paths: Collection[str]) -> None:
        """Forget what is not among these."""
        self._last = {path: known for path, known in self._last.items() if path in paths}

    def _remember(self, source: bytes, module: Module) -> None:
        if not any(is_fleeting(problem) for problem in module.problems):
            self._last[module.path] = source, module
