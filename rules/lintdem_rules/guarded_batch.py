"""LDM513: one record for a whole batch of messages."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.weakguards.powertools import guarded_batches
from lintdem.rule import Finding, Group, Level, Pass, Place, Rule, Step, lower


def check(p: Pass) -> Iterator[Finding]:
    """`@idempotent` around a handler of batches, keyed on all their records."""
    for one in p.once(lambda judged: guarded_batches(judged.run, judged.subject)):
        handler = one.run.handler
        start = Step(Place(handler.path, handler.span), f"{handler.function} receives the event")
        yield p.finding(
            one.run,
            one.place,
            f"one record is kept for the whole batch, under {one.words}: failed messages that come again together get "
            "the old answer and are never processed, and a message that comes with other neighbours runs again",
            subject=one.subject,
            level=lower(Level.ERROR, one.subject),
            why=(start, Step(one.place, "the batch is one event for this guard")),
            guard="which messages come together is new with each delivery, so the batch is no fact that can be recognised",
            advice='guard each record: idempotent_function(data_keyword_argument="record") around the record handler, '
            "keyed on the business id in its body",
            about=one.name,
        )


RULE = Rule(
    "LDM513", "guarded-batch", Group.CORRECTNESS, "0.1",
    "one record guards a whole batch, though other messages come together next time", check, "none",
)  # fmt: skip
