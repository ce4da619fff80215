"""LDM309: a condition does not arrive at DynamoDB as it is written."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.rule import Finding, Group, Level, Pass, Place, Rule, Step


def check(p: Pass) -> Iterator[Finding]:
    """Calls whose condition is lost on the way."""
    for judged, one in p.facts.dropped():
        handler, call = judged.run.handler, one.event.call
        start = Step(Place(handler.path, handler.span), f"{handler.function} receives the event")
        built = (Step(one.step, "the condition is built"),) if one.step is not None else ()
        yield p.finding(
            judged.run, one.place, f"the {one.argument} of {call.name} is not what is written: {one.words}",
            subject=judged.subject, level=Level.ERROR, why=(start, *built, Step(one.place, f"{call.name} gets it")),
            advice="join conditions with & and |, give text to a client and condition objects to a Table",
            guard=f"the {one.argument} of {call.name} would be the guard, and what arrives of it is less or nothing",
            about=call.name,
        )  # fmt: skip


RULE = Rule(
    "LDM309", "dropped-condition", Group.CORRECTNESS, "0.1",
    "a condition is dropped before it arrives at DynamoDB", check, "none",
)  # fmt: skip
