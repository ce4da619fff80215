"""mixed-clocks: an event of half a day ago, and one that was sent just now."""

from __future__ import annotations

from redelivery import World, eventbridge, sqs
from redelivery.events import Event


def _looked_at(world: World, old: Event, new: Event) -> str:
    """An old event is to change nothing, a new one is to be done."""
    late = world.change(old)
    if late:
        return f"twelve hours late: {late}"
    fresh = world.change(new)
    return "" if "+ object" in fresh else f"a new event is set aside: {fresh}"


def queued(world: World) -> str:
    """A message that was sent at ten and is delivered at twenty-two."""
    world.bucket("orders")
    world.clock("2026-03-01T10:00:00Z")
    old = sqs({"id": "o-1"})
    world.later(hours=12)
    return _looked_at(world, old, sqs({"id": "o-2"}))


def told(world: World) -> str:
    """The same by way of a bus."""
    world.bucket("orders")
    world.clock("2026-03-01T22:00:00Z")
    return _looked_at(world, eventbridge({"id": "o-1"}, at="2026-03-01T10:00:00Z"), eventbridge({"id": "o-2"}))


def abroad(world: World) -> str:
    """Four hours late, where the wall clock is five hours behind."""
    world.bucket("orders")
    world.clock("2026-03-01T14:00:00Z")
    return _looked_at(world, eventbridge({"id": "o-1"}, at="2026-03-01T10:00:00Z"), eventbridge({"id": "o-2"}))


PROOFS = {
    "Bad / Milliseconds taken for seconds": queued,
    "Bad / Without an offset, in a helper": told,
    "Bad / The wall clock of another zone": abroad,
    "Bad / Milliseconds made into a datetime": queued,
    "Good / Both in seconds": queued,
    "Good / Both with an offset": told,
    "Good / Both without an offset, both in UTC": told,
}
