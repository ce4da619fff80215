"""LDM702: dead letters expire unseen, or come back old."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.rule import Finding, Group, Pass, Rule


def check(p: Pass) -> Iterator[Finding]:
    """Dead-letter queues that keep a message no longer than the source queue, or for days without a look at its age."""
    for one in p.facts.aged_redrives():
        yield p.finding(
            one.deployed.run, one.place, one.words, subject=one.deployed.subject, level=one.level, why=one.why,
            guard=f"{one.name} keeps what failed, counted from when it was first sent, and not from when it failed",
            advice="keep dead letters longer than their queue does, and compare the age of a message before its effect",
            about=one.name,
        )  # fmt: skip


RULE = Rule(
    "LDM702", "aged-redrive", Group.CONFIG, "0.1",
    "dead letters expire before anybody sees them, or are sent again when they are old", check, "none",
)  # fmt: skip
