"""endless-record: the numbers start from one again, and another booking has the number of an old one."""

from __future__ import annotations

from redelivery import World, eventbridge

BOOKING = {"booking_id": "7", "text": "tomorrow at six", "to": "ann@example.com", "guest": "Ann"}


def december(world: World) -> str:
    """A booking in January, and the next one of that number eleven months later."""
    world.clock("2026-01-10T10:00:00Z")
    world.table("handled-events", "pk")
    world.table("idempotency", "id")
    assert world.deliver(eventbridge(BOOKING)).error is None
    world.later(days=330)
    world.expire("handled-events", "ttl")
    told = world.change(eventbridge({**BOOKING, "text": "in December"}), "handled-events", "idempotency")
    return "" if told else "nobody is told of the second booking 7"


def stored(world: World) -> str:
    """The row is the booking: a repetition is to find it for ever."""
    world.table("bookings", "pk")
    return world.repeat(eventbridge(BOOKING))


PROOFS = {
    "Bad / A table of handled events": december,
    "Bad / A status and a time, in a class": december,
    "Good / It ends two weeks later": december,
    "Good / The booking itself": stored,
}
