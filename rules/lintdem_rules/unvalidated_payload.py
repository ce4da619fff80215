"""LDM520: a guard does not notice that the payload has changed under the same key."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.weakguards.powertools import invalid, unvalidated
from lintdem.rule import Finding, Group, Level, Pass, Place, Rule, Step


def check(p: Pass) -> Iterator[Finding]:
    """Guards with a key path and no validation of the payload."""
    broken = {one.place for one in p.once(lambda judged: invalid(judged.run, judged.subject))}
    for one in p.once(lambda judged: unvalidated(judged.run, judged.subject)):
        if one.place in broken:
            continue
        handler = one.run.handler
        start = Step(Place(handler.path, handler.span), f"{handler.function} receives the event")
        yield p.finding(
            one.run,
            one.place,
            f"an event with the same {one.words} and another payload gets the answer of the first one, and nobody notices",
            subject=one.subject,
            level=Level.WARNING,
            why=(start, Step(one.guard, f"the guard of {one.name} looks at {one.words} alone")),
            guard="payload_validation_jmespath is not set, so only the key is compared",
            advice="set payload_validation_jmespath to what must not change, such as the amount",
            about=one.name,
        )


RULE = Rule(
    "LDM520", "unvalidated-payload", Group.PEDANTIC, "0.1",
    "a guard is keyed on a part of the payload and does not look at the rest", check, "none",
)  # fmt: skip
