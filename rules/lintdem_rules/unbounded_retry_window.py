"""LDM704: an asynchronous event may run hours late, where that matters."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.rule import Finding, Group, Pass, Rule


def check(p: Pass) -> Iterator[Finding]:
    """Asynchronous functions without a limit of age or retries that do what is right only for a while."""
    for one in p.facts.unbounded_windows():
        yield p.finding(
            one.deployed.run, one.place, one.words, subject=one.deployed.subject, why=one.why, guard=one.guard or
            f"neither the template nor the code of {one.name} sets aside what is too old",
            advice="set MaximumEventAgeInSeconds to the time for which the effect is right, with a destination for what is older",
            about=one.name,
        )  # fmt: skip


RULE = Rule(
    "LDM704", "unbounded-retry-window", Group.CONFIG, "0.1",
    "an event may run six hours late although its effect is right only for a while", check, "none",
)  # fmt: skip
