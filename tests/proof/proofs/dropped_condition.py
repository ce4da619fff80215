"""dropped-condition: what arrives at DynamoDB."""

from __future__ import annotations

from redelivery import World, again, eventbridge, sqs

ORDER = {"order_id": "o-1", "paid_at": "10:00", "version": 3}


def paid(world: World) -> str:
    """A later payment of an order that is paid: the first condition alone would refuse it."""
    world.table("orders", "order_id", None, {"order_id": "o-1", "version": 1})
    assert world.deliver(eventbridge(ORDER)).error is None
    return world.change(eventbridge({**ORDER, "paid_at": "11:00", "version": 4}))


def stored(world: World) -> str:
    """The order is to be stored once."""
    world.table("orders", "order_id")
    by_queue = "body" in (world.folder / "handler.py").read_text(encoding="utf-8")
    event = sqs(ORDER) if by_queue else eventbridge(ORDER)
    first = world.change(event)
    second = world.change(again(event))
    return "" if first.startswith("+ item of orders") and not second else first or second


PROOFS = {
    "Bad / Two conditions, one arrives": paid,
    "Bad / An object for the low-level client": stored,
    "Good / Joined by an ampersand": paid,
    "Good / Text for the client": stored,
}
