"""LDM204: two operations keep their records in one store, and neither key says which operation it is."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.rule import Finding, Group, Level, Pass, Place, Rule, Step


def check(p: Pass) -> Iterator[Finding]:
    """Guards of different operations that would take each other's record for their own."""
    for one, other in p.facts.collisions():
        handler, first = one.run.handler, other.run.handler
        start = Step(Place(handler.path, handler.span), f"{handler.function} receives the event")
        also = Step(other.claim.place, f"{first.function} records {other.effect.call.name} under the same key in the same store")
        yield p.finding(
            one.run, one.place,
            f"the record of {one.effect.call.name} has the key of that of {other.effect.call.name}: the second operation is "
            "taken for a repetition of the first and left out",
            subject=one.subject, level=Level.WARNING,
            why=(start, also, Step(one.effect.place, f"{one.effect.call.name} is held back by it")),
            guard=f"{one.claim.kind} tells two deliveries apart, not two operations",
            advice="put the name of the operation into the key, such as f\"charge#{order_id}\"", about=one.effect.call.name,
        )  # fmt: skip


RULE = Rule(
    "LDM204", "unscoped-key", Group.SUSPICIOUS, "0.1",
    "two operations share a store for their records, and neither key names its operation", check, "none",
)  # fmt: skip
