"""shared-store, delivered twice."""

from __future__ import annotations

from redelivery import World, eventbridge

DETAIL = {
    "order": {"order_id": "o-1", "cents": 4200}, "receipt": {"receipt_id": "r-1", "to": "ann@example.com"},
    "label": {"label_id": "l-1"}, "parcel": {"parcel_id": "p-1"},
}  # fmt: skip


def order(world: World) -> str:
    """Lambda retries an asynchronous event."""
    world.web.stripe()
    world.table("idempotency", "id")
    return world.repeat(eventbridge(DETAIL), "idempotency")


PROOFS = {
    "Bad / A charge and a receipt": order,
    "Bad / Stores from a module of settings": order,
    "Good / A store for each guard": order,
    "Good / One store and one configuration": order,
}
