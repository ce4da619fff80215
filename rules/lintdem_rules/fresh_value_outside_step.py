"""LDM532: a durable function makes an id outside of a step, and another one with every replay."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.reruns.durablesteps import Drifting, drifting
from lintdem.rule import Finding, Group, Level, Pass, Place, Rule, Step


def check(p: Pass) -> Iterator[Finding]:
    """Fresh values that steps are handed from outside."""
    for judged, one in p.owned(lambda judged: drifting(judged.run)):
        handler = judged.run.handler
        start = Step(Place(handler.path, handler.span), f"{handler.function} starts again with every replay")
        made = one.made or "a fresh value"
        uses = [Step(place, f"{name} is handed it") for place, name in one.uses]
        yield p.finding(
            judged.run, one.place, f"{made} gives another value with every replay: {_harm(one)}", subject=judged.subject,
            level=Level.ERROR if one.sure else Level.WARNING,
            why=(start, Step(one.place, f"{made} is called anew"), *uses),
            guard="only what a step returned is kept", about=made,
            advice="make it inside of a step, token = context.step(lambda _: str(uuid.uuid4())), or take an id of the event",
        )  # fmt: skip


def _harm(one: Drifting) -> str:
    where = "" if one.sure else " where the event brings none"
    if one.identity and one.effect is not None:
        return f"the second attempt of {one.effect.call.name} has a new {one.identity}{where}"
    return f"the steps that use it do not agree{where}"


RULE = Rule(
    "LDM532", "fresh-value-outside-step", Group.CORRECTNESS, "0.1",
    "a durable function makes an id outside of its steps, so that a replay goes on with another one", check, "none",
)  # fmt: skip
