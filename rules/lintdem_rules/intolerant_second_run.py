"""LDM109: the second run fails because the first one has done the work."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.remedies.tolerating import tolerated
from lintdem.rule import Finding, Group, Level, Pass, Place, Rule, Step, lower


def check(p: Pass) -> Iterator[Finding]:
    """Calls that are refused the second time, and whose refusal leaves the handler."""
    for judged, one in p.facts.refused:
        if one.claim is not None:
            continue
        handler = judged.run.handler
        start = Step(Place(handler.path, handler.span), f"{handler.function} receives the event")
        fails = f"fails with {one.words}" if one.guard else "fails in the second run"
        extra = (Step(one.step, one.because),) if one.step is not None else ()
        yield p.finding(
            judged.run, one.place, one.message, subject=judged.subject, level=lower(Level.WARNING, judged.subject),
            why=(start, *extra, Step(one.place, f"{one.name} {fails}")),
            guard=one.guard or "the failure leaves the handler, so the event comes back", about=one.name,
            advice=one.advice or "take the failure as success: what was asked for is done",
            remedies=tolerated(p.facts.program, one),
        )  # fmt: skip


RULE = Rule(
    "LDM109", "intolerant-second-run", Group.SUSPICIOUS, "0.1",
    "the second run fails because the first one has done the work", check, "unsafe",
)  # fmt: skip
