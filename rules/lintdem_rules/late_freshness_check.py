"""LDM404: the age of the event is looked at when its effect has happened."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.rule import Finding, Group, Level, Pass, Place, Rule, Step, lower


def check(p: Pass) -> Iterator[Finding]:
    """Comparisons that set a stale event aside after its effect."""
    for late in p.facts.late_checks():
        handler, call = late.run.handler, late.effect.call
        start = Step(Place(handler.path, handler.span), f"{handler.function} receives the event")
        done = Step(late.effect.place, f"{call.name} has happened")
        yield p.finding(
            late.run, late.place,
            f"a stale event is set aside only after {call.name} on line {late.effect.place.span.line}",
            subject=late.subject, level=lower(Level.ERROR, late.subject),
            why=(start, done, Step(late.place, "the age of the event is compared")),
            guard="the comparison comes after the effect it should hold back", advice="compare before the effect",
            about=call.name,
        )  # fmt: skip


RULE = Rule(
    "LDM404", "late-freshness-check", Group.CORRECTNESS, "0.1",
    "the age of the event is compared only after its effect", check, "none",
)  # fmt: skip
