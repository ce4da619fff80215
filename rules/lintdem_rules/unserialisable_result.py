"""LDM517: a guarded function returns what JSON cannot hold."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.weakguards.powertools import unserialisable_results
from lintdem.rule import Finding, Group, Level, Pass, Place, Rule, Step, lower


def check(p: Pass) -> Iterator[Finding]:
    """Results of guarded functions that the guard cannot keep."""
    for one in p.once(lambda judged: unserialisable_results(judged.run, judged.subject)):
        handler = one.run.handler
        start = Step(Place(handler.path, handler.span), f"{handler.function} receives the event")
        yield p.finding(
            one.run,
            one.place,
            f"{one.name} cannot keep the result, it holds {one.words}: the work is done, the guard fails behind it, and the "
            "work is done again when the record in progress expires",
            subject=one.subject,
            level=lower(Level.ERROR, one.subject),
            why=(start, Step(one.place, f"what is to be kept holds {one.words}")),
            guard=f"{one.name} writes the result as JSON; without it the record is never completed",
            advice="return plain data, or pass output_serializer",
            about=one.name,
        )


RULE = Rule(
    "LDM517", "unserialisable-result", Group.CORRECTNESS, "0.1",
    "a guarded function returns what its record cannot hold, so it is never completed", check, "none",
)  # fmt: skip
