"""effect-at-import: what a cold start does although no event asks for it."""

from __future__ import annotations

from redelivery import World, eventbridge

EVENT = eventbridge({"order_id": "o-1", "currency": "eur"})


def cold_start(world: World) -> str:
    """A second sandbox is started."""
    world.topic("ops")
    world.env(ORDERS_TABLE="orders", REBUILD_QUEUE_URL=world.queue("rebuild"))
    world.web.reply = lambda _: {"eur": 1}
    assert world.deliver(EVENT).error is None
    world.new_sandbox()
    return world.change(EVENT)


PROOFS = {
    "Bad / A notification that the function is up": cold_start,
    "Bad / A job that setting up queues": cold_start,
    "Good / Clients, settings and tables": cold_start,
    "Good / An effect only when run by hand": cold_start,
}
