"""LDM601: one failing record makes the records that were done run again."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.rule import Finding, Group, Level, Pass, Place, Rule, Step


def check(p: Pass) -> Iterator[Finding]:
    """Loops over records that may raise between effects, without a partial-batch response."""
    for rerun in p.facts.reruns():
        handler, first = rerun.run.handler, rerun.effects[0]
        what = f"{first.call.name} {first.call.phrase or 'runs again'} for the records before it" if rerun.duplicates else (
            "the records before it run again, which writes the same once more"
        )  # fmt: skip
        yield p.finding(
            rerun.run, rerun.place, f"when one record fails the whole batch comes back: {what}",
            subject=rerun.subject, level=Level.WARNING if rerun.duplicates else Level.NOTE, about="batch",
            why=(
                Step(Place(handler.path, handler.span), f"{handler.function} receives the batch"),
                Step(rerun.place, "the records are done one after another"),
                Step(first.place, f"{first.call.name} is done for one record"),
                Step(rerun.raises, "this may raise for a later one"),
            ),
            advice="return the failed records in batchItemFailures and set ReportBatchItemFailures",
        )  # fmt: skip


RULE = Rule(
    "LDM601", "whole-batch-retry", Group.SUSPICIOUS, "0.1",
    "one failing record makes the records that were done run again", check, "none",
)  # fmt: skip
