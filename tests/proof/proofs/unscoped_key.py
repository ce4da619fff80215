"""unscoped-key: the second operation on one order finds the record of the first."""

from __future__ import annotations

from redelivery import World, eventbridge

ORDER = {"order_id": "o-1", "parcel_id": "p-1", "cents": 4200, "card": "tok", "mail": "ann@example.com", "receipt": {}}


def workers(world: World) -> str:
    """Charge, then send the receipt."""
    world.web.stripe()
    world.table("done", "pk")
    world.deliver(eventbridge(ORDER), "handler.charge_handler")
    second = world.change(eventbridge(ORDER), "done", handler="handler.receipt_handler")
    return "" if second else "the receipt was never sent"


def parcels(world: World) -> str:
    """Print the label, then order the pickup."""
    world.shared_redis()
    world.table("done", "id")
    world.deliver(eventbridge(ORDER), "handler.label_handler")
    second = world.change(eventbridge(ORDER), "done", handler="handler.pickup_handler")
    return "" if second else "the pickup was never ordered"


PROOFS = {
    "Bad / Two workers, one table": workers,
    "Bad / One cache for two kinds of messages": parcels,
    "Good / The operation stands before the id": parcels,
    "Good / Powertools puts the name of the function into its keys": parcels,
}
