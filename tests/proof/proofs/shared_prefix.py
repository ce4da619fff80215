"""shared-prefix: one event, two operations."""

from __future__ import annotations

from redelivery import World, eventbridge


def parcel(world: World) -> str:
    """One delivery."""
    world.table("idempotency", "id")
    assert world.deliver(eventbridge({"parcel_id": "p-1"})).error is None
    return "" if len(world.web.done) == 2 else "the pickup is never ordered"


PROOFS = {
    "Bad / Two functions in one module": parcel,
    "Bad / A prefix from a module of settings": parcel,
    "Good / A prefix for each function": parcel,
    "Good / One function, called from two places": parcel,
}
