"""LDM506: a lock that is released after the work is the only guard."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.rule import Finding, Group, Kind, Level, Pass, Rule, Step, lower, phrase, way


def check(p: Pass) -> Iterator[Finding]:
    """Effects that only a lock holds back, which is free again when the next delivery comes."""
    for case in p.cases(Kind.LOCKED):
        call = case.effect.call
        extra = (Step(case.cover.place, "the lock is taken here"),) if case.cover.place is not None else ()
        yield p.finding(
            case, case.effect.place, f"{call.name} {phrase(case)} on the second delivery: the lock around it is free by then",
            subject=case.subject, level=lower(Level.WARNING, case.subject), why=way(case, *extra), guard=case.cover.words,
            advice="record under the lock that the work is done, and look for that record before the work", about=call.name,
        )  # fmt: skip


RULE = Rule(
    "LDM506", "lock-as-dedup", Group.SUSPICIOUS, "0.1",
    "a lock that is released after the work is the only guard", check, "none",
)  # fmt: skip
