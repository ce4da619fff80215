"""LDM708: a failing record stops its shard until it expires."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.rule import Finding, Group, Pass, Rule


def check(p: Pass) -> Iterator[Finding]:
    """Stream mappings without a limit of retries or age."""
    for one in p.facts.endless_retries():
        yield p.finding(
            one.deployed.run, one.place, one.words, subject=one.deployed.subject, why=one.why, guard=one.guard or
            "a failing record is let go when its retries or its age are used up, and neither has a limit",
            advice="set MaximumRetryAttempts, BisectBatchOnFunctionError and an on-failure destination",
            about=one.name, level=one.level,
        )  # fmt: skip


RULE = Rule(
    "LDM708", "endless-stream-retry", Group.CONFIG, "0.1",
    "a record that keeps failing stops its shard, and its batch runs again until it expires", check, "none",
)  # fmt: skip
