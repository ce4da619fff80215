"""short-window: the record has ended when the event comes for the last time."""

from __future__ import annotations

from redelivery import World, again, eventbridge, sqs
from redelivery.events import Event

ORDER = {"order_id": "o-1", "cents": 4200, "to": "ann@example.com"}


def late(world: World, event: Event, handler: str, **after: float) -> str:
    """Deliver, and once more after a while; rows whose time is over are gone by then, as DynamoDB deletes them."""
    assert world.deliver(event, handler).error is None
    world.later(**after)
    return world.change(again(event), "guards", "done", handler=handler)


def charge(world: World) -> str:
    """A message stays in its queue for up to four days."""
    world.clock("2026-03-01T10:00:00Z")
    world.web.stripe()
    world.table("guards", "id")
    return late(world, sqs(ORDER), "app.handler", days=3)


def mail(world: World) -> str:
    """Lambda retries an asynchronous event for up to six hours."""
    world.clock("2026-03-01T10:00:00Z")
    world.table("done", "pk")
    world.table("guards", "id")
    return late(world, eventbridge(ORDER), "handler.handler", hours=5)


def announcement(world: World) -> str:
    """Five receives, 30 seconds apart."""
    world.clock("2026-03-01T10:00:00Z")
    world.shared_redis()
    return late(world, sqs(ORDER), "app.handler", minutes=3)


PROOFS = {
    "Bad / Five minutes, and a queue that delivers for four days": charge,
    "Bad / A row whose own condition lets it end": mail,
    "Good / The queue gives up earlier": announcement,
    "Good / A week": mail,
}
