"""LDM514: the guard of a record handler looks for another argument than `record`."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.powertools import misused
from lintdem.rule import Finding, Group, Level, Pass, Place, Rule, Step


def check(p: Pass) -> Iterator[Finding]:
    """The guard of a record handler looks for another argument than `record`."""
    for one in p.once(lambda judged: misused(judged.run, judged.subject, ("record argument",))):
        handler = one.run.handler
        start = Step(Place(handler.path, handler.span), f"{handler.function} receives the event")
        yield p.finding(
            one.run,
            one.place,
            f"every record fails: the batch processor passes record=, and the guard of {one.name} looks for "
            f"{one.words}=; the second delivery fails the same way, until the messages are dead letters",
            subject=one.subject,
            level=Level.ERROR,
            why=(start, Step(one.place, f"data_keyword_argument is {one.words}")),
            guard="the guard raises before the function runs",
            advice='name the parameter record, and pass data_keyword_argument="record"',
            about=one.name,
        )


RULE = Rule(
    "LDM514", "wrong-record-argument", Group.CORRECTNESS, "0.1",
    "the guard of a record handler looks for an argument that the batch processor does not pass", check, "none",
)  # fmt: skip
