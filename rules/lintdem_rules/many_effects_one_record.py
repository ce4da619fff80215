"""LDM524: one record for several effects: when a late one fails, the early ones run again."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.weakguards.powertools import repeated_by_failure
from lintdem.rule import Finding, Group, Level, Pass, Rule, Step, lower, phrase, way


def check(p: Pass) -> Iterator[Finding]:
    """Effects below a guard that are followed by a call that may fail."""
    seen = set()
    for judged in p.facts.handlers:
        for case, later in repeated_by_failure(judged.cases):
            claim = case.cover.claim
            if claim is None or claim.place in seen:
                continue
            seen.add(claim.place)
            name = case.effect.call.name
            behind = Step(later.place, f"{later.call.name} fails, and the record is deleted")
            yield p.finding(
                case,
                case.effect.place,
                f"{name} {phrase(case)} when {later.call.name} behind it fails: the failure deletes the one record "
                "that stands for both",
                subject=case.subject,
                level=lower(Level.WARNING, case.subject),
                why=(*way(case), behind),
                guard=f"{claim.kind} deletes its record when the function raises, so that the next delivery does all of it again",
                advice="guard each effect by itself, or do the one that must happen once last",
                about=name,
            )


RULE = Rule(
    "LDM524", "many-effects-one-record", Group.SUSPICIOUS, "0.1",
    "one record stands for several effects, so a late failure makes the early ones run again", check, "none",
)  # fmt: skip
