"""nested-store: a delivery that comes again when the first one has succeeded."""

from __future__ import annotations

from redelivery import World, eventbridge


def order(world: World) -> str:
    """Lambda retries an asynchronous event."""
    world.web.stripe()
    world.table("idempotency", "id")
    return world.repeat(eventbridge({"order_id": "o-1", "parcel_id": "p-1", "cents": 4200}), "idempotency")


PROOFS = {
    "Bad / A guarded charge inside of a guarded handler": order,
    "Bad / Across modules": order,
    "Good / Two stores": order,
    "Good / Only the inner function is guarded": order,
}
