"""LDM202: the key of a guard or token is new in each run."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.remedies.tokens import stale_remedies
from lintdem.rule import Finding, Group, Kind, Level, Pass, Rule, Step, lower, way


def check(p: Pass) -> Iterator[Finding]:
    """One finding for each key."""
    seen = set()
    for case in p.cases(Kind.ATTEMPT_KEY):
        place, key = case.key_place or case.effect.place, case.key
        if key is None or place in seen:
            continue
        seen.add(place)
        name = case.harm.key_name or (case.cover.claim.kind if case.cover.claim is not None else "the key")
        extra = (Step(key.place, f"{key.words} is made here"),) if key.place is not None else ()
        yield p.finding(
            case, place, f"{name} is {key.words}, never the same twice: {case.effect.call.name} runs again on the second delivery",
            subject=case.subject, level=lower(Level.ERROR, case.subject), why=way(case, *extra),
            guard=case.cover.words if case.cover.claim is not None else f"{name} is new in each run, so it recognises nothing",
            advice="make the key from the event's business id", about=name,
            remedies=p.remedies(case, stale_remedies) if case.cover.claim is None else (),
        )  # fmt: skip


RULE = Rule(
    "LDM202", "attempt-key", Group.CORRECTNESS, "0.1",
    "the key of a guard or token is new in each run", check, "unsafe",
)  # fmt: skip
