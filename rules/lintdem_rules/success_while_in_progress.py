"""LDM508: a duplicate is answered with success while the first run still holds the claim."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.rule import Finding, Group, Level, Pass, Place, Rule, Step


def check(p: Pass) -> Iterator[Finding]:
    """Duplicates of an unfinished run that make the source drop the event."""
    for one in p.facts.dismissed():
        handler = one.run.handler
        start = Step(Place(handler.path, handler.span), f"{handler.function} receives the event")
        claimed = Step(one.claimed, f"the claim is held {one.held}")
        left = Step(one.place, "a run that finds it held ends in success")
        yield p.finding(
            one.run, one.place, f"the second delivery ends in success while the first still holds the claim of {one.name}: "
            "the source drops the event, and if the first run dies the work is never done",
            subject=one.subject, level=Level.WARNING, about=one.name,
            why=(start, claimed, left) if one.place != one.claimed else (start, claimed),
            guard=f"{one.name} tells that somebody began, not that the work is done",
            advice="leave when the record says done; raise, or report the record as failed, while it is in progress",
        )  # fmt: skip


RULE = Rule(
    "LDM508", "success-while-in-progress", Group.SUSPICIOUS, "0.1",
    "a duplicate is answered with success while another run still holds the claim", check, "none",
)  # fmt: skip
