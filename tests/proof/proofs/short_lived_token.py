"""short-lived-token: the event comes again when DynamoDB has forgotten the token."""

from __future__ import annotations

from redelivery import World, again, eventbridge, sns, sqs
from redelivery.events import Event

TRANSFER = {"transfer_id": "t-1", "from": "a-1", "to": "a-2", "cents": 5}


def later(world: World, event: Event) -> str:
    """Deliver, and once more after eleven minutes."""
    world.clock("2026-03-01T10:00:00Z")
    assert world.deliver(event).error is None
    world.later(minutes=11)
    return world.change(again(event))


def transfer(world: World) -> str:
    """A transfer between two accounts."""
    world.table("transfers", "id")
    world.table("accounts", "account", None, {"account": "a-1", "balance": 100}, {"account": "a-2", "balance": 100})
    by_queue = "body" in (world.folder / "handler.py").read_text(encoding="utf-8")
    return later(world, sqs(TRANSFER) if by_queue else sns(TRANSFER))


def order(world: World) -> str:
    """Points for an order, or the order itself."""
    world.table("customers", "customer_id", None, {"customer_id": "c-1", "points": 0})
    world.table("orders", "id")
    world.table("counted", "order_id")
    return later(world, eventbridge({"order_id": "o-1", "customer_id": "c-1", "points": 5, "total": "1"}))


PROOFS = {
    "Bad / A transfer from a topic": transfer,
    "Bad / Points, from an event bus": order,
    "Good / A marker in the same transaction": transfer,
    "Good / A transaction that only sets": order,
}
