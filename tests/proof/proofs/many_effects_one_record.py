"""many-effects-one-record: the mail fails once."""

from __future__ import annotations

from redelivery import World, eventbridge


def order(world: World) -> str:
    """Lambda retries an asynchronous event."""
    world.web.stripe()
    world.table("idempotency", "id")
    world.refuse("sesv2.SendEmail")
    for _ in range(2):
        world.deliver(eventbridge({"order_id": "o-1", "cents": 4200, "email": "ann@example.com"}))
    return f"{len(world.web.done)} charges for one order" if len(world.web.done) > 1 else ""


PROOFS = {
    "Bad / A charge and a mail": order,
    "Bad / Behind a service": order,
    "Good / The charge carries its own key": order,
    "Good / A record for each effect": order,
}
