"""LDM208: of a batch, only the first record counts."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.rule import Finding, Group, Level, Pass, Rule


def check(p: Pass) -> Iterator[Finding]:
    """One finding for each `Records[0]` of a handler that is given batches."""
    for judged, first in p.facts.first_records():
        size = judged.subject.batch_size
        batch = f"of up to {size} records" if size else "of records"
        if first.claim is None:
            message = f"only the first {batch} is processed; the others are deleted with it, unseen"
        else:
            message = f"{first.claim.kind} is keyed on the first {batch}; it says nothing of the others"
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
