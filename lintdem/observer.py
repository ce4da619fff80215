"""Who is told how a run goes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Observer:
    """Told how a run goes; this one does not listen."""

    def note(self, text: str) -> None:
        """Something the user may want to know that changes no result."""

    def detail(self, text: str) -> None:
        """The same, for those who want to know everything."""

    def stage(self, name: str) -> None:
        """A stage begins."""

    def phase(self, name: str, seconds: float) -> None:
        """A stage is done."""

    def progress(self, done: int, total: int) -> None:
        """So much of the stage is done: files, handlers, rules."""


@contextmanager
def phase(observer: Observer, name: str) -> Iterator[None]:
    """Tell that a stage begins, and how long it took."""
    observer.stage(name)
    start = time.perf_counter()
    yield
    observer.phase(name, time.perf_counter() - start)
