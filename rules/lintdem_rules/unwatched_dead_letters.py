"""LDM703: nobody is told of dead letters."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.rule import Finding, Group, Pass, Rule


def check(p: Pass) -> Iterator[Finding]:
    """Dead-letter queues without an alarm; in templates that have none at all only when asked for."""
    for one in p.facts.unwatched_letters():
        yield p.finding(
            one.deployed.run, one.place, one.words, subject=one.deployed.subject, why=one.why, guard=one.guard or
            f"{one.name} keeps what failed for good, and tells nobody that it does",
            advice="add an alarm on ApproximateNumberOfMessagesVisible greater than 0 of the dead-letter queue",
            about=one.name, group=None if one.deployed.stack.alarms else Group.PEDANTIC,
        )  # fmt: skip


RULE = Rule(
    "LDM703", "unwatched-dead-letters", Group.CONFIG, "0.1",
    "no alarm tells that a message has failed for good, although the template has alarms", check, "none",
)  # fmt: skip
