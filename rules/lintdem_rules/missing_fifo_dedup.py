"""LDM710: a message for a FIFO queue or topic without an identity of its own."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.remedies.tokens import call_remedies
from lintdem.rule import Finding, Group, Kind, Pass, Rule, way


def check(p: Pass) -> Iterator[Finding]:
    """Messages for FIFO queues and topics of the template that are refused, or that no deduplication recognises."""
    for case in p.cases(Kind.UNDEDUPLICATED):
        yield p.finding(
            case, case.effect.place, case.reason, subject=case.subject, level=case.level, why=way(case),
            guard=case.cover.words or "a FIFO queue recognises a repetition by its deduplication id, for five minutes",
            advice="pass MessageDeduplicationId made from the event's business id", about=case.effect.call.name,
            remedies=p.remedies(case, call_remedies),
        )  # fmt: skip


RULE = Rule(
    "LDM710", "missing-fifo-dedup", Group.CONFIG, "0.1",
    "a message for a FIFO queue or topic is refused or sent twice, because it has no deduplication id", check, "unsafe",
)  # fmt: skip
