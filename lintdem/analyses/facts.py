"""All facts of one program, computed when first asked for."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from functools import cached_property

from lintdem.analyses.domain import Derived, Method, Value
from lintdem.analyses.diagnosis import Case, diagnose, writers_of
from lintdem.analyses.engine import Engine, Run
from lintdem.analyses.failures import Lost, lost
from lintdem.analyses.subjects import Subject, subject_of
from lintdem.analyses.written import Texts
from lintdem.analyses.trace import Event, Gap, Tested
from lintdem.model.module import Problem
from lintdem.model.span import Place
from lintdem.program import Program


@dataclass(frozen=True)
class Judged:
    """One handler's run with its subject and the diagnoses of its effects."""

    run: Run
    subject: Subject
    cases: tuple[Case, ...]


class Facts:
    """What rules ask: one `Judged` for each handler, in order of path and name."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.problems: list[Problem] = []

    @cached_property
    def handlers(self) -> tuple[Judged, ...]:
        """Every handler, run and judged."""
        engine = Engine(self.program)
        runs: list[Run] = []
        for handler in self.program.handlers:
            try:
                runs.append(engine.run(handler))
            except Exception as error:  # noqa: BLE001 - one handler that cannot be analysed must not hide the others
                message = f"{handler.function} could not be analysed: {type(error).__name__}: {error}"
                where = Place(handler.path, handler.span)
                self.problems.append(Problem(where, "LDM905", message, traceback.format_exc()))
        writers = writers_of(runs)
        found = []
        for run in runs:
            subject = subject_of(run)
            found.append(Judged(run, subject, tuple(diagnose(run, subject, self.program, writers))))
        return tuple(found)

    @cached_property
    def cases(self) -> tuple[Case, ...]:
        """Every effect of every handler."""
        return tuple(case for judged in self.handlers for case in judged.cases)

    def events(self) -> list[tuple[Judged, Event]]:
        """Every event of every handler."""
        return [(judged, event) for judged in self.handlers for event in judged.run.events]

    def gaps(self) -> list[tuple[Judged, Gap]]:
        """What was not understood, once for each cause."""
        found: dict[tuple[str, str], tuple[Judged, Gap]] = {}
        for judged, event in self.events():
            if isinstance(event, Gap):
                found.setdefault((event.place.path, event.reason), (judged, event))
        return [found[key] for key in sorted(found)]

    @cached_property
    def texts(self) -> Texts:
        """The words of the program's files."""
        return Texts(self.program.modules)

    def lost(self) -> list[Lost]:
        """Failures that an `except` eats while the source believes the work done, once for each clause."""
        found: dict[Place, Lost] = {}
        for judged in self.handlers:
            for one in lost(judged.run, judged.subject, self.texts):
                found.setdefault(one.place, one)
        return [found[place] for place in sorted(found)]

    def wrapped_ages(self) -> list[tuple[Judged, Tested]]:
        """Comparisons of the `seconds` of a difference of two times."""
        return [
            (judged, event)
            for judged, event in self.events()
            if isinstance(event, Tested) and event.test.op in ("<", ">", "<=", ">=") and any(map(_is_wrapped, event.test.args))
        ]


def _is_wrapped(value: Value) -> bool:
    return (
        isinstance(value, Method)
        and value.name == "seconds"
        and isinstance(value.receiver, Derived)
        and value.receiver.op == "arith-"
    )
