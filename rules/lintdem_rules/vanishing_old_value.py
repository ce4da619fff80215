"""LDM108: what is done next comes from an item that only the first run gets."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.reruns.vanished import vanished
from lintdem.rule import Finding, Group, Level, Pass, Place, Rule, Step, lower


def check(p: Pass) -> Iterator[Finding]:
    """Effects with the old values of a delete."""
    for judged, one in p.owned(lambda judged: vanished(judged.run)):
        name = one.effect.call.name
        handler = judged.run.handler
        yield p.finding(
            judged.run, one.place,
            f"{name} takes {one.attribute} from the item that {one.deleted.call.name} hands back: the second run gets none",
            subject=judged.subject, level=lower(Level.WARNING, judged.subject),
            why=(Step(Place(handler.path, handler.span), f"{handler.function} receives the event"),
                 Step(one.deleted.place, f"{one.deleted.call.name} takes the item away and hands it back, once"),
                 Step(one.place, f"{name} is done with what it was")),
            guard="nothing on the way asks whether there was an item",
            advice="read the item, do the work under a stable key, and delete it last", about=name,
        )  # fmt: skip


RULE = Rule(
    "LDM108", "vanishing-old-value", Group.NURSERY, "0.1",
    "an effect is done with the old value of a deleted item, which the second run does not get", check, "none",
)  # fmt: skip
