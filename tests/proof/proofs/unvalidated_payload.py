"""unvalidated-payload: the same order with another amount."""

from __future__ import annotations

from redelivery import World, eventbridge


def orders(world: World) -> str:
    """The order is corrected."""
    world.web.stripe()
    world.table("idempotency", "id")
    world.deliver(eventbridge({"order_id": "o-1", "cents": 4000}))
    second = world.deliver(eventbridge({"order_id": "o-1", "cents": 6000}))
    return (
        ""
        if second.error is not None or len(world.web.done) == 2
        else "the change of the amount is lost, and nobody notices"
    )


PROOFS = {
    "Bad / An amount that may change": orders,
    "Bad / In a service": orders,
    "Good / The amount is compared": orders,
    "Good / The amount is part of the key": orders,
}
