"""LDM605: a thread or task still has to do its work when the handler returns."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.reruns.background import unawaited
from lintdem.rule import Finding, Group, Level, Pass, Place, Rule, Step


def check(p: Pass) -> Iterator[Finding]:
    """Effects of threads and tasks that nobody waits for."""
    for judged, one in p.owned(lambda judged: unawaited(judged.run, p.facts.texts)):
        name = one.effect.call.name
        handler = judged.run.handler
        yield p.finding(
            judged.run, one.place,
            f"{name} is left to {one.kind} that nobody waits for: it happens in a later invocation, or never",
            subject=judged.subject, level=Level.WARNING,
            why=(Step(Place(handler.path, handler.span), f"{handler.function} receives the event"),
                 Step(one.place, f"{one.kind} is started"), Step(one.effect.place, f"{name} is its work")),
            guard="the sandbox is frozen when the handler returns, and the event counts as done",
            advice="wait for it before the handler returns: join(), result(), await, or a with block", about=name,
        )  # fmt: skip


RULE = Rule(
    "LDM605", "unfinished-background-work", Group.NURSERY, "0.1",
    "a thread or task still has to do its work when the handler returns", check, "none",
)  # fmt: skip
