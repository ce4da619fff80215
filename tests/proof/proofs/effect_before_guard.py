"""effect-before-guard, delivered twice."""

from __future__ import annotations

from redelivery import World, eventbridge, sns

ORDER = {"order_id": "o-1", "total": 1, "cents": 4200, "email": "ann@example.com", "keep_until": 2_000_000_000}


def charge(world: World) -> str:
    """SNS delivers a notification again."""
    world.table("claims", "id")
    return world.repeat(sns(ORDER), "claims")


def order(world: World) -> str:
    """Lambda retries an asynchronous event."""
    world.web.stripe()
    world.table("orders", "order_id")
    world.table("idempotency", "id")
    world.env(INVOICE_QUEUE_URL=world.queue("invoices"))
    return world.repeat(eventbridge(ORDER), "idempotency")


PROOFS = {
    "Bad / Charge, then claim": charge,
    "Bad / Claimed on one way only": charge,
    "Bad / Outside of the guarded function": order,
    "Good / The mail inside of what is guarded": order,
    "Good / An effect that needs no claim": order,
}
