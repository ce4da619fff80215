"""duplicate-raised: the second delivery fails, and so does each one after it."""

from __future__ import annotations

from redelivery import World, eventbridge, sqs

ORDER = {"order_id": "o-1", "total": 1, "keep_until": 2_000_000_000}


def message(world: World) -> str:
    """The queue delivers a message again."""
    world.table("orders", "order_id")
    return world.repeat(sqs(ORDER))


def event(world: World) -> str:
    """Lambda retries an asynchronous event."""
    world.topic("orders")
    world.table("seen", "id")
    world.table("claims", "id")
    return world.repeat(eventbridge(ORDER))


PROOFS = {
    "Bad / Nothing around the write": message,
    "Bad / Logged and raised again": event,
    "Good / The duplicate ends well": message,
    "Good / Raised only while the first run is at work": event,
}
