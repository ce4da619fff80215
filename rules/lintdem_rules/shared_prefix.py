"""LDM523: two functions keep their records under one prefix."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.weakguards.powertools import shared_prefixes
from lintdem.rule import Finding, Group, Level, Pass, Place, Rule, Step, lower


def check(p: Pass) -> Iterator[Finding]:
    """Guards of different functions with one `key_prefix` and one table."""
    for one in shared_prefixes([(judged.run, judged.subject) for judged in p.facts.handlers]):
        handler = one.run.handler
        start = Step(Place(handler.path, handler.span), f"{handler.function} receives the event")
        yield p.finding(
            one.run,
            one.place,
            f"the records of {one.name} have the prefix {one.words} of another function: an event that the other has "
            f"handled is taken for done, and {one.name} never runs for it",
            subject=one.subject,
            level=lower(Level.ERROR, one.subject),
            why=(
                start,
                Step(one.guard, f"the first function with the prefix {one.words}"),
                Step(one.place, f"and {one.name}, in the same table"),
            ),
            guard="a key prefix takes the place of the function's name, which keeps records apart",
            advice="give each function a prefix of its own, or leave key_prefix out",
            about=one.words,
        )


RULE = Rule(
    "LDM523", "shared-prefix", Group.CORRECTNESS, "0.1",
    "two guarded functions have one key prefix and one table, so each gets the answers of the other", check, "none",
)  # fmt: skip
