"""LDM201: the key of a guard or token is an id that the infrastructure gives."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.rule import Case, Finding, Group, Kind, Level, Pass, Place, Rule, Step, lower, way


def check(p: Pass) -> Iterator[Finding]:
    """One finding for each key, with the effects behind it as steps."""
    nothing = {one.place for one in p.facts.unmatched_key_paths()}
    for place, cases in by_key(p.facts.cases).items():
        if place in nothing:
            # What picks nothing out of the event is no id at all (LDM209).
            continue
        worst = min(cases, key=lambda case: [Level.ERROR, Level.WARNING, Level.NOTE].index(case.level or Level.NOTE))
        key = worst.key
        if key is None:
            continue
        behind = "; ".join(dict.fromkeys(case.effect.call.name for case in cases))
        claim = worst.cover.claim
        guard = claim.kind if claim is not None else f"the token of {worst.effect.call.name}"
        yield p.finding(
            worst, place, f"{guard} is keyed on {key.words}: the same fact sent again has a new one, and {behind} runs again",
            subject=worst.subject, level=lower(worst.level or Level.NOTE, worst.subject),
            why=way(worst, Step(place, f"keyed on {key.words}")), guard=f"{guard} stops a retry of the same message only: "
            f"{worst.reason}", advice="key it on the identifier that the producer puts into the event", about=key.words,
        )  # fmt: skip


def by_key(cases: tuple[Case, ...]) -> dict[Place, list[Case]]:
    """The cases of delivery-scoped keys by where the key stands."""
    found: dict[Place, list[Case]] = {}
    for case in cases:
        if case.kind is Kind.DELIVERY_KEY and case.key_place is not None:
            found.setdefault(case.key_place, []).append(case)
    return dict(sorted(found.items()))


RULE = Rule(
    "LDM201", "infrastructure-key", Group.GRADED, "0.1",
    "the key of a guard is an id of the delivery, not of the fact", check, "none",
)  # fmt: skip
