"""LDM709: nobody is told that events are old."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.rule import Finding, Group, Pass, Rule


def check(p: Pass) -> Iterator[Finding]:
    """Queues and streams without an alarm on the age of their events, where that age matters; in templates that
    have none at all only when asked for."""
    for one in p.facts.unwatched_ages():
        yield p.finding(
            one.deployed.run, one.place, one.words, subject=one.deployed.subject, why=one.why, guard=one.guard or
            f"{one.name} keeps what waits, and tells nobody for how long",
            advice="add an alarm on ApproximateAgeOfOldestMessage of the queue, or on IteratorAge of the function",
            about=one.name, group=None if one.deployed.stack.alarms else Group.PEDANTIC,
        )  # fmt: skip


RULE = Rule(
    "LDM709", "unwatched-event-age", Group.CONFIG, "0.1",
    "no alarm tells that events wait too long, although their age matters and the template has alarms", check, "none",
)  # fmt: skip
