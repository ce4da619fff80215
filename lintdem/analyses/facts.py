"""All facts of one program, computed when first asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any, TypeVar

from lintdem.analyses.answering import harmless, only_harmful
from lintdem.analyses.asked import Answers, Judged, key_of, placed, whole
from lintdem.analyses.batches.arrivals import First, first_records, import_effects
from lintdem.analyses.batches.batches import Early, Rerun, early, reruns
from lintdem.analyses.batches.partials import unreported
from lintdem.analyses.batches.poisoned import poisoned
from lintdem.analyses.cases import REPEATS, Case, Kind
from lintdem.analyses.deployment import alarms, losses
from lintdem.analyses.deployment.deployments import Deployed, deployed
from lintdem.analyses.diagnosis import Question, diagnose, questions
from lintdem.analyses.dispatch import by_source
from lintdem.analyses.failures import Lost, Unread, lost, unread
from lintdem.analyses.freshness.commands import LateRequest, late_requests
from lintdem.analyses.freshness.lateness import LateCheck, late_checks
from lintdem.analyses.invoked import graded, queued
from lintdem.analyses.reruns.resends import Resent, resent
from lintdem.analyses.reruns.sagas import in_sequence
from lintdem.analyses.runs import failed, run_all
from lintdem.analyses.secondruns import Refused, refused
from lintdem.analyses.tablewrites import Writers, makers_of, writers_of
from lintdem.analyses.weakguards.absent import Optional, optional_key
from lintdem.analyses.weakguards.coarse import Coarse, coarse_key
from lintdem.analyses.weakguards.contexts import Untimed, untimed
from lintdem.analyses.weakguards.disabled import Disabled, disabled
from lintdem.analyses.weakguards.droppedconditions import Dropped, dropped
from lintdem.analyses.weakguards.expiries import Endless, Unreadable, endless, unreadable
from lintdem.analyses.weakguards.inprogress import Dismissed, dismissed
from lintdem.analyses.weakguards.keypaths import Unmatched, unmatched
from lintdem.analyses.weakguards.records import kept_for_ever, refused_guards
from lintdem.analyses.weakguards.unfinished import Unfinished, unfinished
from lintdem.analyses.weakguards.unscoped import Guarded, collisions
from lintdem.analyses.weakguards.windows import Short, short_windows
from lintdem.interpreter.altering import replace
from lintdem.interpreter.domain import Derived, Method, Value
from lintdem.interpreter.engine import Run
from lintdem.interpreter.gaps import UNREAD
from lintdem.interpreter.trace import Effect, Event, Gap, Tested
from lintdem.interpreter.written import Texts
from lintdem.model.finding import Level, Redelivers
from lintdem.model.module import Problem
from lintdem.model.span import Place
from lintdem.program import Program, Unfound, unfound

A = TypeVar("A")
_EXPOSED = [Redelivers.ITSELF, Redelivers.UNKNOWN, Redelivers.CALLER]


class Facts:
    """What rules ask: one `Judged` for each handler, or for each source it tells apart, in order of path and name."""

    def __init__(
        self, program: Program, run: Callable[[Program], Iterable[Run | Problem]] = run_all, answers: Answers | None = None
    ) -> None:
        self.program = program
        self.answers = answers or Answers()
        self.texts = Texts(program.modules)
        self.worked_out: dict[Any, object] = {}
        self._run = run
        self.problems: list[Problem] = []

    @whole
    def handlers(self) -> tuple[Judged, ...]:
        """Every handler, run and judged."""
        made = tuple(self._run(self.program))
        self.problems += [one for one in made if isinstance(one, Problem)]
        runs = [one for one in made if isinstance(one, Run)]
        self.answers.begin(self.program, runs)
        writers = self.answers.share("writers", writers_of(runs, self.program), cache(lambda: makers_of(runs, self.program)))
        called = self.answers.share("called", queued(runs, self.program))
        found: list[Judged] = []
        for run in runs:
            try:
                found += self.answers.judged(self.program, run, lambda run=run: self._judged(run, writers, called))  # type: ignore[misc]
            except Exception as error:
                self.problems.append(failed(run.handler, error))
        quiet = self.answers.share("quiet", harmless([(one.run, one.cases) for one in found], self.program))
        return self.answers.settled(self.program, found, lambda one: self._settled(one, quiet))

    def _judged(self, run: Run, writers: Writers, called: Mapping[Place, Place]) -> Iterator[Judged]:
        program = self.program
        for part, told in by_source(run):
            subject = graded(told, run.handler, called, program)
            yield Judged(part, subject, tuple(in_sequence(diagnose(part, subject, program, writers), program)))

    def _settled(self, judged: Judged, quiet: Mapping[Place, bool]) -> Judged:
        cases = only_harmful(judged.cases, quiet, self.program)
        return replace(judged, cases=cases) if any(new is not old for new, old in zip(cases, judged.cases, strict=True)) else judged

    @whole
    def writers(self) -> Writers:
        """Every write that some handler is judged by, by its table."""
        runs = [judged.run for judged in self.handlers]
        return self.answers.share("acts", writers_of(runs, self.program), cache(lambda: makers_of(runs, self.program)))

    @whole
    def _by_resource(self) -> Mapping[str, tuple[Case, ...]]:
        found = {judged.run.handler.resource: judged.cases for judged in reversed(self.handlers)}
        return self.answers.share("resources", found, dict)  # what is said of a run may be another where the run is the same

    def of(self, case: Case, work: Callable[[Program, Case], Iterable[A]]) -> tuple[A, ...]:
        """What some work says of one effect of a handler, which it is not asked again while it would say the same."""
        number = self.answers.number(key_of(work, self._is_standing))
        return self.answers.ask(self.program, case, number, lambda: work(self.program, case))

    def each(
        self, work: Callable[[Judged], Iterable[A]], *, exposed: bool = False, by: tuple[object, str] = (None, "")
    ) -> Iterator[tuple[Judged, A]]:
        """What some work says of each handler, those that are `exposed` most first where that is asked; `by` is who asks, and
        a name that others do not have."""
        asker, name = by
        code = key_of(work, lambda value: value is asker or self._is_standing(value))
        key = self.answers.number((name, *code) if code is not None else None)
        for judged in self._exposed if exposed else self.handlers:
            for one in self.answers.ask(self.program, judged, key, lambda judged=judged: work(judged)):  # type: ignore[misc]
                yield judged, one

    @whole
    def _exposed(self) -> list[Judged]:
        return sorted(self.handlers, key=lambda one: _EXPOSED.index(one.subject.redelivers))

    def _is_standing(self, value: object) -> bool:
        """Whether a question may hold this and still be the same in the next run."""
        return value is self or value is self.program or value is self.program.modules or value is self.texts

    @whole
    def cases(self) -> tuple[Case, ...]:
        """Every effect of every handler."""
        return tuple(case for judged in self.handlers for case in judged.cases)

    @whole
    def leading(self) -> dict[Place, Case]:
        """For each call the diagnosis that matters most: the loudest, then that of the most exposed handler. What stands
        behind a check is the fault of those who ask (`checked`)."""
        found: dict[Place, Case] = {}
        for case in self.cases:
            if case.kind in (Kind.NOTHING, Kind.CHECKED):
                continue
            before = found.get(case.effect.place)
            if before is None or _rank(case) < _rank(before):
                found[case.effect.place] = case
        return found

    def checked(self) -> list[Question]:
        """The tests of stores that two runs pass together, in order of their places."""
        return questions(sorted(self.cases, key=lambda case: (case.harm.repeat not in REPEATS, _rank(case))), self.leading)

    def events(self) -> list[tuple[Judged, Event]]:
        """Every event of every handler."""
        return [(judged, event) for judged in self.handlers for event in judged.run.events]

    def gaps(self) -> list[tuple[Judged, Gap]]:
        """What was not understood, once for each cause."""
        found: dict[tuple[str, int, str], tuple[Judged, Gap]] = {}
        for judged, event in self.events():
            if isinstance(event, Gap) and event.cause is not None:
                found.setdefault((event.cause.path, event.cause.span.line, ""), (judged, event))
            elif isinstance(event, Gap):
                once = event.reason.startswith(UNREAD)
                found.setdefault(("" if once else event.place.path, 0, event.reason), (judged, event))
        return sorted(found.values(), key=lambda one: (one[1].place, one[1].reason))

    @whole
    def deployed(self) -> tuple[Deployed, ...]:
        """Every function of a template whose handler was analysed, in the order of the templates."""
        return tuple(deployed([(judged.run, judged.subject, judged.cases) for judged in self.handlers], self.program))

    def lost_events(self) -> list[losses.Fault]:
        """Functions, queues and streams whose failures go nowhere."""
        return _each(losses.lost(self.deployed, self.program))

    def endless_retries(self) -> list[losses.Fault]:
        """Streams that wait for a batch until its records expire."""
        return _each(losses.endless(self.deployed, self.program))

    def short_timeouts(self) -> list[losses.Fault]:
        """Queues that show a message again before Lambda is through with it."""
        return _each(losses.short(self.deployed, self.program))

    def aged_redrives(self) -> list[losses.Fault]:
        """Dead letters that expire unseen or come back old."""
        return _each(losses.aged(self.deployed, self.program))

    def unbounded_windows(self) -> list[losses.Fault]:
        """Asynchronous functions that may run late although what they do is bound to its time."""
        return _each(losses.unbounded(self.deployed))

    def unreported_failures(self) -> list[losses.Fault]:
        """Mappings and handlers that do not agree on who says which records failed."""
        return _each(unreported(self.deployed, self.texts))

    def unwatched_letters(self) -> list[losses.Fault]:
        """Dead-letter queues that no alarm looks at, in templates with alarms."""
        return _each(alarms.unwatched_letters(self.deployed, self.program))

    def unwatched_ages(self) -> list[losses.Fault]:
        """Queues and streams whose events may be old where that matters, in templates with other alarms."""
        return _each(alarms.unwatched_ages(self.deployed, self.program))

    def refused_guards(self) -> list[losses.Fault]:
        """Functions that may not write the records of their guards."""
        return _each(refused_guards(self.deployed, self.program))

    def unfound(self) -> list[Unfound]:
        """Functions of templates whose handler is not there; of code built elsewhere one for each template."""
        found: dict[tuple[str, int, str], Unfound] = {}
        for one in unfound(self.program.modules, self.program.stacks):
            key = (one.place.path, 0, "") if one.elsewhere else (one.place.path, one.place.span.line, one.function.name)
            found.setdefault(key, one)
        return sorted(found.values(), key=lambda one: one.place)

    def endless_records(self) -> list[losses.Fault]:
        """Tables that never delete the records of guards."""
        return _each(kept_for_ever(self.deployed, self.program))

    def lost(self) -> list[Lost]:
        """Failures that an `except` eats while the source believes the work done, once for each clause."""
        return placed(self.each(lambda judged: lost(judged.run, judged.subject, self.texts)))

    def reruns(self) -> list[Rerun]:
        """Loops over records that run again whole, once for each loop."""
        found: dict[Place, Rerun] = {}
        for _, one in self.each(lambda judged: reruns(judged.run, judged.subject, judged.cases, self.texts, self.program)):
            if one.place not in found or one.duplicates > found[one.place].duplicates:
                found[one.place] = one
        return [found[place] for place in sorted(found)]

    def unread(self) -> list[Unread]:
        """Calls whose partial or HTTP failure nobody looks at, once each, for the most exposed handler."""
        found: dict[Place, Unread] = {}
        for _, one in self.each(lambda judged: unread(judged.run, judged.subject, self.texts)):
            before = found.get(one.effect.place)
            if before is None or (before.subject.by_caller and not one.subject.by_caller):
                found[one.effect.place] = one
        return [found[place] for place in sorted(found)]

    def unfinished(self) -> list[Unfinished]:
        """Claims behind which a crash loses the work, once for each, from the most exposed handler."""
        found: dict[Place, Unfinished] = {}
        writers = self.writers
        for _, one in self.each(lambda judged: unfinished(judged.run, judged.subject, self.program, writers), exposed=True):
            found.setdefault(one.place, one)
        return [found[place] for place in sorted(found)]

    def early(self) -> list[Early]:
        """Messages acknowledged before the work with them is done, once for each acknowledgement."""
        found: dict[Place, Early] = {}
        for _, one in self.each(lambda judged: early(judged.run, judged.subject, judged.cases)):
            found.setdefault(one.acknowledged.place, one)
        return [found[place] for place in sorted(found)]

    def import_effects(self) -> list[tuple[Judged, Effect]]:
        """What module bodies do, once for each place."""
        found: dict[Place, tuple[Judged, Effect]] = {}
        for judged, effect in self.each(lambda judged: import_effects(judged.run, judged.subject, self.program)):
            found.setdefault(effect.place, (judged, effect))
        return [found[place] for place in sorted(found)]

    def first_records(self) -> list[tuple[Judged, First]]:
        """Where only the first record of a batch counts, once for each place."""
        found: dict[Place, tuple[Judged, First]] = {}
        for judged, first in self.each(lambda judged: first_records(judged.run, judged.subject)):
            found.setdefault(first.place, (judged, first))
        return [found[place] for place in sorted(found)]

    def optional_keys(self) -> list[Optional]:
        """Keys of guards and tokens that may be absent."""
        return [found for case in self.cases if (found := optional_key(case)) is not None]

    def coarse_keys(self) -> list[Coarse]:
        """Keys of guards and tokens that distinct events share."""
        return [found for case in self.cases if (found := coarse_key(case)) is not None]

    @whole
    def refused(self) -> list[tuple[Judged, Refused]]:
        """Calls whose second run fails and takes the handler down, once for each, from the most exposed handler."""
        found: dict[tuple[Place, str], tuple[Judged, Refused]] = {}
        for judged, one in self.each(lambda judged: (
            *refused(judged.run, judged.subject), *poisoned(judged.run, judged.subject, self.texts, self.program)
        ), exposed=True):  # fmt: skip
            found.setdefault((one.place, one.name), (judged, one))
        return [found[key] for key in sorted(found)]

    def untimed(self) -> list[Untimed]:
        """Guards that are not told the Lambda context in time, once for each configuration that is never told or place
        where it is too late, from the most exposed handler."""
        found: dict[Place, Untimed] = {}
        for _, one in self.each(lambda judged: untimed(judged.run, judged.subject), exposed=True):
            found.setdefault(one.fault, one)
        return sorted(found.values(), key=lambda one: one.place)

    def resent(self) -> list[Resent]:
        """Invocations that the SDK sends again while the first is at work, once for each, the surest first."""
        found: dict[Place, Resent] = {}
        first = self._by_resource
        for _, one in self.each(lambda judged: resent(judged.run, judged.subject, first, self.program)):
            before = found.get(one.effect.place)
            if before is None or (one.sure and not before.sure):
                found[one.effect.place] = one
        return [found[place] for place in sorted(found)]

    def collisions(self) -> list[tuple[Guarded, Guarded]]:
        """Records of two operations under one key, each with the one it is taken for."""
        return sorted(collisions(self.cases, self.program), key=lambda pair: pair[0].place)

    def late_checks(self) -> list[LateCheck]:
        """Comparisons of an event's age that come after its effect, once for each."""
        return placed(self.each(lambda judged: late_checks(judged.run, judged.subject, self.program.modules)))

    def unmatched_key_paths(self) -> list[Unmatched]:
        """Key paths that pick nothing out of the event, once for each."""
        return placed(self.each(lambda judged: unmatched(judged.run, judged.subject), exposed=True))

    def dismissed(self) -> list[Dismissed]:
        """Duplicates of unfinished runs that end in success, once for each; what loses work anyway is reported as that."""
        lost = {one.place for one in self.unfinished()}
        found: dict[Place, Dismissed] = {}
        for _, one in self.each(lambda judged: dismissed(judged.run, judged.subject, self.program)):
            if one.claimed not in lost:
                found.setdefault(one.place, one)
        return [found[place] for place in sorted(found)]

    def disabled(self) -> list[Disabled]:
        """What turns guards off, once for each place."""
        return placed(self.each(lambda judged: disabled(judged.run, judged.subject, self.program)))

    def short_windows(self) -> list[Short]:
        """Records that are forgotten while the source still delivers again, once for each, the surest first."""
        found: dict[Place, Short] = {}
        for case in self.cases:
            for one in short_windows(case, self.program):
                before = found.get(one.place)
                if before is None or (one.horizon.sure and not before.horizon.sure):
                    found[one.place] = one
        return [found[place] for place in sorted(found)]

    def unreadable_expiries(self) -> list[Unreadable]:
        """Expiries that are never reached, once for each."""
        return placed(self.each(lambda judged: unreadable(judged.run, judged.subject, self.program)))

    def unending(self) -> list[Endless]:
        """Dedup records that nothing ends, once for each."""
        found: dict[Place, Endless] = {}
        for case in self.cases:
            for one in endless(case, self.program):
                found.setdefault(one.claim.place, one)
        return [found[place] for place in sorted(found)]

    def late_requests(self) -> list[LateRequest]:
        """Handlers that carry out what may have been asked for long ago, once for each."""
        return placed(self.each(lambda judged: late_requests(judged.run, judged.subject, judged.cases, self.program)))

    def dropped(self) -> list[tuple[Judged, Dropped]]:
        """Conditions that do not arrive, once for each."""
        found: dict[Place, tuple[Judged, Dropped]] = {}
        for judged, one in self.each(lambda judged: dropped(judged.run)):
            found.setdefault(one.place, (judged, one))
        return [found[place] for place in sorted(found)]

    def wrapped_ages(self) -> list[tuple[Judged, Tested]]:
        """Comparisons of the `seconds` of a difference of two times."""
        return [
            (judged, event)
            for judged, event in self.events()
            if isinstance(event, Tested) and event.test.op in ("<", ">", "<=", ">=") and any(map(_is_wrapped, event.test.args))
        ]


def _each(faults: Iterator[losses.Fault]) -> list[losses.Fault]:
    """The first fault of each resource, in order of their places."""
    found: dict[tuple[Place, str], losses.Fault] = {}
    for one in faults:
        found.setdefault((one.place, one.name), one)
    return [found[key] for key in sorted(found)]


def _rank(case: Case) -> tuple[int, bool, int, bool, int, str]:
    level = case.level or Level.ERROR
    lower = case.subject.by_caller and case.kind is not Kind.RETRIED
    loud = [Level.ERROR, Level.WARNING, Level.NOTE].index(level) + (1 if lower else 0)
    exposed = [Redelivers.ITSELF, Redelivers.UNKNOWN, Redelivers.CALLER].index(case.subject.redelivers)
    loud += 5 if case.kind is Kind.LIKELY else 0
    # On one way nothing is asked, on another a lock is held: the first repeats for certain.
    return (loud, case.kind is not Kind.RETRIED, exposed, case.kind is Kind.LOCKED, len(case.effect.stack), case.run.handler.name)


def _is_wrapped(value: Value) -> bool:
    return (
        isinstance(value, Method)
        and value.name == "seconds"
        and isinstance(value.receiver, Derived)
        and value.receiver.op == "arith-"
    )
