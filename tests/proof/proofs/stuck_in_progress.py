"""stuck-in-progress: the sandbox dies in the middle; a later delivery is to do the work."""

from __future__ import annotations

from redelivery import World, eventbridge


def publish(world: World) -> str:
    """The first run dies before it publishes; Lambda retries after a minute."""
    world.clock("2026-03-01T10:00:00Z")
    world.table("jobs", "id", None, {"id": "j-1", "stage": "PENDING"})
    event = eventbridge({"id": "o-1" if "order" in (world.folder / "handler.py").read_text(encoding="utf-8") else "j-1",
                         "text": "paid", "address": "+4912345"})  # fmt: skip
    world.crash("before", "sns.Publish")
    world.deliver(event)
    world.later(minutes=1)
    world.deliver(event)
    return "" if world.count("sns.Publish") else "the message is never published"


def report(world: World) -> str:
    """The first run dies before it writes the report; Lambda retries after a minute."""
    world.clock("2026-03-01T10:00:00Z")
    world.table("jobs", "id")
    world.bucket("reports")
    event = eventbridge({"id": "o-1", "text": "paid"})
    world.crash("before", "s3.PutObject")
    world.deliver(event)
    world.later(minutes=1)
    world.deliver(event)
    return "" if world.count("s3.PutObject") else "the report is never written"


PROOFS = {
    "Bad / Written, worked, completed": publish,
    "Bad / From one state to the next": publish,
    "Good / A lease that expires before the event comes back": report,
    "Good / Nothing is claimed, as the object may be written again": report,
}
