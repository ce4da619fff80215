"""LDM306: a transaction relies on a token that DynamoDB forgets after ten minutes."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.rule import Finding, Group, Kind, Level, Pass, Rule, way


def check(p: Pass) -> Iterator[Finding]:
    """Transactions that add, with a client token and without a condition."""
    for case in p.cases(Kind.SHORT_TOKEN):
        yield p.finding(
            case, case.effect.place, "the transaction is applied again when the event comes back after ten minutes: "
            "DynamoDB forgets its ClientRequestToken",
            subject=case.subject, level=Level.WARNING, why=way(case),
            guard=f"the token holds for ten minutes; {case.subject.info.words}",
            advice="put a marker item keyed on the event into the same transaction, with attribute_not_exists",
            about=case.effect.call.name,
        )  # fmt: skip


RULE = Rule(
    "LDM306", "short-lived-token", Group.SUSPICIOUS, "0.1",
    "a transaction relies on its client token alone, which lives ten minutes", check, "none",
)  # fmt: skip
