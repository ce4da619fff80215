"""cached-failure: the courier is busy once."""

from __future__ import annotations

from redelivery import World, eventbridge


def pickup(world: World) -> str:
    """The event is delivered three times."""
    world.table("idempotency", "id")
    world.web.faults = ["refused"]
    for _ in range(3):
        world.deliver(eventbridge({"parcel_id": "p-1"}))
    return "" if len(world.web.done) == 1 else "the pickup is never ordered"


PROOFS = {
    "Bad / An error as the answer": pickup,
    "Bad / Inside of a client": pickup,
    "Good / The failure passes": pickup,
    "Good / Logged and raised again": pickup,
}
