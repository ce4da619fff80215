"""The runs of all handlers. Each is made without regard to the others, so their order says nothing; they are handed on in that
of the handlers, and what handlers have in common is put together from all of them afterwards (`facts`)."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Sequence

from lintdem.analyses.reruns import recreated
from lintdem.interpreter.engine import Engine, Run
from lintdem.model.module import Problem
from lintdem.model.span import Place
from lintdem.program import Handler, Program

Each = Callable[[Sequence[Handler]], Iterable[Handler]]
"""The same handlers one after another, in any order."""


def run_all(program: Program, each: Each = iter) -> list[Run | Problem]:
    """The run of each handler, in order of the handlers; a problem where there is none."""
    engine = Engine(program)
    found: dict[int, Run | Problem] = {}
    for handler in each(program.handlers):
        found[id(handler)] = run_one(engine, handler)
    return [found[id(handler)] for handler in program.handlers if id(handler) in found]


def run_one(engine: Engine, handler: Handler) -> Run | Problem:
    """The run of one handler."""
    try:
        return recreated.settled(engine.run(handler))
    except Exception as error:
        return failed(handler, error)


def failed(handler: Handler, error: Exception) -> Problem:
    """A handler that could not be analysed."""
    message = f"{handler.function} could not be analysed: {type(error).__name__}: {error}"
    return Problem(Place(handler.path, handler.span), "LDM905", message, traceback.format_exc())
