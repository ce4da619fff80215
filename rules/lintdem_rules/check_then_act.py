"""LDM501: read, test, act, then record: two runs pass the test together."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.rule import Case, Finding, Group, Kind, Level, Pass, Redelivers, Rule, Step, lower, phrase, way


def check(p: Pass) -> Iterator[Finding]:
    """Effects behind a test that is not atomic with its record."""
    for case in p.cases(Kind.CHECKED):
        call, tested = case.effect.call, case.cover.check
        extra = (Step(tested.place, "the check that two runs pass together"),) if tested is not None else ()
        duplicates = case.harm.repeat.value not in ("safe", "overwrites", "inserts")
        loud = case.level is not Level.WARNING and case.subject.redelivers is not Redelivers.CALLER and duplicates
        yield p.finding(
            case, case.effect.place, f"{call.name} {phrase(case)} when two deliveries pass the check together",
            subject=case.subject, level=Level.ERROR if loud else _quiet(case), why=way(case, *extra), guard=case.cover.words,
            advice="make the check and the record one conditional write before the effect", about=call.name,
        )  # fmt: skip


def _quiet(case: Case) -> Level:
    """Rows found first and inserted then multiply only when two runs meet, and where no key is unique."""
    return lower(Level.WARNING, case.subject) if case.harm.repeat.value == "inserts" else Level.WARNING


RULE = Rule(
    "LDM501", "check-then-act", Group.CORRECTNESS, "0.1",
    "a store is read, tested, and written only after the effect", check, "none",
)  # fmt: skip
