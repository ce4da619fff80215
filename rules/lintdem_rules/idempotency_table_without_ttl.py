"""LDM707: the records of a guard are never deleted."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.rule import Finding, Group, Pass, Rule


def check(p: Pass) -> Iterator[Finding]:
    """Tables with records of guards that end at an attribute which is not the time to live of the table."""
    for one in p.facts.endless_records():
        yield p.finding(
            one.deployed.run, one.place, one.words, subject=one.deployed.subject, why=one.why, guard=one.guard or
            f"a record says when it ends, and nothing in {one.name} acts on that",
            advice="set TimeToLiveSpecification on the attribute with the time that the records end",
            about=one.name,
        )  # fmt: skip


RULE = Rule(
    "LDM707", "idempotency-table-without-ttl", Group.CONFIG, "0.1",
    "the records of a guard are never deleted, because their table expires no items by their attribute", check, "none",
)  # fmt: skip
