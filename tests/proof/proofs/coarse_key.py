"""coarse-key: two facts under one key, of which the second is taken for a duplicate."""

from __future__ import annotations

from redelivery import World, eventbridge, sns


def charges(world: World) -> str:
    """Two orders of one customer."""
    world.web.stripe()
    for order in ("o-1", "o-2"):
        world.deliver(eventbridge({"customer_id": "c-1", "order_id": order, "total_cents": 4200}))
    return "" if len(world.web.done) == 2 else "the second order was not charged"


def invoices(world: World) -> str:
    """Two invoices of the same amount."""
    world.table("idempotency", "id")
    for invoice in ("i-1", "i-2"):
        world.deliver(sns({"email": "ann@example.com", "amount": 42, "invoice": invoice}))
    return "" if world.count("sesv2.SendEmail") == 2 else "the second invoice was not sent"


def users(world: World) -> str:
    """One user registers; the event is delivered twice."""
    world.table("users", "user_id")
    return world.repeat(eventbridge({"user_id": "u-1"}))


PROOFS = {
    "Bad / One charge for each customer": charges,
    "Bad / Powertools keyed on address and amount": invoices,
    "Good / The order in the key": charges,
    "Good / Once for each user is meant": users,
}
