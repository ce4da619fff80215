"""wrong-record-argument: what becomes of one message."""

from __future__ import annotations

from redelivery import World, sqs


def charge(world: World) -> str:
    """The queue delivers a message again whenever it fails."""
    world.web.stripe()
    world.table("idempotency", "id")
    event = sqs({"order_id": "o-1", "cents": 4200})
    for _ in range(3):
        ended = world.deliver(event)
        if ended.error is None and not ended.result["batchItemFailures"]:
            break
    return "" if len(world.web.done) == 1 else "the order is never charged"


PROOFS = {
    "Bad / The guard says order": charge,
    "Bad / The parameter is called record, the guard says message": charge,
    "Good / Both say record": charge,
    "Good / A function between": charge,
}
