"""Freshness checks that come too late: the age of the event is compared when the effect has happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from lintdem.analyses.keys import Grade, provenance
from lintdem.analyses.subjects import Subject
from lintdem.interpreter.ages import freshness
from lintdem.interpreter.domain import Check, Derived, Done, Path, Value
from lintdem.interpreter.dynamodb.itemwrites import key_attributes
from lintdem.interpreter.engine import Run
from lintdem.interpreter.trace import Effect, Tested
from lintdem.interpreter.values import leaves
from lintdem.interpreter.written import encloses, function_at, nodes
from lintdem.knowledge import Kind
from lintdem.model.function import Continue, If, Raise, Return, Stmt
from lintdem.model.module import Module
from lintdem.model.span import Place

_EFFECTS = frozenset({Kind.EFFECT, Kind.CREATE, Kind.WRITE, Kind.SET})


class LateCheck(msgspec.Struct, frozen=True):
    """The comparison at `place` sets a stale event aside only after `effect`."""

    run: Run
    subject: Subject
    place: Place
    effect: Effect


def late_checks(run: Run, subject: Subject, modules: Mapping[str, Module]) -> Iterator[LateCheck]:
    """The comparisons of an event's age that set it aside after its effect, each with its first effect."""
    effects = [e for e in run.events if isinstance(e, Effect) and _matters(e) and not _is_its_own(e, run, subject)]
    for event in run.events if effects else ():
        if not isinstance(event, Tested) or freshness(event.test) is None or not _sets_aside(event, modules):
            continue
        behind = any(_is_checked(e, event.place) for e in effects)
        aside = None if behind else _left(event, run, modules)
        for effect in effects:
            if aside is not None and not _is_within(effect, aside):
                continue
            before = Done(effect.place, effect.call.name) in event.may and not (_is_checked(effect, None) or _is_first(effect))
            if before and (not behind or effect.call.kind is Kind.EFFECT):
                yield LateCheck(run, subject, event.place, effect)
                break


def _matters(effect: Effect) -> bool:
    """A claim may come before the check: it has no effect of its own."""
    write = effect.call.write
    claims = write is not None and write.claim is not None and not write.claim.useless
    return effect.call.kind in _EFFECTS and not claims


def _is_its_own(effect: Effect, run: Run, subject: Subject) -> bool:
    """Whether an item is put that only this event has, named by its delivery, the run, or a digest of all it says: a journal
    takes stale events too, and nothing newer is replaced."""
    write = effect.call.write
    keys = [value for _, value in key_attributes(write, ())] if write is not None and write.kind == "put" else []
    drawn = any(provenance(value, subject, run.sites).grade in (Grade.ATTEMPT, Grade.DELIVERY) for value in keys)
    return drawn or any(_is_digest(value) for value in keys)


def _is_digest(value: Value) -> bool:
    """Whether a value is hashed from the whole payload of the event, not from one of its fields."""
    if not isinstance(value, Derived):
        return False
    paths = [leaf for leaf in leaves(value) if isinstance(leaf, Path) and leaf.root == "event"]
    whole = any(not path.steps or path.steps[-1] in ("json()", "body", "detail", "data") for path in paths)
    return (value.op == "hash" and whole) or any(map(_is_digest, value.parts))


def _is_first(effect: Effect) -> bool:
    """Whether something is made only when nothing is there: no event before it has left anything newer."""
    made = effect.call.kind is Kind.CREATE or effect.call.write is not None
    return made and any(isinstance(f, Check) and f.kind in ("absent", "unasked") for f in effect.must)


def _is_checked(effect: Effect, place: Place | None) -> bool:
    return any(isinstance(f, Check) and f.kind == "fresh" and place in (None, f.place) for f in effect.must)


def _sets_aside(event: Tested, modules: Mapping[str, Module]) -> bool:
    """Whether an `if` around the comparison, or around the call that makes it, leaves. An object that refuses to be made of what
    has run out, a card or a token, says nothing of the event."""
    module = modules.get(event.place.path)
    inner = function_at(module, event.place.span) if module is not None else None
    if inner is not None and inner.name in _MAKERS:
        return False
    for place in (event.place, *(call.place for call in event.stack)):
        module = modules.get(place.path)
        for node in nodes(module.body) if module is not None else ():
            if isinstance(node, If) and encloses(Place(place.path, node.test.span), place) and _leaves(node.then):
                return True
    return False


def _left(event: Tested, run: Run, modules: Mapping[str, Module]) -> Place | None:
    """The function that the comparison leaves without a word to its caller, which goes on; None for the handler itself."""
    module = modules.get(event.place.path)
    inner = function_at(module, event.place.span) if module is not None and event.stack else None
    if inner is None or (event.place.path, inner.name) == (run.handler.path, run.handler.function):
        return None
    for node in nodes(inner.body):
        if isinstance(node, If) and encloses(Place(event.place.path, node.test.span), event.place):
            silent = node.then and isinstance(node.then[-1], Return) and node.then[-1].value is None
            return Place(event.place.path, inner.span) if silent else None
    return None


def _is_within(effect: Effect, function: Place) -> bool:
    return any(encloses(function, place) for place in (effect.place, *(call.place for call in effect.stack)))


_MAKERS = frozenset({"__init__", "__post_init__", "__new__"})


def _leaves(body: tuple[Stmt, ...]) -> bool:
    return bool(body) and isinstance(body[-1], (Return, Raise, Continue))
