"""whole-event-key, delivered twice."""

from __future__ import annotations

from redelivery import World, api, sqs


def text(world: World) -> str:
    """The caller repeats a request: its id and time are new."""
    world.table("idempotency", "id")
    return world.repeat(api({"order_id": "o-1", "phone": "+4912345"}, shop="s-1"), "idempotency")


def payment(world: World) -> str:
    """The queue delivers a message again: its receipt handle and count are new."""
    world.web.stripe()
    return world.repeat(sqs({"payment_id": "p-1", "cents": 4200}))


PROOFS = {
    "Bad / Powertools without a key path, behind an API": text,
    "Bad / A digest of the record": payment,
    "Good / Powertools with a key path": text,
    "Good / The id inside of the body": payment,
}
