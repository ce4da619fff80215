"""Modules are run once for all handlers, each in a world of its own, so that what they make does not depend on who asks first.

Two kinds cannot be kept so, and are run again in the world that imports them: modules that import each other in a circle, where
each sees what the other has made so far, and those that change what another one changes too, such as a registry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from lintdem.interpreter.domain import Scope
from lintdem.interpreter.machine import Machine, Parts
from lintdem.interpreter.worlds import Loaded, first_id
from lintdem.program import Program


class Entangled(BaseException):
    """A module that is run alone asks for one that is not done, in the world of `owner`. Nothing may take it for a fault."""

    def __init__(self, path: str, owner: Machine) -> None:
        super().__init__(path)
        self.path, self.owner = path, owner


class Loader:
    """The modules of one program as worlds take them."""

    def __init__(self, program: Program, parts: Parts, run: Callable[[Machine, str], Scope]) -> None:
        self._program, self._parts, self._run = program, parts, run
        self.searched: dict[tuple[str, str], tuple[tuple[str, ...], Any]] = {}
        self._loaded: dict[str, Loaded] = {}
        self._open: list[Machine] = []
        self._circles: set[tuple[str, str]] = set()

    @contextmanager
    def world(self, owner: str) -> Iterator[Machine]:
        """A new world, which is the only one while this is open."""
        m = Machine(self._program, self._parts, self)
        m.ids = first_id(owner)
        if self._open:
            self._open[-1].suspend()
        self._open.append(m)
        try:
            yield m
        finally:
            m.leave()
            self._open.pop()
            if self._open:
                self._open[-1].resume()

    def bring(self, m: Machine, path: str) -> bool:
        """Load a module into a world; False when its body has to be run there."""
        owner = next((other for other in self._open if other is not m and path in other.loading), None)
        if owner is not None:
            raise Entangled(path, owner)
        if any((path, other) in self._circles for other in m.loading):
            return False
        try:
            loaded = self._of(path)
        except Entangled as found:
            self._circles.add((path, found.path))
            if found.owner is not m:
                raise
            return False
        if not m.fits(loaded):
            return False
        m.take(loaded)
        return True

    def _of(self, path: str) -> Loaded:
        if path not in self._loaded:
            with self.world(f"module {path}") as m:
                self._run(m, path)
                self._loaded[path] = m.result(path)
        return self._loaded[path]
