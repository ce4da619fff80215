"""LDM502: the effect comes before the claim that is meant to hold it back."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.rule import Finding, Group, Kind, Level, Pass, Rule, Step, lower, phrase, way


def check(p: Pass) -> Iterator[Finding]:
    """Effects that run before, or outside, the claim of the same handler."""
    for case in p.cases(Kind.LATE):
        call, claim = case.effect.call, case.cover.claim
        around = case.cover.fault.value == "around"
        said = "stands on another way" if around else "is tried only here"
        extra = (Step(claim.place, f"{claim.kind} {said}"),) if claim is not None else ()
        steps = way(case)
        how = "a way leads around the guard" if around else "the guard comes after it"
        yield p.finding(
            case, case.effect.place, f"{call.name} {phrase(case)} on the second delivery: {how}",
            subject=case.subject, level=lower(Level.ERROR, case.subject), why=(*steps, *extra), guard=case.cover.words,
            advice="claim on every way, then act" if around else "claim first, then act", about=call.name,
        )  # fmt: skip


RULE = Rule(
    "LDM502", "effect-before-guard", Group.CORRECTNESS, "0.1",
    "the effect comes before the claim that is meant to hold it back", check, "none",
)  # fmt: skip
