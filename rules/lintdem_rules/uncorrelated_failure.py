"""LDM804: a failure is told without saying which event failed."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.correlation import silent_failures
from lintdem.rule import Finding, Group, Pass, Place, Rule, Step


def check(p: Pass) -> Iterator[Finding]:
    """Notices of failures and lines of logs that name no event; where the failure itself is lost, that is told (LDM602)."""
    lost = {one.place for one in p.facts.lost()}
    for one in p.once(lambda judged: silent_failures(judged.run, judged.subject, p.facts.texts, p.facts.program)):
        if one.place in lost:
            continue
        handler = one.run.handler
        said = (
            f"{one.name} tells of a failure without an id of the event" if one.words == "tells"
            else f"a record of the batch of {handler.function} fails here, and what is logged does not say which"
        )  # fmt: skip
        yield p.finding(
            one.run, one.place, f"{said}: nobody can find it, or tell its second failure from another's first", subject=one.subject,
            why=(
                Step(Place(handler.path, handler.span), f"{handler.function} receives the event"),
                Step(one.place, "the failure is told"),
            ),
            guard="the same text is told for every event that fails here",
            about=one.name, advice="name the event's business id and the id of its delivery where the failure is told",
        )  # fmt: skip


RULE = Rule(
    "LDM804", "uncorrelated-failure", Group.PEDANTIC, "0.1",
    "a failure is told without an id of the event that failed", check, "none",
)  # fmt: skip
