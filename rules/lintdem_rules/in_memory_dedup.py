"""LDM505: what was done is remembered in the memory of the process."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.rule import Finding, Group, Kind, Level, Pass, Rule, Step, lower, phrase, way


def check(p: Pass) -> Iterator[Finding]:
    """Effects behind a test of a module-level container that the handler fills."""
    for case in p.cases(Kind.MEMORY):
        call, tested = case.effect.call, case.cover.check
        extra = (Step(tested.place, "asks the memory of this process only"),) if tested is not None else ()
        yield p.finding(
            case, case.effect.place, f"{call.name} {phrase(case)} when the second delivery meets another execution environment",
            subject=case.subject, level=lower(Level.ERROR, case.subject), why=way(case, *extra), guard=case.cover.words,
            advice="keep the record in a store that all environments share, with a conditional write", about=call.name,
        )  # fmt: skip


RULE = Rule(
    "LDM505", "in-memory-dedup", Group.CORRECTNESS, "0.1",
    "what was done is remembered in the memory of one process", check, "none",
)  # fmt: skip
