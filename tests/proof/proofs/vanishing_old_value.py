"""vanishing-old-value, delivered twice."""

from __future__ import annotations

from redelivery import World, eventbridge


def cancel(world: World) -> str:
    """Lambda retries the cancellation."""
    world.web.stripe()
    world.table("orders", "order", None, {"order": "o-1", "payment": "pi_1"})
    return world.repeat(eventbridge({"order": "o-1"}))


def release(world: World) -> str:
    """EventBridge delivers once more that a seat is free."""
    world.env(QUEUE=world.queue("seats.fifo"))
    world.table("seats", "seat", None, {"seat": "7A", "guest": "Ann"})
    event = eventbridge({"seat": "7A", "guest": "Ann"})
    assert world.deliver(event).error is None
    ended = world.deliver(event)
    return f"the second delivery fails: {ended.error!r}" if ended.error else ""


PROOFS = {
    "Bad / A refund of what the order was": cancel,
    "Bad / The client, and a repository": release,
    "Good / The event says what is needed": release,
    "Good / Read first, delete last": cancel,
}
