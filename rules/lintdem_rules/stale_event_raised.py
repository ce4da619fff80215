"""LDM405: an event that is too old is raised as a failure, so the source delivers it again."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.freshness.mixedclocks import mixed
from lintdem.analyses.freshness.staleness import raised
from lintdem.rule import Finding, Group, Level, Pass, Place, Rule, Step


def check(p: Pass) -> Iterator[Finding]:
    """Comparisons of an event's age or order whose stale outcome raises, on a source that redelivers."""
    told = {late.place for late in p.facts.late_checks()}
    told |= {one.place for one in p.once(lambda judged: mixed(judged.run, judged.subject, p.facts.program))}
    for one in p.once(lambda judged: raised(judged.run, judged.subject, p.facts.texts)):
        if one.place in told:
            continue
        handler = one.run.handler
        yield p.finding(
            one.run, one.place, f"a stale event is raised as {one.name}: it comes back, older each time, until it is dead",
            subject=one.subject, level=Level.WARNING, guard="the next delivery finds it stale again",
            why=(Step(Place(handler.path, handler.span), f"{handler.function} receives the event"),
                 Step(one.place, "its age or order is compared"), Step(one.thrown, f"{one.name} is raised")),
            advice="set it aside: record or count it, and return as if it were done", about="stale event",
        )  # fmt: skip


RULE = Rule(
    "LDM405", "stale-event-raised", Group.SUSPICIOUS, "0.1",
    "an event that is too old is raised as a failure, so it comes back until it is dead", check, "none",
)  # fmt: skip
