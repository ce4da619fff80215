"""LDM602: an except eats the failure, the handler succeeds, and the source drops the event."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.advised import REPORTING
from lintdem.analyses.batches.cutshort import Cut, cut_short
from lintdem.analyses.purposes import is_meant, is_spent
from lintdem.model.stack import Source
from lintdem.rule import Finding, Group, Level, Pass, Place, Rule, Step


def check(p: Pass) -> Iterator[Finding]:
    """What ends in the code, on a source that takes success as the end of the event."""
    yield from _eaten(p)
    yield from _left(p)


def _left(p: Pass) -> Iterator[Finding]:
    """Loops over records that are left in the middle; an `except` that ends the failure of an effect is told as that."""
    told = {lost.place for lost in p.facts.lost()}
    for one in p.once(lambda judged: cut_short(judged.run, judged.subject, p.facts.texts)):
        if one.always or one.place in told:
            continue
        handler, size = one.run.handler, one.subject.batch_size
        sure = one.subject.learned != "code"
        message = _words(one)
        left = one.raised or one.place
        end = () if one.raised is None else (Step(one.place, "the exception ends here"),)
        yield p.finding(
            one.run, one.place, message if sure else f"unless the trigger's batch size is 1, {message}", subject=one.subject,
            level=Level.WARNING if sure else Level.NOTE, about=f"{one.place.path}:{'except' if one.raised else 'return'}",
            why=(
                Step(Place(handler.path, handler.span), f"{handler.function} receives a batch of up to {size} records"),
                Step(one.loop, "goes through them one by one"), Step(left, "ends the run for all that are left"), *end,
            ),
            guard="the run ends well, so the source takes all of the batch for done",
            advice="catch it inside the loop" if one.raised else "continue with the next record instead of returning",
        )  # fmt: skip


def _words(one: Cut) -> str:
    """What leaves the loop, and what is left out."""
    name = one.effect.call.name
    if one.gathers:
        return f"this return leaves the loop over the records: {name} behind it is never called, for none of them"
    if one.raised is not None:
        return f"this except stands around the loop over the records: for those behind the one that failed {name} is never called"
    return f"this return leaves the loop over the records: for those behind it {name} is never called"


def _eaten(p: Pass) -> Iterator[Finding]:
    """Clauses that end the failure of an effect."""
    for lost in p.facts.lost():
        first = lost.effects[0]
        handler = lost.run.handler
        steps = [Step(call.place, f"calls {call.text}") for call in lost.swallowed.stack[1:]]
        said = f"a failed {first.call.name} ends here and the handler {lost.words}: {lost.gone}"
        guard = f"the next delivery would make up for it, and comes only when a failure leaves {handler.function}"
        level = Level.WARNING
        if is_meant(lost.swallowed, p.facts.texts):
            guard, level = f"{guard}; the code says that the failure is let go on purpose", Level.NOTE
        elif is_spent(lost.effects, lost.run):
            guard, level = "the object that the event names is deleted by then: the next delivery would not find it", Level.NOTE
        yield p.finding(
            lost.run, lost.place, said, subject=lost.subject, about=f"{lost.place.path}:{first.call.name}",
            why=(
                Step(Place(handler.path, handler.span), f"{handler.function} receives the event"), *steps,
                Step(first.place, f"{first.call.name} may fail"), Step(lost.place, "the failure ends here"),
            ),
            level=level, guard=guard,
            advice=_advice(lost.subject.source),
        )  # fmt: skip


def _advice(source: Source) -> str:
    """Only the mappings of queues and streams ask which records have failed."""
    report = "report the record in batchItemFailures, or " if source in REPORTING else ""
    return f"let it raise, or {report}send it to a dead-letter queue"


RULE = Rule(
    "LDM602", "swallowed-failure", Group.SUSPICIOUS, "0.1",
    "an except eats the failure, so the source believes the work done and drops the event", check, "none",
)  # fmt: skip
