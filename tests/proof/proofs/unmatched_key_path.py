"""unmatched-key-path: a path that picks nothing guards nothing."""

from __future__ import annotations

from redelivery import World, api, sns, sqs

ORDER = {"order_id": "o-1", "cents": 4200, "text": "thanks"}


def message(world: World) -> str:
    """The queue delivers a message again."""
    world.web.stripe()
    world.table("guards", "id")
    return world.repeat(sqs(ORDER), "guards")


def notification(world: World) -> str:
    """SNS delivers a notification again."""
    world.table("guards", "id")
    return world.repeat(sns(ORDER), "guards")


def request(world: World) -> str:
    """The caller repeats a request with its key."""
    world.topic("orders")
    world.table("guards", "id")
    event = api(ORDER, headers={"idempotency-key": "k-1"})
    event.update(rawPath="/orders", version="2.0")
    event["requestContext"] = {
        "requestId": "1",
        "requestTimeEpoch": 1,
        "stage": "$default",
        "http": {"method": "POST", "path": "/orders"},
    }
    return world.repeat(event, "guards")


PROOFS = {
    "Bad / A field of a text": message,
    "Bad / The path of one record, on the whole event": notification,
    "Bad / A header as the client spells it": request,
    "Good / The text decoded": notification,
    "Good / The decoded order is what is guarded": message,
}
