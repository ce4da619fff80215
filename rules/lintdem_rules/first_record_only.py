"""LDM208: of a batch, only the first record counts."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.rule import Finding, Group, Level, Pass, Place, Rule, Step


def check(p: Pass) -> Iterator[Finding]:
    """One finding for each `Records[0]` of a handler that is given batches."""
    for judged, first in p.facts.first_records():
        size, handler = judged.subject.batch_size, judged.run.handler
        batch = f"of up to {size} records" if size else "of records"
        if first.claim is None:
            message = f"{handler.function} processes only the first {batch}; the others are deleted with it, unseen"
            guard = "the run ends well, so the source takes all of the batch for done"
        else:
            message = f"{first.claim.kind} is keyed on the first {batch}; it says nothing of the others"
            guard = f"{first.claim.kind} holds back a batch whose first record it knows, with all that is new in it"
        sure = judged.subject.learned != "code"
        if not sure:
            message = f"unless the trigger's batch size is 1, {message}"
        yield p.finding(
            judged.run,
            first.place,
            message,
            subject=judged.subject,
            level=Level.ERROR if sure else Level.NOTE,
            advice="loop over the records, each with its own key, or set the batch size of the trigger to 1",
            about="Records[0]",
            guard=guard,
            why=(
                Step(Place(handler.path, handler.span), f"{handler.function} receives the event"),
                Step(first.place, "takes its first record"),
            ),
        )


RULE = Rule(
    "LDM208",
    "first-record-only",
    Group.CORRECTNESS,
    "0.1",
    "of a batch of records only the first is processed, or keys the guard of all",
    check,
    "none",
)
