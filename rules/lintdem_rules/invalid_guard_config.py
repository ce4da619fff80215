"""LDM522: a guard is made with arguments that Powertools refuses."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.weakguards.powertools import invalid
from lintdem.rule import Finding, Group, Level, Pass, Place, Rule, Step


def check(p: Pass) -> Iterator[Finding]:
    """Guards that cannot be made, or fail at the first event."""
    for one in p.once(lambda judged: invalid(judged.run, judged.subject)):
        handler = one.run.handler
        start = Step(Place(handler.path, handler.span), f"{handler.function} receives the event")
        yield p.finding(
            one.run,
            one.place,
            f"the guard of {one.name} is refused by Powertools, {one.words}: every delivery fails, the second as the first",
            subject=one.subject,
            level=Level.ERROR,
            why=(start, Step(one.guard, f"the guard of {one.name}")),
            guard=f"there is none: {one.words}",
            advice="see the reference of IdempotencyConfig",
            about=one.words,
        )


RULE = Rule(
    "LDM522", "invalid-guard-config", Group.CORRECTNESS, "0.1",
    "a guard is made with arguments that Powertools refuses", check, "none",
)  # fmt: skip
