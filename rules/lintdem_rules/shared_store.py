"""LDM511: a store of Powertools takes one configuration, and two guards bring two."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.remedies.guardmends import own_store
from lintdem.analyses.weakguards.powertools import shared_stores
from lintdem.rule import Finding, Group, Level, Pass, Place, Rule, Step, lower


def check(p: Pass) -> Iterator[Finding]:
    """Guards whose configuration is dropped because another guard has configured their store before."""
    for one in p.once(lambda judged: shared_stores(judged.run, judged.subject, p.facts.program)):
        handler = one.run.handler
        start = Step(Place(handler.path, handler.span), f"{handler.function} receives the event")
        yield p.finding(
            one.run,
            one.place,
            f"the guard of {one.name} works with the configuration of another one: its own {one.words} is dropped, "
            "and the second delivery runs like the first or gets the answer to another event",
            subject=one.subject,
            level=lower(Level.ERROR, one.subject),
            why=(
                start,
                Step(one.guard, "this guard configures the store when it first runs"),
                Step(one.place, "this guard has the same store, and its configuration is ignored"),
            ),
            guard="a persistence layer of Powertools is configured once, by the guard that runs first",
            advice="give each guard a store of its own; they may share the table",
            about=one.name,
            remedies=own_store(p.facts.program, one),
        )


RULE = Rule(
    "LDM511", "shared-store", Group.CORRECTNESS, "0.1",
    "two guards share a store, which keeps the configuration of the first alone", check, "unsafe",
)  # fmt: skip
