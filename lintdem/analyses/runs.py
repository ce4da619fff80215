"""The runs of all handlers. Each is made without regard to the others, so their order says nothing; they are handed on in that
of the handlers, and what handlers have in common is put together from all of them afterwards (`facts`).

A run that was made before serves again where nothing is another that it depends on: the files that it looked into, what
searches through all files found for it, which files there are, and what the settings declare. Templates reach a run through its
handler only.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from lintdem.analyses.reruns import recreated
from lintdem.interpreter.engine import Engine, Run
from lintdem.interpreter.worlds import Looked
from lintdem.knowledge import Declared
from lintdem.model.module import Module, Problem
from lintdem.model.span import Place
from lintdem.program import Handler, Program

Each = Callable[[Sequence[Handler]], Iterable[Handler]]
"""The same handlers one after another, in any order."""
Shape = tuple[frozenset[str], tuple[str, ...], Declared]


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


class Memory:
    """The runs of one workspace as they were made last. Settings that change what is linked take a memory of their own."""

    def __init__(self) -> None:
        self._kept: dict[tuple[object, ...], Kept] = {}

    def find(self, now: Present, handler: Handler) -> Run | None:
        """The run of a handler, where it may serve again."""
        kept = self._kept.get(_own(handler))
        if kept is None or not kept.holds(now):
            return None
        now.program.modules.prepare(kept.files)  # what is wrong with them is told, as if they had been looked into
        return kept.run if kept.run.handler == handler else replace(kept.run, handler=handler)

    def keep(self, now: Present, run: Run, looked: Looked) -> None:
        """Remember a run."""
        files = {path: now.program.modules.content(path) for path in looked.files}
        self._kept[_own(run.handler)] = Kept(run, now.shape, files, {key: now.answer(key) for key in looked.asked})

    def keep_only(self, handlers: Iterable[Handler]) -> None:
        """Forget the handlers that are gone."""
        there = {_own(handler) for handler in handlers}
        self._kept = {key: kept for key, kept in self._kept.items() if key in there}


def run_all(program: Program, each: Each = iter, memory: Memory | None = None) -> list[Run | Problem]:
    """The run of each handler, in order of the handlers; a problem where there is none."""
    engine, now = Engine(program), Present(program)
    found: dict[int, Run | Problem] = {}
    for handler in each(program.handlers):
        known = memory.find(now, handler) if memory is not None else None
        found[id(handler)] = known or _made(engine, handler, now, memory)
    if memory is not None:
        memory.keep_only(program.handlers)
    return [found[id(handler)] for handler in program.handlers if id(handler) in found]


def _made(engine: Engine, handler: Handler, now: Present, memory: Memory | None) -> Run | Problem:
    try:
        made, looked = engine.run(handler)
        run = recreated.settled(made)
    except Exception as error:
        return failed(handler, error)
    if memory is not None:
        memory.keep(now, run, looked)
    return run


def failed(handler: Handler, error: Exception) -> Problem:
    """A handler that could not be analysed."""
    message = f"{handler.function} could not be analysed: {type(error).__name__}: {error}"
    return Problem(Place(handler.path, handler.span), "LDM905", message, traceback.format_exc())


def _own(handler: Handler) -> tuple[object, ...]:
    """What a run takes of its handler."""
    return handler.path, handler.function, handler.span, handler.resource, handler.part, handler.takes_items


def _is_same(now: bytes | Module | None, was: bytes | Module | None) -> bool:
    return now is was or now == was
