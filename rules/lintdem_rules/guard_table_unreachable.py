"""LDM711: a function may not write the records of its guard."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.rule import Finding, Group, Pass, Rule


def check(p: Pass) -> Iterator[Finding]:
    """Guards whose writes no policy of the function allows, where all its policies can be read."""
    for one in p.facts.refused_guards():
        yield p.finding(
            one.deployed.run, one.place, one.words, subject=one.deployed.subject, why=one.why,
            guard=f"the code of {one.name} has a guard, and its calls are refused",
            advice="allow the guard PutItem, UpdateItem, DeleteItem and GetItem on its table", about=one.name,
        )  # fmt: skip


RULE = Rule(
    "LDM711", "guard-table-unreachable", Group.CONFIG, "0.1",
    "no policy of the function allows what its guard writes", check, "none",
)  # fmt: skip
