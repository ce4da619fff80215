"""LDM102: what is made gets a new name in each run."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.advised import what_names
from lintdem.analyses.identities import by_identity, elsewhere
from lintdem.analyses.remedies.tokens import identity_remedies
from lintdem.rule import Case, Finding, Group, Kind, Level, Pass, Place, Rule, Step, lower, way


def check(p: Pass) -> Iterator[Finding]:
    """Stored or started things whose identity is minted in the handler."""
    told = p.cases(Kind.MINTED)
    for case, *others in by_identity(p.facts.program, told):
        yield _found(p, case, others, case.effect.place)
    for case, place in elsewhere(p.facts.program, p.facts.cases, told):
        yield _found(p, case, [], place)


def _found(p: Pass, case: Case, others: list[Case], place: Place) -> Finding:
    """One identity that is made in the run: told where it is stored, or where it is made and many store by one call."""
    call, key = case.effect.call, case.harm.key
    made = key.words if key is not None else "a value made in the run"
    extra = (Step(key.place, f"{key.made or 'this'} gives {made}"),) if key is not None and key.place is not None else ()
    return p.finding(
        case, place,
        f"{call.name} makes another one on the second delivery: {case.harm.key_name} is {made}{_origin(case, place)}",
        subject=case.subject, level=case.level or lower(Level.ERROR, case.subject), guard=case.cover.words,
        why=(*way(case, *extra), *_along(others)),
        advice=f"derive {case.harm.key_name} from {what_names(case.subject)}, for example with uuid5, so that a "
        "repeat finds what the first run made", about=call.name,
        remedies=p.remedies(case, identity_remedies),
    )  # fmt: skip


def _along(others: list[Case]) -> tuple[Step, ...]:
    return tuple(Step(other.effect.place, f"{other.effect.call.name} stores another under the same identity") for other in others)


def _origin(case: Case, place: Place) -> str:
    """The call that mints the identity, with its place."""
    key = case.harm.key
    if key is None or key.place is None or not key.made:
        return ""
    line = key.place.span.line
    where = f"in line {line}" if key.place.path == place.path else f"at {key.place.path}:{line}"
    if place == key.place:
        where = f"here, stored at {case.effect.place.path}:{case.effect.place.span.line}"
    return f" ({key.made} {where})"


RULE = Rule(
    "LDM102", "generated-identity", Group.CORRECTNESS, "0.1",
    "a key or name is made in the handler, so each run makes a new artifact", check, "unsafe",
)  # fmt: skip
