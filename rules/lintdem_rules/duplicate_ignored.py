"""LDM305: a claim fails for a duplicate, the failure is caught, and the effect runs all the same."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.rule import Finding, Group, Kind, Level, Pass, Rule, Step, lower, phrase, way


def check(p: Pass) -> Iterator[Finding]:
    """Effects that the duplicate's path reaches as well."""
    for case in p.cases(Kind.IGNORED):
        call, claim = case.effect.call, case.cover.claim
        extra = (Step(claim.place, f"{claim.kind} fails for a duplicate and is caught"),) if claim is not None else ()
        yield p.finding(
            case, case.effect.place, f"{call.name} {phrase(case)} on the second delivery: the duplicate is noticed and ignored",
            subject=case.subject, level=lower(Level.ERROR, case.subject), why=way(case, *extra), guard=case.cover.words,
            advice="leave (return or continue) where the condition failed", about=call.name,
        )  # fmt: skip


RULE = Rule(
    "LDM305", "duplicate-ignored", Group.CORRECTNESS, "0.1",
    "a duplicate is noticed, and the effect runs all the same", check, "none",
)  # fmt: skip
