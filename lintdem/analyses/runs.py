"""The runs of all handlers. Each is made without regard to the others, so their order says nothing; they are handed on in that
of the handlers, and what handlers have in common is put together from all of them afterwards (`facts`).

A run that was made before serves again where nothing is another that it depends on: the files that it looked into, what
searches through all files found for it, which files there are, and what the settings declare. Templates reach a run through its
handler only.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from lintdem.analyses.cdk.cdk_kept import Applications
from lintdem.analyses.reruns import recreated
from lintdem.interpreter.altering import replace
from lintdem.interpreter.engine import Engine, Run
from lintdem.interpreter.worlds import Looked
from lintdem.knowledge import Declared
from lintdem.model.module import Module, Problem
from lintdem.model.span import Place
from lintdem.program import Handler, Program

Shape = tuple[frozenset[str], tuple[str, ...], Declared]


Ran = tuple[Run | Problem, Looked]
"""A run and what it depends on, or why there is none."""
Spread = Callable[[Callable[[int], Ran], Sequence[int]], Iterable[tuple[int, Ran]]]
"""Has the work done for each of some numbers."""


def one_by_one(work: Callable[[int], Ran], numbers: Sequence[int]) -> Iterable[tuple[int, Ran]]:
    """Here, one after another."""
    return ((number, work(number)) for number in numbers)


@dataclass(frozen=True)
class Kept:
    """A run with what it depends on, as that was."""

    run: Run
    shape: Shape
    files: dict[str, bytes | Module | None]
    asked: dict[tuple[str, str], tuple[str, ...]]

    def holds(self, now: Present) -> bool:
        """Whether a run would give the same."""
        modules = now.program.modules
        return (
            self.shape == now.shape
            and all(_is_same(modules.content(path), was) for path, was in self.files.items())
            and all(now.answer(key) == found for key, found in self.asked.items())
        )


class Present:
    """A program as runs depend on it."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.shape: Shape = program.imports.paths, program.imports.roots, program.declared
        self._answers: dict[tuple[str, str], tuple[str, ...]] = {}

    def answer(self, key: tuple[str, str]) -> tuple[str, ...]:
        """What a search through all files finds."""
        if key not in self._answers:
            self._answers[key] = tuple(self.program.modules.answer(*key))
        return self._answers[key]


class Keeper(Protocol):
    """Has runs that were made before, and what applications described."""

    applications: Applications

    def find(self, now: Present, handler: Handler) -> Run | None:
        """The run of a handler, where it may serve again."""

    def keep(self, now: Present, run: Run, looked: Looked) -> None:
        """Keep a run for the next time."""

    def keep_only(self, handlers: Iterable[Handler]) -> None:
        """Forget the handlers that are gone."""

    def flush(self) -> None:
        """Write what is to outlive the process."""


class Memory:
    """The runs of one workspace as they were made last. Settings that change what is linked take a memory of their own."""

    def __init__(self) -> None:
        self.applications = Applications()
        self._kept: dict[tuple[object, ...], Kept] = {}

    def find(self, now: Present, handler: Handler) -> Run | None:
        """The run of a handler, where it may serve again."""
        kept = self._kept.get(own(handler))
        if kept is None or not kept.holds(now):
            return None
        now.program.modules.prepare(kept.files)  # what is wrong with them is told, as if they had been looked into
        if kept.run.handler != handler:  # its triggers are others
            kept = self._kept[own(handler)] = replace(kept, run=replace(kept.run, handler=handler))
        return kept.run

    def keep(self, now: Present, run: Run, looked: Looked) -> None:
        """Remember a run."""
        files = {path: now.program.modules.content(path) for path in looked.files}
        self._kept[own(run.handler)] = Kept(run, now.shape, files, {key: now.answer(key) for key in looked.asked})

    def keep_only(self, handlers: Iterable[Handler]) -> None:
        """Forget the handlers that are gone."""
        there = {own(handler) for handler in handlers}
        self._kept = {key: kept for key, kept in self._kept.items() if key in there}

    def flush(self) -> None:
        """It ends with the process."""


def run_all(
    program: Program,
    told: Callable[[int, int], None] = lambda done, total: None,
    memory: Keeper | None = None,
    spread: Spread = one_by_one,
) -> list[Run | Problem]:
    """The run of each handler, in order of the handlers; a problem where there is none. `told` hears how many are done, and
    `spread` has the runs made that have to be, wherever and in whatever order."""
    now, handlers = Present(program), program.handlers
    found: dict[int, Run | Problem] = {}
    for number, handler in enumerate(handlers if memory is not None else ()):
        known = memory.find(now, handler) if memory is not None else None
        if known is not None:
            found[number] = known
    engine = Engine(program)
    missing = [number for number in range(len(handlers)) if number not in found]
    told(len(found), len(handlers))
    for number, (made, looked) in spread(lambda number: _made(engine, handlers[number]), missing):
        run = made if isinstance(made, Problem) or made.handler is handlers[number] else replace(made, handler=handlers[number])
        found[number] = run
        if isinstance(run, Run):
            program.modules.prepare(looked.files)  # as it is when they were looked into here
            if memory is not None and not any(map(program.modules.is_unread, looked.files)):
                memory.keep(now, run, looked)
        told(len(found), len(handlers))
    if memory is not None:
        memory.keep_only(handlers)
    return [found[number] for number in range(len(handlers))]


def _made(engine: Engine, handler: Handler) -> Ran:
    try:
        run, looked = engine.run(handler)
        return recreated.settled(run), looked
    except Exception as error:
        return failed(handler, error), Looked()


def failed(handler: Handler, error: Exception) -> Problem:
    """A handler that could not be analysed."""
    message = f"{handler.function} could not be analysed: {type(error).__name__}: {error}"
    return Problem(Place(handler.path, handler.span), "LDM905", message, traceback.format_exc())


def own(handler: Handler) -> tuple[object, ...]:
    """What a run takes of its handler."""
    return handler.path, handler.function, handler.span, handler.resource, handler.part, handler.takes_items


def _is_same(now: bytes | Module | None, was: bytes | Module | None) -> bool:
    return now is was or now == was
