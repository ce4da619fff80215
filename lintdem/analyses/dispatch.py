"""Handlers that serve several sources and tell their events apart: each part of the work is judged by the source it is for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from lintdem.analyses.subjects import Subject, delivered_by, subjects_of
from lintdem.interpreter.altering import replace
from lintdem.interpreter.domain import Arrived, Fact
from lintdem.interpreter.engine import Run
from lintdem.interpreter.senders import excluded, may_be_from
from lintdem.interpreter.trace import Effect
from lintdem.knowledge import detect_source
from lintdem.model.span import Place
from lintdem.model.stack import Source
from lintdem.program import Trigger

Reaches: TypeAlias = Callable[[frozenset[Fact]], bool]
_ANY = frozenset({Source.DIRECT, Source.UNKNOWN})
"""Callers whose events may look like anything."""


def by_source(run: Run) -> list[tuple[Run, Subject]]:
    """The run as each source of the handler has it, the one that redelivers most eagerly first. What the code does for
    events of another source only is left out; what it does for one that no template names, that source has."""
    subjects = subjects_of(run)
    told = any(isinstance(fact, Arrived) for e in _effects(run) for fact in e.must)
    if not told or any(trigger.learned == "setting" for trigger in run.handler.triggers):
        return [(run, subjects[0])]
    found: list[tuple[Run, Subject]] = []
    left = run
    while subjects or _effects(left):
        subject = subjects.pop(0) if subjects else _of_nobody(left, [one for _, one in found])
        reaches = _reaching(subject.source)
        if _effects(_part(left, reaches)):
            found.append((_part(run, reaches) if subject.source not in _ANY else left, subject))
            left = _part(left, _not(reaches))
    return found or [(run, subject)]


def _not(reaches: Reaches) -> Reaches:
    return lambda must: not reaches(must)


def _effects(run: Run) -> list[Effect]:
    return [event for event in run.events if isinstance(event, Effect)]


def _reaching(source: Source) -> Reaches:
    """Whether an event of a source comes to where some facts hold."""
    return lambda must: source in _ANY or may_be_from(source, must)


def _part(run: Run, reaches: Reaches) -> Run:
    return replace(
        run,
        events=tuple(event for event in run.events if reaches(event.must)),
        returns=tuple(one for one in run.returns if reaches(one[1])),
        raises=tuple(one for one in run.raises if reaches(one.must)),
    )


def _of_nobody(run: Run, known: list[Subject]) -> Subject:
    """The subject of work that none of the known sources brings: the one that the code shows of the first of it."""
    must = _effects(run)[0].must
    out = excluded(must) | {subject.source for subject in known}
    asked = [fact.sources - out for fact in must if isinstance(fact, Arrived) and fact.truth]
    source = detect_source(sorted(run.paths), sorted(run.constants), out)
    source = source or next((s for s in Source if any(s in sources for sources in asked)), None)
    if source is None:
        return delivered_by(Trigger(Source.UNKNOWN, "nothing"), run)
    return delivered_by(Trigger(source, "code", Place(run.handler.path, run.handler.span)), run)
