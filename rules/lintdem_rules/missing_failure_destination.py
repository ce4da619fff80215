"""LDM701: the failures of a function or queue go nowhere."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.rule import Finding, Group, Pass, Rule


def check(p: Pass) -> Iterator[Finding]:
    """Functions, queues and streams without a failure destination, whose handler has work to lose."""
    for one in p.facts.lost_events():
        yield p.finding(
            one.deployed.run, one.place, one.words, subject=one.deployed.subject, why=one.why, guard=one.guard or
            f"the retries are all that {one.name} has for what fails, and they come to an end",
            advice="name a queue for what fails: a redrive policy, a dead-letter queue or an on-failure destination",
            about=one.name, level=one.level,
        )  # fmt: skip


RULE = Rule(
    "LDM701", "missing-failure-destination", Group.CONFIG, "0.1",
    "what a function keeps failing on is lost, because no queue or destination receives it", check, "none",
)  # fmt: skip
