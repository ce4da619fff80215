"""wrong-clock: events that lie in the queue for a day, and events that overtake one another."""

from __future__ import annotations

from redelivery import World, eventbridge, sqs
from redelivery.events import Event


def waited(world: World) -> str:
    """A message that was sent yesterday and is received for the first time now."""
    world.bucket("orders")
    world.clock("2026-03-01T10:00:00Z")
    event = sqs({"id": "o-1"})
    world.later(days=1)
    received = event["Records"][0]["attributes"]["SentTimestamp"]
    event["Records"][0]["attributes"]["ApproximateFirstReceiveTimestamp"] = str(int(received) + 86_400_000)
    return world.change(event)


def _order(status: str, changed: str) -> Event:
    return eventbridge({"id": "o-1", "status": status, "changed_at": f"2026-03-01T{changed}:00+00:00"})


def correction(world: World) -> str:
    """The first event comes late, its correction after it: the correction is what is to stand."""
    world.clock("2026-03-01T10:30:00Z")
    world.table("orders", "id")
    world.deliver(_order("placed", "10:00"))
    world.later(minutes=1)
    world.deliver(_order("cancelled", "10:05"))
    stands = world.items("orders")[0]["status"]
    return "" if stands == "cancelled" else f"the order is {stands}, though it was cancelled after that"


def overtaken(world: World) -> str:
    """The correction comes first: the event before it is to change nothing."""
    world.clock("2026-03-01T10:30:00Z")
    world.table("orders", "id")
    world.deliver(_order("cancelled", "10:05"))
    world.later(minutes=1)
    return world.change(_order("placed", "10:00"))


def many(world: World) -> str:
    """A batch that is done in time, and once more."""
    world.clock("2026-03-01T10:30:00Z")
    world.bucket("orders")
    return world.repeat(eventbridge({"orders": [{"id": "o-1"}, {"id": "o-2"}]}))


PROOFS = {
    "Bad / The age since the first receive": waited,
    "Bad / The time of the last run, in another file": correction,
    "Bad / Two times of runs": overtaken,
    "Good / The age since it was sent": waited,
    "Good / The event's time is compared and stored": overtaken,
    "Good / A limit for the run itself": many,
}
