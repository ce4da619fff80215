"""LDM403: the age of an event is reckoned from two moments that do not fit together."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.freshness.mixedclocks import mixed
from lintdem.rule import Finding, Group, Level, Pass, Place, Rule, Step


def check(p: Pass) -> Iterator[Finding]:
    """Comparisons and differences of moments of which one has an offset, or another unit, and the other not."""
    for one in p.once(lambda judged: mixed(judged.run, judged.subject, p.facts.program)):
        if one.raises:
            message = f"the comparison raises {one.raises} at the first delivery already: {one.one} with {one.other}"
            guard = "it fails for fresh and for stale events alike"
        else:
            message = f"the age that is compared is none: {one.one} with {one.other}"
            guard = "with such an age all events look fresh, or all look stale"
        yield p.finding(
            one.run, one.place, message, subject=one.subject, level=Level.ERROR, guard=guard,
            why=(Step(Place(one.run.handler.path, one.run.handler.span), f"{one.run.handler.function} receives the event"),
                 Step(one.place, "the moments are compared")),
            advice="bring both sides into one form first: datetimes with an offset, or numbers of one unit", about="clocks",
        )  # fmt: skip


RULE = Rule(
    "LDM403", "mixed-clocks", Group.CORRECTNESS, "0.1",
    "moments that do not fit together are compared: with an offset and without, seconds and milliseconds", check, "none",
)  # fmt: skip
