"""guarded-coroutine: what becomes of one event."""

from __future__ import annotations

from redelivery import World, eventbridge


def pickup(world: World) -> str:
    """Lambda tries an asynchronous event three times, at once, after one minute and after two."""
    world.clock("2026-03-01T10:00:00Z")
    world.table("idempotency", "id")
    for minutes in (0, 1, 2):
        world.later(minutes=minutes)
        if (
            world.deliver(eventbridge({"parcel_id": "p-1", "day_id": "d-1", "parcels": [{"parcel_id": "p-1"}]})).error
            is None
        ):
            break
    return "" if len(world.web.done) == 1 else f"{len(world.web.done)} pickups for one parcel"


PROOFS = {
    "Bad / async def": pickup,
    "Bad / A generator in a service": pickup,
    "Good / The coroutine is run inside": pickup,
    "Good / A list instead of a generator": pickup,
}
