"""LDM801: of two steps the second fails, nothing takes the first back, and trying again does it a second time."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.rule import Finding, Group, Kind, Level, Pass, Rule, Step, lower, way


def check(p: Pass) -> Iterator[Finding]:
    """Charges and reservations that stay when a later step of the same request fails."""
    for case in p.cases(Kind.HALF_DONE):
        call = case.effect.call
        behind = (Step(case.key_place, f"{case.reason} may fail, and the request with it"),) if case.key_place is not None else ()
        yield p.finding(
            case, case.effect.place, f"{call.name} stays done when {case.reason} behind it fails: nothing takes it back, and a"
            " caller who tries again does it a second time", subject=case.subject, level=lower(Level.ERROR, case.subject),
            why=(*way(case), *behind), guard=case.cover.words,
            advice="give the step a key of the request's own, so that the next try carries the sequence on, or take it back in the"
            " `except` of the later one", about=call.name,
        )  # fmt: skip


RULE = Rule(
    "LDM801", "uncompensated-sequence", Group.SUSPICIOUS, "0.1",
    "a step stays done when a later one fails: nothing takes it back, and no key lets a retry carry on", check, "none",
)  # fmt: skip
