"""LDM104: a write that adds to what is there adds again."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.advised import what_names
from lintdem.analyses.counting import counts_failures, counts_usage
from lintdem.rule import Finding, Group, Kind, Level, Pass, Rule, lower, way


def check(p: Pass) -> Iterator[Finding]:
    """Counters, appended lists and removals by index without a condition that recognises the repeat."""
    for case in p.cases(Kind.ACCUMULATES):
        call = case.effect.call
        write = call.write
        counted = next((one.attribute for one in case.effect.origins if one.arithmetic and one.attribute), "")
        what = f"applies `{write.accumulates}`" if write is not None and write.accumulates else "applies what is there"
        what = f"counts `{counted}` on" if counted and what.endswith("there") else what
        level = Level.NOTE if counts_failures(case.effect) or counts_usage(case.effect) else lower(Level.ERROR, case.subject)
        yield p.finding(
            case, case.effect.place, f"{call.name} {what} again on the second delivery",
            subject=case.subject, level=level, why=way(case), guard=case.cover.words,
            advice=f"let the same write record {what_names(case.subject)} and refuse it when it is there, or put both in "
            "one transaction", about=call.name,
        )  # fmt: skip


RULE = Rule(
    "LDM104", "repeated-accumulation", Group.CORRECTNESS, "0.1",
    "a write that adds to what is there adds again on the second delivery", check, "none",
)  # fmt: skip
