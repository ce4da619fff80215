"""LDM515: a guarded function is called by position, and its guard needs the keyword."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.remedies.guardmends import keyword_call
from lintdem.analyses.weakguards.powertools import misused
from lintdem.rule import Finding, Group, Level, Pass, Place, Rule, Step


def check(p: Pass) -> Iterator[Finding]:
    """A guarded function is called by position, and its guard needs the keyword."""
    for one in p.once(lambda judged: misused(judged.run, judged.subject, ("positional", "missing"))):
        handler = one.run.handler
        start = Step(Place(handler.path, handler.span), f"{handler.function} receives the event")
        yield p.finding(
            one.run,
            one.place,
            f"the guard of {one.name} takes its key from the keyword {one.words}=, which this call does not pass: every "
            "delivery fails, and comes back until it is a dead letter",
            subject=one.subject,
            level=Level.ERROR,
            why=(start, Step(one.place, f"this guard needs {one.words}= among the keywords of the call")),
            guard="the guard raises before the function runs: it reads keywords only",
            advice=f"call {one.name}({one.words}=…)",
            about=one.name,
            remedies=keyword_call(p.facts.program, one),
        )


RULE = Rule(
    "LDM515", "positional-call", Group.CORRECTNESS, "0.1",
    "a guarded function is called without the keyword that its guard takes the key from", check, "unsafe",
)  # fmt: skip
