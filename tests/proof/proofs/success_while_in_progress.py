"""success-while-in-progress: the duplicate ends well, the first run dies, and nobody does the work."""

from __future__ import annotations

from redelivery import Context, Killed, World, eventbridge

ORDER = {"order_id": "o-1", "text": "paid"}


def publish(world: World) -> str:
    """The first run of a function with 90 seconds dies early; Lambda retries after one minute and two, until a run succeeds."""
    world.clock("2026-03-01T10:00:00Z")
    world.shared_redis()
    world.table("mails", "pk")
    world.table("guards", "id")
    event = eventbridge(ORDER)
    world.crash("before", "sns.Publish")
    assert isinstance(world.deliver(event, context=Context(remaining=90_000)).error, Killed)
    for minutes in (1, 2):
        world.later(minutes=minutes)
        if world.deliver(event, context=Context(remaining=90_000)).error is None:
            break
    return "" if world.count("sns.Publish") else "the source believes the work done, and the message is never published"


PROOFS = {
    "Bad / A lease, and a duplicate that looks like success": publish,
    "Bad / The exception of Powertools swallowed": publish,
    "Good / In progress is a failure": publish,
    "Good / The lease is over before the event comes back": publish,
}
