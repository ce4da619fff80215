"""LDM705: a queue shows a message again before Lambda is through with it."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.rule import Finding, Group, Pass, Rule


def check(p: Pass) -> Iterator[Finding]:
    """Queues whose visibility timeout is under six times the timeout of the function they feed."""
    for one in p.facts.short_timeouts():
        yield p.finding(
            one.deployed.run, one.place, one.words, subject=one.deployed.subject, why=one.why, guard=one.guard or
            f"{one.name} hides a message for its visibility timeout only, however long the run takes",
            advice="set the visibility timeout to at least six times the timeout of the function",
            about=one.name,
        )  # fmt: skip


RULE = Rule(
    "LDM705", "short-visibility", Group.CONFIG, "0.1",
    "a message is visible again before Lambda is through with it", check, "none",
)  # fmt: skip
