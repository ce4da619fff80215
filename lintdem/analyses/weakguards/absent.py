"""Keys that may be absent: then the guard is off, or everybody shares one record."""

from __future__ import annotations

import msgspec

from lintdem.analyses.cases import Case
from lintdem.analyses.effects import Repeat, token_value
from lintdem.analyses.guards import Answer
from lintdem.analyses.keys import readable
from lintdem.interpreter.domain import AnyOf, Cases, Claim, Derived, Path, Value
from lintdem.interpreter.values import leaves
from lintdem.model.span import Place

_REPEATS = frozenset({Repeat.DUPLICATES, Repeat.MINTS, Repeat.ACCUMULATES, Repeat.INSERTS, Repeat.LACKS_TOKEN})


class Optional(msgspec.Struct, frozen=True):
    """`name` may be missing from the event, as the `get` at `read` says; then `outcome` happens to the key at `place`."""

    case: Case
    place: Place
    read: Place
    name: str
    outcome: str


def optional_key(case: Case) -> Optional | None:
    """The part of the key of a guard or token that may be absent, if there is one."""
    maybe = dict(case.run.optional)
    if not maybe:
        return None
    if case.cover.answer is Answer.YES and case.cover.claim is not None and case.harm.repeat in _REPEATS:
        return _of_claim(case, case.cover.claim, maybe)
    value = token_value(case.effect)
    token = case.effect.call.token
    if case.harm.repeat is Repeat.SAFE and isinstance(value, Path) and value.steps in maybe and token is not None:
        place = case.harm.key_place or case.effect.place
        return Optional(
            case, place, maybe[value.steps], readable(value.steps), f"{token.rpartition(':')[2]} is left out"
        )
    return None


def _of_claim(case: Case, claim: Claim, maybe: dict[tuple[str, ...], Place]) -> Optional | None:
    found = [
        leaf.steps
        for leaf in _sure(claim.key)
        if isinstance(leaf, Path) and leaf.root == "event" and leaf.steps in maybe
    ]
    if not found or claim.strict:
        return None
    name, read = readable(found[0]), maybe[found[0]]
    place = claim.key_place or claim.place
    if claim.kind.startswith("Powertools"):
        if isinstance(claim.key, Path):
            return Optional(case, place, read, name, "Powertools warns and runs without its guard")
        return Optional(case, place, read, name, "every event without it shares one record")
    if isinstance(claim.key, Derived) and not claim.tentative:
        # Which columns of a row are unique is told by the database alone.
        return Optional(case, place, read, name, "every event without it shares one record")
    return None


def _sure(value: Value) -> list[Value]:
    """The leaves of a key that has no other alternative."""
    return [] if isinstance(value, (AnyOf, Cases)) else leaves(value)
