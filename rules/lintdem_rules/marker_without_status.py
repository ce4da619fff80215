"""LDM503: the work is claimed first, and nothing completes, releases or expires the claim."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.rule import Finding, Group, Level, Pass, Place, Rule, Step, lower


def check(p: Pass) -> Iterator[Finding]:
    """Claims behind which a crash loses the work."""
    for one in p.facts.unfinished():
        if one.finish is not None:
            continue
        handler, work = one.run.handler, one.work
        start = Step(Place(handler.path, handler.span), f"{handler.function} receives the event")
        looked = (Step(one.check.place, "a run that finds the row leaves"),) if one.check is not None else ()
        yield p.finding(
            one.run, one.place, f"{one.name} marks the event as done before {work.call.name}: after a crash in between "
            "the second delivery is turned away and the work is never done",
            subject=one.subject, level=lower(Level.WARNING, one.subject), about=one.name,
            why=(
                start, *looked, Step(one.place, f"{one.words} is taken here"),
                Step(work.place, f"{work.call.name} comes after it"),
            ),
            guard="it says that a run began, not that one came to its end",
            advice="write a status with a lease, complete it after the work, and let a run take over what has expired",
        )  # fmt: skip


RULE = Rule(
    "LDM503", "marker-without-status", Group.SUSPICIOUS, "0.1",
    "the work is claimed first, and nothing completes, releases or expires the claim", check, "none",
)  # fmt: skip
