"""LDM208: of a batch, only the first record counts."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.batches.cutshort import cut_short
from lintdem.rule import Finding, Group, Level, Pass, Place, Rule, Step


def check(p: Pass) -> Iterator[Finding]:
    """One finding for each `Records[0]` of a handler that is given batches, or loop that ends with its first round."""
    yield from _picked(p)
    for one in p.once(lambda judged: cut_short(judged.run, judged.subject, p.facts.texts)):
        if one.always:
            handler, sure = one.run.handler, one.subject.learned != "code"
            size = one.subject.batch_size
            batch = f"of up to {size} records" if size else "of records"
            message = f"{handler.function} leaves the loop after the first {batch}; the others are deleted with it, unseen"
            yield p.finding(
                one.run, one.place, message if sure else f"unless the trigger's batch size is 1, {message}",
                subject=one.subject, level=Level.ERROR if sure else Level.NOTE, about="the first round",
                advice="let the loop go on, and return behind it",
                guard="the run ends well, so the source takes all of the batch for done",
                why=(
                    Step(Place(handler.path, handler.span), f"{handler.function} receives the event"),
                    Step(one.loop, "goes through its records"), Step(one.place, "leaves after the first of them"),
                ),
            )  # fmt: skip


def _picked(p: Pass) -> Iterator[Finding]:
    """One finding for each `Records[0]`."""
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
