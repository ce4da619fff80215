"""LDM902: something on the way was not understood."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.rule import Finding, Group, Kind, Level, Pass, Rule, way


def check(p: Pass) -> Iterator[Finding]:
    """Effects that are guarded only if a function that cannot be read does what its name says; calls not followed."""
    for case in p.cases(Kind.LIKELY):
        place = case.cover.place or case.effect.place
        yield p.finding(
            case, place, f"{case.effect.call.name} is taken to be guarded: {case.cover.words}",
            subject=case.subject, level=Level.NOTE, why=way(case), guard=case.cover.words,
            advice="declare the function under [[tool.lintdem.guards]] or make its source visible", about=case.effect.call.name,
        )  # fmt: skip
    for judged, gap in p.facts.gaps():  # one for each cause
        yield p.finding(
            judged.run, gap.place, f"not followed from here: {gap.reason}", subject=judged.subject, level=Level.NOTE,
            about=gap.reason,
        )  # fmt: skip


RULE = Rule(
    "LDM902", "coverage-gap", Group.NOTE, "0.1",
    "something on the way was not understood, so effects behind it are not judged", check,
)  # fmt: skip
