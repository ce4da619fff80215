"""Freshness checks that come too late: the age of the event is compared when the effect has happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lintdem.analyses.subjects import Subject
from lintdem.interpreter.ages import freshness
from lintdem.interpreter.domain import Check, Done
from lintdem.interpreter.engine import Run
from lintdem.interpreter.trace import Effect, Tested
from lintdem.interpreter.written import encloses, nodes
from lintdem.knowledge import Kind
from lintdem.model.function import Continue, If, Raise, Return, Stmt
from lintdem.model.module import Module
from lintdem.model.span import Place

_EFFECTS = frozenset({Kind.EFFECT, Kind.CREATE, Kind.WRITE, Kind.SET})


@dataclass(frozen=True, slots=True)
class LateCheck:
    """The comparison at `place` sets a stale event aside only after `effect`."""

    run: Run
    subject: Subject
    place: Place
    effect: Effect


def late_checks(run: Run, subject: Subject, modules: Mapping[str, Module]) -> Iterator[LateCheck]:
    """The comparisons of an event's age that set it aside after its effect, each with its first effect."""
    effects = [e for e in run.events if isinstance(e, Effect) and _matters(e)]
    for event in run.events if effects else ():
        if not isinstance(event, Tested) or freshness(event.test) is None or not _sets_aside(event, modules):
            continue
        behind = any(_is_checked(e, event.place) for e in effects)
        for effect in effects:
            before = Done(effect.place, effect.call.name) in event.may and not (_is_checked(effect, None) or _is_first(effect))
            if before and (not behind or effect.call.kind is Kind.EFFECT):
                yield LateCheck(run, subject, event.place, effect)
                break


def _matters(effect: Effect) -> bool:
    """A claim may come before the check: it has no effect of its own."""
    write = effect.call.write
    claims = write is not None and write.claim is not None and not write.claim.useless
    return effect.call.kind in _EFFECTS and not claims


def _is_first(effect: Effect) -> bool:
    """Whether something is made only when nothing is there: no event before it has left anything newer."""
    made = effect.call.kind is Kind.CREATE or effect.call.write is not None
    return made and any(isinstance(f, Check) and f.kind in ("absent", "unasked") for f in effect.must)


def _is_checked(effect: Effect, place: Place | None) -> bool:
    return any(isinstance(f, Check) and f.kind == "fresh" and place in (None, f.place) for f in effect.must)


def _sets_aside(event: Tested, modules: Mapping[str, Module]) -> bool:
    """Whether an `if` around the comparison, or around the call that makes it, leaves."""
    for place in (event.place, *(call.place for call in event.stack)):
        module = modules.get(place.path)
        for node in nodes(module.body) if module is not None else ():
            if isinstance(node, If) and encloses(Place(place.path, node.test.span), place) and _leaves(node.then):
                return True
    return False


def _leaves(body: tuple[Stmt, ...]) -> bool:
    return bool(body) and isinstance(body[-1], (Return, Raise, Continue))
