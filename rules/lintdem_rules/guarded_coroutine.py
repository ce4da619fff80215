"""LDM516: a guard around `async def` or a generator."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.weakguards.powertools import misused
from lintdem.rule import Finding, Group, Level, Pass, Place, Rule, Step


def check(p: Pass) -> Iterator[Finding]:
    """A guard around `async def` or a generator."""
    for one in p.once(lambda judged: misused(judged.run, judged.subject, ("coroutine", "generator"))):
        handler = one.run.handler
        start = Step(Place(handler.path, handler.span), f"{handler.function} receives the event")
        yield p.finding(
            one.run,
            one.place,
            f"the body of {one.name} never runs under this guard: it is given a {one.words} object, which it cannot keep, "
            "and the second delivery is refused as in progress",
            subject=one.subject,
            level=Level.ERROR,
            why=(start, Step(one.place, f"the guard calls {one.name}, which only makes a {one.words} object")),
            guard="the guards of Powertools know plain functions only",
            advice="guard a plain function that runs it: asyncio.run(…) inside",
            about=one.name,
        )


RULE = Rule(
    "LDM516", "guarded-coroutine", Group.CORRECTNESS, "0.1",
    "the guard runs around a coroutine or a generator, whose body it never runs", check, "none",
)  # fmt: skip
