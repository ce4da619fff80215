"""stale-event-raised: a message of yesterday, and an item that has gone on."""

from __future__ import annotations

from redelivery import World, again, sqs
from redelivery.events import Event

SENT = 1772359200  # 2026-03-01T10:00:00Z


def _until_dead(world: World, event: Event) -> str:
    """An old event is to change nothing and to be done with: what fails comes back, and fails again."""
    told = [world.change(event)]
    for _ in range(2):
        world.later(minutes=1)
        event = again(event)
        told.append(world.change(event))
    return "; ".join(filter(None, told))


def price(world: World) -> str:
    """A price of yesterday."""
    world.clock("2026-03-02T10:00:00Z")
    world.bucket("prices")
    text = (world.folder / "handler.py").read_text(encoding="utf-8")
    sent = "2026-03-01T10:00:00+00:00" if "fromisoformat" in text else SENT
    return _until_dead(world, sqs({"item": "i-1", "sent_at": sent}))


def item(world: World) -> str:
    """The first version of an item that has a third."""
    world.clock("2026-03-02T10:00:00Z")
    world.table("items", "id", None, {"id": "i-1", "version": 3, "title": "new"})
    return _until_dead(world, sqs({"id": "i-1", "version": 1, "title": "old"}))


PROOFS = {
    "Bad / A message from a queue": price,
    "Bad / A record handler, and the check in another file": item,
    "Good / Old messages are counted and let go": price,
    "Good / The exception ends where the record does": price,
}
