"""LDM512: two guards, one inside the other, with one store."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.remedies.guardmends import own_store
from lintdem.analyses.weakguards.powertools import nested_stores
from lintdem.rule import Finding, Group, Level, Pass, Place, Rule, Step, lower


def check(p: Pass) -> Iterator[Finding]:
    """Guards inside of guards that share their store."""
    for one in p.once(lambda judged: nested_stores(judged.run, judged.subject, p.facts.program)):
        handler = one.run.handler
        start = Step(Place(handler.path, handler.span), f"{handler.function} receives the event")
        yield p.finding(
            one.run,
            one.place,
            f"the guard of {one.name} changes the store of the guard around it: the record of {one.words} stays in "
            "progress, and the second delivery is refused until it expires",
            subject=one.subject,
            level=lower(Level.ERROR, one.subject),
            why=(
                start,
                Step(one.guard, f"the record of {one.words} is written in progress"),
                Step(one.place, "this guard puts its own name into the store"),
                Step(one.guard, "the result is kept under the wrong name"),
            ),
            guard=f"the guard of {one.words} looks for its result under a name that the inner guard has replaced",
            advice="give each guard a store of its own; they may share the table",
            about=one.name,
            remedies=own_store(p.facts.program, one),
        )


RULE = Rule(
    "LDM512", "nested-store", Group.CORRECTNESS, "0.1",
    "a guard runs inside of another one with the same store, so the outer record is never completed", check, "unsafe",
)  # fmt: skip
