"""LDM601: one failing record makes the records that were done run again."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.advised import REPORTING
from lintdem.analyses.remedies.partialanswers import named_failures
from lintdem.rule import Finding, Group, Level, Pass, Place, Rule, Step


def check(p: Pass) -> Iterator[Finding]:
    """Loops over records that may raise between effects, without a partial-batch response."""
    for rerun in p.facts.reruns():
        handler, first = rerun.run.handler, rerun.effects[0]
        if rerun.duplicates:
            again = f"{first.call.name} runs again for the records before it"
            what = f"when one record fails the whole batch comes back: {again}"
        elif rerun.dead:
            what = "one failing record sends the whole batch to the dead-letter queue"
        else:
            what = "when one record fails the whole batch comes back and the records before it run again"
        yield p.finding(
            rerun.run, rerun.place, what, subject=rerun.subject, about="batch",
            level=Level.WARNING if rerun.duplicates or rerun.dead else Level.NOTE,
            why=(
                Step(Place(handler.path, handler.span), f"{handler.function} receives the batch"),
                Step(rerun.place, "the records are done one after another"),
                Step(first.place, f"{first.call.name} is done for one record"),
                Step(rerun.raises, "this may raise for a later one"),
            ),
            guard="nothing tells the source which records are done",
            advice=PARTIAL if rerun.subject.source in REPORTING else "guard each record with a key of its own, so that "
            "the second run leaves out what is done", remedies=named_failures(p.facts.program, rerun),
        )  # fmt: skip


PARTIAL = "return the failed records in batchItemFailures and set ReportBatchItemFailures"

RULE = Rule(
    "LDM601", "whole-batch-retry", Group.SUSPICIOUS, "0.1",
    "one failing record makes the records that were done run again", check, "unsafe",
)  # fmt: skip
