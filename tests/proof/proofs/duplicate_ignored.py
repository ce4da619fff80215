"""duplicate-ignored, delivered twice."""

from __future__ import annotations

from redelivery import World, eventbridge, sns

ORDER = {"order_id": "o-1", "phone": "+4912345", "keep_until": 2_000_000_000}


def caught(world: World) -> str:
    """SNS delivers a notification again."""
    world.table("announced", "id")
    return world.repeat(sns(ORDER), "announced")


def unread(world: World) -> str:
    """Lambda retries an asynchronous event."""
    world.table("ledger", "id")
    return world.repeat(eventbridge(ORDER), "ledger")


def booking(world: World) -> str:
    """Lambda retries an asynchronous event."""
    world.table("accounts", "account_id", None, {"account_id": "a-1", "cents": 100})
    return world.repeat(eventbridge({"account_id": "a-1", "cents": 5, "booking_id": "b-1"}))


def payment(world: World) -> str:
    """Lambda retries an asynchronous event."""
    world.web.stripe()
    return world.repeat(eventbridge({"order_id": "o-1", "cents": 4200}))


PROOFS = {
    "Bad / Caught and logged": caught,
    "Bad / An answer that nobody reads": unread,
    "Good / The duplicate leaves": booking,
    "Good / A duplicate that the provider answers": payment,
}
