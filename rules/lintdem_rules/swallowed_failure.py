"""LDM602: an except eats the failure, the handler succeeds, and the source drops the event."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.rule import Finding, Group, Pass, Place, Rule, Step


def check(p: Pass) -> Iterator[Finding]:
    """Clauses that end the failure of an effect on a source that takes success as the end of the event."""
    for lost in p.facts.lost():
        first = lost.effects[0]
        handler = lost.run.handler
        steps = [Step(call.place, f"calls {call.text}") for call in lost.swallowed.stack[1:]]
        said = f"a failed {first.call.name} ends here and the handler {lost.words}: {lost.gone}"
        yield p.finding(
            lost.run, lost.place, said, subject=lost.subject, about=f"{lost.place.path}:{first.call.name}",
            why=(
                Step(Place(handler.path, handler.span), f"{handler.function} receives the event"), *steps,
                Step(first.place, f"{first.call.name} may fail"), Step(lost.place, "the failure ends here"),
            ),
            guard=f"the next delivery would make up for it, and comes only when a failure leaves {handler.function}",
            advice="let it raise, or report the record in batchItemFailures, or send it to a dead-letter queue",
        )  # fmt: skip


RULE = Rule(
    "LDM602", "swallowed-failure", Group.SUSPICIOUS, "0.1",
    "an except eats the failure, so the source believes the work done and drops the event", check, "none",
)  # fmt: skip
