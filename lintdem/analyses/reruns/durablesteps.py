"""Steps of durable functions that are not what they seem: run twice, or handed a value that is new in every replay."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum

import msgspec

from lintdem.analyses.cases import REPEATS, Case, Kind
from lintdem.analyses.effects import token_value
from lintdem.analyses.replays import durably, operations
from lintdem.interpreter.domain import AnyOf, Cases, Claim, External, Fresh, Made, Value
from lintdem.interpreter.durable import STEP
from lintdem.interpreter.dynamodb.itemwrites import key_attributes
from lintdem.interpreter.engine import Run
from lintdem.interpreter.libraries.money import moves_money
from lintdem.interpreter.trace import Effect, Operated
from lintdem.interpreter.values import NONE, leaves, parts_of
from lintdem.model.span import Place


class Attempts(str, Enum):
    """How often a step may run its function."""

    AGAIN = "again"
    RETRIED = "retried"
    ONCE = "once"
    UNKNOWN = "unknown"


def attempts(step: Operated) -> Attempts:
    """What the configuration of a step says: at most once is meant for one attempt, and failed attempts are retried by default."""
    config = step.config
    if config is None or config == NONE:
        return Attempts.AGAIN
    if not isinstance(config, Made) or not config.type.endswith("Config"):
        return Attempts.UNKNOWN
    named = dict(config.args)
    semantics = named.get("step_semantics", named.get("1"))
    if semantics is not None and not isinstance(semantics, External):
        return Attempts.UNKNOWN
    if semantics is None or not semantics.name.endswith("AT_MOST_ONCE_PER_RETRY"):
        return Attempts.AGAIN
    strategy = named.get("retry_strategy", named.get("0", NONE))
    if strategy == NONE:
        return Attempts.RETRIED
    preset = strategy.type if isinstance(strategy, Made) else ""
    if preset.endswith("RetryPresets.none"):
        return Attempts.ONCE
    return Attempts.RETRIED if ".RetryPresets." in preset else Attempts.UNKNOWN


class Repeatable(msgspec.Struct, frozen=True):
    """A step that may run its effect twice. `money` when it is one that nobody wants twice for any price."""

    place: Place
    case: Case
    step: Operated
    attempts: Attempts
    money: bool


def repeatable(run: Run, cases: Sequence[Case]) -> Iterator[Repeatable]:
    """Effects of steps that a second attempt repeats."""
    steps = {one.place: one for one in operations(run)}
    for case in cases:
        effect = case.effect
        around = [steps[claim.place] for claim in durably(effect, STEP) if claim.place in steps]
        if not around or case.kind is not Kind.NOTHING or case.harm.repeat not in REPEATS or _is_held(effect):
            continue
        if any(fresh in one.outer for one in around for _, fresh in _identities(effect)):
            continue
        step = max(around, key=lambda one: one.place)
        found = attempts(step)
        if found in (Attempts.AGAIN, Attempts.RETRIED):
            yield Repeatable(effect.place, case, step, found, moves_money(effect))


def _is_held(effect: Effect) -> bool:
    """Whether something else than the step holds a second run back."""
    own = effect.call.write.claim if effect.call.write is not None else None
    claims = [fact for fact in effect.must if isinstance(fact, Claim)] + ([own] if own is not None else [])
    return any(claim.kind != STEP and not claim.useless for claim in claims)


class Drifting(msgspec.Struct, frozen=True):
    """A value made outside of a step, another one with each replay. `uses` are the steps and effects it is handed to,
    `identity` what it names there; `sure` unless it only stands in for what the event does not bring."""

    place: Place
    made: str
    identity: str
    effect: Effect | None
    uses: tuple[tuple[Place, str], ...]
    sure: bool


def drifting(run: Run) -> Iterator[Drifting]:
    """Fresh values that durable steps are handed from outside."""
    steps = {one.place: one for one in operations(run)}
    uses: dict[Fresh, dict[Place, str]] = {}
    named: dict[Fresh, tuple[str, Effect]] = {}
    sure: set[Fresh] = set()
    for event in run.events:
        if isinstance(event, Effect):
            outer = {f for c in durably(event, STEP) if c.place in steps for f in steps[c.place].outer}
            for value in _values(event):
                for fresh in outer.intersection(_fresh(value)):
                    step = max(c.place for c in durably(event, STEP) if c.place in steps and fresh in steps[c.place].outer)
                    uses.setdefault(fresh, {}).setdefault(step, event.call.name)
                    sure |= {fresh} if fresh in _certainly(value) else set()
            for name, fresh in _identities(event):
                if fresh in outer:
                    named.setdefault(fresh, (name, event))
        elif isinstance(event, Operated) and event.name == "invoke":
            for fresh in event.outer:
                uses.setdefault(fresh, {}).setdefault(event.place, "context.invoke")
                sure.add(fresh)
    returned = {leaf for value, _ in run.returns for leaf in leaves(value)}
    for fresh, where in uses.items():
        name, effect = named.get(fresh, ("", None))
        random = fresh.kind in ("uuid", "random") and len(where) + (fresh in returned) > 1
        if name or random:
            yield Drifting(fresh.place, fresh.made, name, effect, tuple(sorted(where.items())), fresh in sure)


def _values(effect: Effect) -> list[Value]:
    write = effect.call.write
    stored = [*write.values, *write.key] if write is not None else []
    return [value for _, value in (*effect.call.args, *stored)]


def _identities(effect: Effect) -> list[tuple[str, Fresh]]:
    """The fresh values that a call takes for the identity of what it makes, with the name of the argument."""
    call = effect.call
    token = token_value(effect)
    found = [(name, value) for name in call.identity if (value := call.arg(name)) is not None]
    found += [((call.token or "").rpartition(":")[2], token)] if token is not None else []
    found += key_attributes(call.write) if call.write is not None else ()
    return [(name, fresh) for name, value in found for fresh in _fresh(value)]


def _fresh(value: Value) -> list[Fresh]:
    return [leaf for leaf in leaves(value) if isinstance(leaf, Fresh) and leaf.kind in ("uuid", "random", "clock")]


def _certainly(value: Value) -> set[Fresh]:
    """The fresh values that are no alternative to others."""
    if isinstance(value, Fresh):
        return {value}
    if isinstance(value, (AnyOf, Cases)):
        return set()
    return {fresh for part in parts_of(value) for fresh in _certainly(part)}
