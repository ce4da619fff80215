"""LDM304: the condition fails for a duplicate, as it should, and nobody catches the failure."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.remedies.duplicates import caught
from lintdem.model.stack import Source
from lintdem.rule import Finding, Group, Kind, Level, Pass, Place, Redelivers, Rule, Step


def check(p: Pass) -> Iterator[Finding]:
    """Claims whose failure leaves a handler that is called again for it."""
    anew = {case.effect.place for case in p.cases(Kind.MINTED)}
    for judged, one in p.facts.refused:
        if one.claim is None or one.place in anew or judged.subject.redelivers is Redelivers.CALLER:
            continue
        handler = judged.run.handler
        start = Step(Place(handler.path, handler.span), f"{handler.function} receives the event")
        resource = judged.subject.source is Source.CUSTOM_RESOURCE
        end = "CloudFormation takes the resource for failed" if resource else "the event comes back until it is dropped or dead"
        yield p.finding(
            judged.run, one.place, f"{one.name} raises for a duplicate and {one.message or 'nothing catches it'}: {end}",
            subject=judged.subject, level=Level.ERROR, why=(start, Step(one.place, f"{one.words} for a duplicate")),
            guard="the condition holds the duplicate back, but as an error", about=one.name,
            advice="catch the failure of the condition and return: the work was done before",
            remedies=caught(p.facts.program, one.place, judged.run, judged.subject),
        )  # fmt: skip


RULE = Rule(
    "LDM304", "duplicate-raised", Group.CORRECTNESS, "0.1",
    "a duplicate is recognised and raised, so that it comes back", check, "unsafe",
)  # fmt: skip
