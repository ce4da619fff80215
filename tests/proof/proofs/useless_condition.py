"""useless-condition, delivered twice."""

from __future__ import annotations

from redelivery import World, eventbridge, sns


def points(world: World) -> str:
    """Lambda retries an asynchronous event."""
    world.table("customers", "customer_id", None, {"customer_id": "c-1", "points": 0, "address": "old"})
    return world.repeat(eventbridge({"customer_id": "c-1", "points": 5, "order_id": "o-1", "address": "new"}))


def booking(world: World) -> str:
    """SNS delivers a notification again."""
    world.table("ledger", "account", None, {"account": "a-1", "balance": 100})
    return world.repeat(sns({"account": "a-1", "cents": 5}))


def payment(world: World) -> str:
    """Lambda retries an asynchronous event."""
    world.table("accounts", "account", None, {"account": "a-1", "balance": 100, "version": 1})
    return world.repeat(eventbridge({"account": "a-1", "amount": 5}))


PROOFS = {
    "Bad / The customer still exists": points,
    "Bad / A marker that nobody sets": booking,
    "Bad / A version that the next run reads again": payment,
    "Good / The last event is part of the item": points,
    "Good / Only what exists is set": points,
}
