"""Keys: what identifies the work, by where it comes from and what it survives."""

from __future__ import annotations

from enum import Enum

import msgspec

from lintdem.analyses.subjects import Subject
from lintdem.interpreter.domain import (
    AnyOf,
    Cases,
    Client,
    Derived,
    Env,
    External,
    Fresh,
    Known,
    Made,
    Method,
    Path,
    Unknown,
    Value,
)
from lintdem.interpreter.trace import Invocation
from lintdem.interpreter.values import members, parts_of
from lintdem.knowledge import Kind, Scope, scope_of, scope_of_context
from lintdem.model.span import Place
from lintdem.program.remembering import remembered


class Grade(str, Enum):
    """What a key survives, from best to worst that matters."""

    BUSINESS = "business"
    CLIENT = "client-supplied"
    STORED = "stored"
    CONSTANT = "constant"
    UNKNOWN = "unknown"
    WEAK = "weak"
    DELIVERY = "delivery"
    ENVELOPE = "envelope"
    ATTEMPT = "attempt"


class Provenance(msgspec.Struct, frozen=True):
    """`words` names the part that decides ("messageId of the SQS record", "a new uuid"); `place` is where a fresh
    value is made, `made` the call that makes it, `call` that of the function around it; `otherwise` what of the event is
    taken instead where it is there."""

    grade: Grade
    words: str
    place: Place | None = None
    steps: tuple[str, ...] = ()
    made: str = ""
    call: Place | None = None
    otherwise: str = ""


_COARSE = frozenset({"year", "month", "day", "hour", "date", "weekday", "quarter", "isocalendar"})
_FRESH_WORDS = {"uuid": "a new uuid", "random": "a random value", "clock": "the time of the run",
                "salted": "hash(), which is salted anew in every process",
                "address": "id(), an address in one process", "order": "the order of a set, another in every process",
                "attempt": "an id of this attempt"}  # fmt: skip
UNSTABLE = frozenset(_FRESH_WORDS[kind] for kind in ("salted", "address", "order"))
"""Words for what another process computes differently from the same event."""
_ORDER = [Grade.ATTEMPT, Grade.ENVELOPE, Grade.DELIVERY]


def provenance(value: Value, subject: Subject, sites: dict[Place, Invocation]) -> Provenance:
    """Where an identity comes from; of several parts the worst that matters decides."""
    found = [_leaf(leaf, subject, sites) for leaf in _identity_leaves(value)]
    for grade in _ORDER:
        worst = next((p for p in found if p.grade is grade), None)
        if worst is not None:
            return worst
    for grade in (Grade.BUSINESS, Grade.CLIENT, Grade.STORED, Grade.UNKNOWN, Grade.WEAK):
        best = next((p for p in found if p.grade is grade), None)
        if best is not None:
            return best
    return found[0] if found else Provenance(Grade.CONSTANT, "a constant")


def _identity_leaves(value: Value) -> list[Value]:
    found: dict[Value, None] = {}
    work = [value]
    for _ in range(300):
        if not work:
            break
        current = work.pop()
        if isinstance(current, Derived) and current.op in ("index", "coarse"):
            continue
        if isinstance(current, Method):
            if current.name in _COARSE:
                continue
            work.append(current.receiver)
            continue
        inner = parts_of(current)
        if inner and not isinstance(current, (Client, AnyOf, Cases)):
            work.extend(reversed(inner))
        else:
            found[current] = None
    return list(found)


def _leaf(leaf: Value, subject: Subject, sites: dict[Place, Invocation]) -> Provenance:
    if isinstance(leaf, Fresh):
        return Provenance(Grade.ATTEMPT, _FRESH_WORDS.get(leaf.kind, leaf.kind), leaf.place, (), leaf.made, leaf.call)
    if isinstance(leaf, Path):
        return _path(leaf, subject, sites)
    if isinstance(leaf, (Known, Env)):
        return Provenance(Grade.CONSTANT, "a constant")
    if isinstance(leaf, (Made, External, Client)):
        return Provenance(Grade.UNKNOWN, f"what {getattr(leaf, 'type', getattr(leaf, 'name', 'a client'))} gives")
    if isinstance(leaf, Unknown):
        return Provenance(Grade.UNKNOWN, leaf.reason)
    if isinstance(leaf, (AnyOf, Cases)):
        return _alternative([provenance(one, subject, sites) for one in members(leaf)])
    return Provenance(Grade.UNKNOWN, "a value that is not followed")


def _alternative(found: list[Provenance]) -> Provenance:
    """Of several values that a key may have, the best: `given or uuid4()` is what was given, when it was."""
    for grade in (Grade.BUSINESS, Grade.CLIENT, Grade.STORED, Grade.DELIVERY, Grade.UNKNOWN, Grade.WEAK, Grade.ENVELOPE):
        best = next((p for p in found if p.grade is grade), None)
        if best is not None:
            return best
    return min(found, key=lambda p: p.grade is not Grade.ATTEMPT)


_SCOPES = {
    Scope.BUSINESS: Grade.BUSINESS, Scope.CLIENT: Grade.CLIENT, Scope.DELIVERY: Grade.DELIVERY,
    Scope.ATTEMPT: Grade.ATTEMPT, Scope.WEAK: Grade.WEAK, Scope.ENVELOPE: Grade.ENVELOPE, Scope.TIME: Grade.WEAK,
    Scope.UNKNOWN: Grade.UNKNOWN,
}  # fmt: skip


def _path(leaf: Path, subject: Subject, sites: dict[Place, Invocation]) -> Provenance:
    name = readable(leaf.steps)
    if leaf.root == "event":
        scope = scope_of(subject.source, leaf.steps, beside(subject, leaf.steps))
        return Provenance(_SCOPES[scope], f"{name} of the event" if name else "the whole event", None, leaf.steps)
    if leaf.root == "context":
        scope = scope_of_context(subject.source, leaf.steps, subject.queued)
        return Provenance(_SCOPES[scope], f"context.{name}", None, leaf.steps)
    call = sites.get(leaf.place) if leaf.place is not None else None
    if call is not None and call.kind is Kind.READ:
        return Provenance(Grade.STORED, f"{name or 'the record'} read by {call.name}", leaf.place, leaf.steps)
    return Provenance(Grade.UNKNOWN, f"what {call.name if call else 'a call'} returned", leaf.place, leaf.steps)


def beside(subject: Subject, steps: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """What the program reads beside a part of the event: it tells one envelope inside another."""
    return _by_beginning(subject.paths).get(steps[:-1], ())


@remembered(64)
def _by_beginning(paths: frozenset[tuple[str, ...]]) -> dict[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Paths by each of their beginnings: a function may read a thousand parts of the event, and is asked beside each of them."""
    found: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
    for path in sorted(paths):
        for length in range(len(path)):
            found.setdefault(path[:length], []).append(path)
    return {beginning: tuple(longer) for beginning, longer in found.items()}


def readable(steps: tuple[str, ...]) -> str:
    """The end of a path in words: "orderId", "messageId"."""
    for step in reversed(steps):
        if step not in ("*", "json()", "b64()") and not step.isdigit():
            return step
    return ""
