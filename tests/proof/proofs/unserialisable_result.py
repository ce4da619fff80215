"""unserialisable-result: the guard fails behind the work, and the event comes again."""

from __future__ import annotations

from redelivery import World, eventbridge


def pickup(world: World) -> str:
    """Lambda retries after a minute; the record in progress is over by then."""
    world.clock("2026-03-01T10:00:00Z")
    world.table("idempotency", "id")
    for minutes in (0, 1, 2):
        world.later(minutes=minutes)
        if world.deliver(eventbridge({"parcel_id": "p-1"})).error is None:
            break
    return "" if len(world.web.done) == 1 else f"{len(world.web.done)} pickups for one parcel"


PROOFS = {
    "Bad / A set": pickup,
    "Bad / An object": pickup,
    "Good / Plain data": pickup,
    "Good / A data class": pickup,
}
