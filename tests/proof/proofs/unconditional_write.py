"""unconditional-write: an old event comes behind a newer one, or a second run writes something else."""

from __future__ import annotations

from redelivery import World, again, eventbridge, sqs


def status(world: World) -> str:
    """The queue delivers the older message again when the newer one is done."""
    world.env(ORDERS_TABLE="orders")
    world.table("orders", "order_id")
    placed, shipped = (
        sqs({"order_id": "o-1", "status": name, "version": v}) for v, name in enumerate(("PLACED", "SHIPPED"), 1)
    )
    for event in (placed, shipped):
        assert world.deliver(event).error is None
    return world.change(again(placed))


def pickup(world: World) -> str:
    """Lambda retries an asynchronous event."""
    world.table("pickups", "order_id")
    return world.repeat(eventbridge({"order_id": "o-1"}))


PROOFS = {
    "Bad / A status from a queue": status,
    "Bad / Another value in each run": pickup,
    "Good / Only a newer version": status,
    "Good / Only once": pickup,
}
