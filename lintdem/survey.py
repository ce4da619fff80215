"""The overview of a program: its handlers as they were understood, joined with what was found in them."""

from __future__ import annotations

from collections.abc import Iterable

from lintdem.analyses import Case, Facts, Kind
from lintdem.analyses.asked import Judged
from lintdem.analyses.cases import REPEATS
from lintdem.analyses.courses import course_of
from lintdem.analyses.guards import Answer, guards_of
from lintdem.analyses.keys import provenance
from lintdem.analyses.plans import redelivery_plan
from lintdem.interpreter.trace import Gap
from lintdem.model.finding import Finding, Level, Step
from lintdem.model.overview import Guarding, HandlerView, Reached, Verdict
from lintdem.model.span import Place, file_of

_LOUD = [Level.ERROR, Level.WARNING, Level.NOTE]


def survey(facts: Facts, findings: Iterable[Finding]) -> tuple[HandlerView, ...]:
    """One view for each handler, in order of path and name."""
    there: dict[tuple[str, int], list[Finding]] = {}
    for finding in findings:
        there.setdefault((finding.path, finding.span.line), []).append(finding)
    return tuple(_view(judged, facts, there) for judged in facts.handlers)


def _view(judged: Judged, facts: Facts, there: dict[tuple[str, int], list[Finding]]) -> HandlerView:
    handler = judged.run.handler
    effects: dict[Place, Reached] = {}
    for case in judged.cases:
        reached = _reached(case, there)
        before = effects.get(reached.place)
        if before is None or _rank(reached) < _rank(before):
            effects[reached.place] = reached
    return HandlerView(
        name=handler.name,
        place=_real(Place(handler.path, handler.span)),
        trigger=judged.subject.info,
        learned=judged.subject.learned,
        redelivery=redelivery_plan(judged.subject, facts.program),
        course=course_of(judged.subject, facts.program),
        effects=tuple(sorted(effects.values(), key=lambda one: (_rank(one), one.place))),
        guards=_guards(judged),
        unread=tuple(dict.fromkeys(event.reason for event in judged.run.events if isinstance(event, Gap))),
    )


def _rank(reached: Reached) -> int:
    return [Verdict.REPEATS, Verdict.UNKNOWN, Verdict.GUARDED, Verdict.REPEATABLE].index(reached.verdict)


def _reached(case: Case, there: dict[tuple[str, int], list[Finding]]) -> Reached:
    place = _real(case.effect.place)
    found = _findings(case, there) if case.kind is not Kind.NOTHING else []
    level = min((finding.level for finding in found), key=_LOUD.index, default=None)
    verdict, words = _verdict(case)
    return Reached(
        call=case.effect.call.name,
        place=place,
        verdict=verdict,
        repeat=case.effect.call.phrase or "runs again",
        words=words,
        way=tuple(Step(_real(call.place), call.text) for call in case.effect.stack[1:]),
        codes=tuple(dict.fromkeys(finding.code for finding in found)),
        level=level,
    )


def _findings(case: Case, there: dict[tuple[str, int], list[Finding]]) -> list[Finding]:
    """The findings at the call, or at the check before it; where there is none, those at its key or guard."""
    claim = case.cover.claim
    own = case.cover.place if case.kind is Kind.CHECKED else None
    places = (own, case.effect.place, case.key_place, case.cover.place, claim.place if claim is not None else None)
    found = [there.get((_real(p).path, p.span.line), []) for p in places if p is not None]
    return next((one for one in found if one), [])


def _verdict(case: Case) -> tuple[Verdict, str]:
    if case.kind is Kind.LIKELY:
        return Verdict.UNKNOWN, case.cover.words
    if case.kind is not Kind.NOTHING:
        return Verdict.REPEATS, case.reason or case.cover.words
    if case.cover.answer is Answer.YES:
        claim = case.cover.claim
        return Verdict.GUARDED, claim.kind if claim is not None else case.cover.words
    if case.harm.repeat in REPEATS:
        return Verdict.REPEATABLE, "the caller does not deliver it again by itself"
    return Verdict.REPEATABLE, "the same call with the same values changes nothing more"


def _guards(judged: Judged) -> tuple[Guarding, ...]:
    found: dict[Place, Guarding] = {}
    for event in guards_of(judged.run):
        claim = event.claim
        if not claim.useless:
            key = provenance(claim.key, judged.subject, judged.run.sites)
            words = f"{key.words} ({key.grade.value})" if key.words else key.grade.value
            found.setdefault(claim.place, Guarding(words=claim.kind, place=_real(claim.place), key=words))
    return tuple(found[place] for place in sorted(found))


def _real(place: Place) -> Place:
    """Code inside a template stands in the template."""
    return Place(file_of(place.path), place.span)
