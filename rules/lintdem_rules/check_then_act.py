"""LDM501: read, test, act, then record: two runs pass the test together."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.rule import Finding, Group, Kind, Level, Pass, Redelivers, Rule, Step, phrase, way


def check(p: Pass) -> Iterator[Finding]:
    """Effects behind a test that is not atomic with its record."""
    for case in p.cases(Kind.CHECKED):
        call, tested = case.effect.call, case.cover.check
        extra = (Step(tested.place, "the check that two runs pass together"),) if tested is not None else ()
        duplicates = case.harm.repeat.value not in ("safe", "overwrites", "inserts")
        loud = case.subject.redelivers is not Redelivers.CALLER and duplicates
        yield p.finding(
            case, case.effect.place, f"{call.name} {phrase(case)} when two deliveries pass the check together",
            subject=case.subject, level=Level.ERROR if loud else Level.WARNING, why=way(case, *extra), guard=case.cover.words,
            advice="make the check and the record one conditional write before the effect", about=call.name,
        )  # fmt: skip


RULE = Rule(
    "LDM501", "check-then-act", Group.CORRECTNESS, "0.1",
    "a store is read, tested, and written only after the effect", check, "none",
)  # fmt: skip
