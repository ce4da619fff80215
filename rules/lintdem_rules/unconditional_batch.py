"""LDM310: items are written in a batch, past the conditions of their table."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.weakguards.bypassed import bypassed
from lintdem.rule import Finding, Group, Level, Pass, Place, Rule, Step


def check(p: Pass) -> Iterator[Finding]:
    """Batches whose tables are written with conditions elsewhere."""
    writers = p.facts.writers
    for judged, one in p.owned(lambda judged: bypassed(judged.run, judged.cases, p.facts.program, writers)):
        handler = judged.run.handler
        yield p.finding(
            judged.run, one.place, f"{one.name} writes past the condition that this table is written with elsewhere: "
            "a batch can carry none", subject=judged.subject, level=Level.WARNING,
            why=(Step(Place(handler.path, handler.span), f"{handler.function} receives the event"),
                 Step(one.effect.place, "the item replaces whatever is there"),
                 Step(one.other, f"here it is asked first: {one.condition or 'a condition'}")),
            guard="BatchWriteItem takes no ConditionExpression", about=one.name,
            advice="write the items one by one with the condition, or in transactions of up to a hundred",
        )  # fmt: skip


RULE = Rule(
    "LDM310", "unconditional-batch", Group.PEDANTIC, "0.1",
    "items are written in a batch, past the conditions that their table is written with elsewhere", check, "none",
)  # fmt: skip
