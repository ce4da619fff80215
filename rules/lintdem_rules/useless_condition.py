"""LDM303: the condition of a write is still true after the write, so a second delivery passes it again."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.counting import counts_failures
from lintdem.rule import Finding, Group, Kind, Level, Pass, Rule, lower, phrase, way


def check(p: Pass) -> Iterator[Finding]:
    """Writes that add, behind a condition that they do not make false."""
    for case in p.cases(Kind.USELESS):
        call = case.effect.call
        level = Level.NOTE if counts_failures(case.effect) else lower(Level.ERROR, case.subject)
        yield p.finding(
            case, case.effect.place, f"{call.name} {phrase(case)} on the second delivery: its condition holds again",
            subject=case.subject, level=level, why=way(case), guard=case.cover.words,
            advice="make the write set what its condition asks for: a marker of the event, or its version",
            about=call.name,
        )  # fmt: skip


RULE = Rule(
    "LDM303", "useless-condition", Group.CORRECTNESS, "0.1",
    "the condition of a write is still true after the write", check, "none",
)  # fmt: skip
