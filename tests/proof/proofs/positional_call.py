"""positional-call: what becomes of one event."""

from __future__ import annotations

from redelivery import World, eventbridge


def charge(world: World) -> str:
    """Lambda tries an asynchronous event three times."""
    world.web.stripe()
    world.table("idempotency", "id")
    for _ in range(3):
        if world.deliver(eventbridge({"order_id": "o-1", "cents": 4200})).error is None:
            break
    return "" if len(world.web.done) == 1 else "the order is never charged"


PROOFS = {
    "Bad / By position": charge,
    "Bad / Another keyword, on a method": charge,
    "Good / By keyword": charge,
    "Good / Other arguments by position": charge,
}
