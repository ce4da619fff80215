"""LDM203: the whole event is the key of a guard."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.rule import Finding, Group, Kind, Level, Pass, Rule, lower, way


def check(p: Pass) -> Iterator[Finding]:
    """One finding for each guard keyed on an envelope in which something changes."""
    seen = set()
    for case in p.cases(Kind.ENVELOPE_KEY):
        place, key, claim = case.key_place or case.effect.place, case.key, case.cover.claim
        if key is None or place in seen:
            continue
        seen.add(place)
        guard = claim.kind if claim is not None else case.harm.key_name
        yield p.finding(
            case, place, f"{guard} is keyed on {key.words}, which differs in every delivery: "
            f"{case.effect.call.name} runs again", subject=case.subject, level=lower(Level.ERROR, case.subject), why=way(case),
            guard=case.cover.words, advice="key it on the business id inside the payload", about=guard,
        )  # fmt: skip


RULE = Rule(
    "LDM203", "whole-event-key", Group.CORRECTNESS, "0.1",
    "the whole event is the key of a guard, though parts of it change with every delivery", check, "none",
)  # fmt: skip
