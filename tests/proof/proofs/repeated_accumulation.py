"""repeated-accumulation, delivered twice."""

from __future__ import annotations

from redelivery import World, eventbridge, sns


def stock(world: World) -> str:
    """SNS delivers a notification again."""
    world.env(STOCK_TABLE="stock")
    world.table("stock", "sku", None, {"sku": "tea", "stock": 10})
    return world.repeat(sns({"sku": "tea", "quantity": 3, "order_id": "o-1"}))


def points(world: World) -> str:
    """Lambda retries an asynchronous event."""
    world.table("points", "customer_id")
    world.table("seen", "id")
    return world.repeat(eventbridge({"customer_id": "c-1", "points": 5, "purchase_id": "p-1"}))


PROOFS = {
    "Bad / ADD to a number": stock,
    "Bad / A sum in a repository": points,
    "Good / The item remembers the orders it has seen": stock,
    "Good / A marker in the same transaction": points,
}
