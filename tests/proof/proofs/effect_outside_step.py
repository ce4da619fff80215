"""effect-outside-step: one execution, with the replays that its waits, callbacks and retries bring."""

from __future__ import annotations

from redelivery import World
from redelivery.durable import execute


def told(world: World) -> str:
    """The function waits for a day."""
    world.env(TOPIC=world.topic("orders"))
    execute(world, {"order": "o-1"})
    count = world.count("sns.Publish")
    return f"{count} notifications of one order" if count > 1 else ""


def asked(world: World) -> str:
    """The approval arrives while nobody runs."""
    world.table("questions", "question_id" if (world.folder / "approvals.py").exists() else "question")
    execute(world, {"order": "o-1"}, answer=True)
    count = len(world.items("questions"))
    return f"{count} questions for one order" if count > 1 else ""


def counted(world: World) -> str:
    """The warehouse is busy once."""
    world.table("counters", "shop")
    world.web.faults = ["refused"]
    execute(world, {"order": "o-1", "shop": "brussels"})
    (counter,) = world.items("counters")
    return f"one order is counted {counter['orders']} times" if counter["orders"] > 1 else ""


PROOFS = {
    "Bad / A wait follows": told,
    "Bad / A question is asked before its answer is waited for": asked,
    "Bad / A step behind it is tried again": counted,
    "Good / In a step of its own": told,
    "Good / The one who waits also asks": asked,
    "Good / A step of a child context": counted,
}
PYTHON = (3, 11)
"""The SDK for durable functions needs it."""
