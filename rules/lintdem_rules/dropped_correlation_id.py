"""LDM803: a message is made of the event and does not say of which."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.correlation import dropped_ids
from lintdem.rule import Finding, Group, Pass, Place, Rule, Step


def check(p: Pass) -> Iterator[Finding]:
    """Outgoing messages with parts of the event and no id of it."""
    for one in p.once(lambda judged: dropped_ids(judged.run, judged.subject, p.facts.texts, p.facts.program)):
        handler = one.run.handler
        yield p.finding(
            one.run, one.place, f"{one.name} sends what the event says and no id of it: whoever gets the message twice cannot tell,"
            " and nobody can follow it back", subject=one.subject, about=one.name,
            why=(
                Step(Place(handler.path, handler.span), f"{handler.function} receives the event"),
                Step(one.place, "sends on a part of it"),
            ),
            guard="nothing in the message says which event it was made of",
            advice="send the event's business id and its correlation id along",
        )  # fmt: skip


RULE = Rule(
    "LDM803", "dropped-correlation-id", Group.PEDANTIC, "0.1",
    "a message is made of the event and carries no id of it", check, "none",
)  # fmt: skip
