"""generated-identity, delivered twice."""

from __future__ import annotations

from redelivery import World, eventbridge, sqs


def cart(world: World) -> str:
    """The queue delivers a message again."""
    world.env(ORDERS_TABLE="orders")
    world.table("orders", "order_id")
    return world.repeat(sqs({"cart_id": "c-1", "lines": ["tea"]}))


def invoice(world: World) -> str:
    """Lambda retries an asynchronous event."""
    world.bucket("invoices")
    world.bucket("drafts", **{"i-1__json": "{}"})
    return world.repeat(eventbridge({"invoice_id": "i-1", "total": 1}))


PROOFS = {
    "Bad / An order id from uuid4": cart,
    "Bad / An object key from the clock": invoice,
    "Good / An id derived from the cart": cart,
    "Good / An object key from the invoice": invoice,
    "Good / A generated value that names nothing": invoice,
}
