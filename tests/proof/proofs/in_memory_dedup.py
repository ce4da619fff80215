"""in-memory-dedup: the second delivery meets another sandbox."""

from __future__ import annotations

from redelivery import World, eventbridge, sns
from redelivery.events import Event

ORDER = {"order_id": "o-1", "email": "ann@example.com", "total": 1, "keep_until": 1_900_000_000}


def elsewhere(world: World, event: Event) -> str:
    """Deliver, then deliver to a cold sandbox."""
    assert world.deliver(event).error is None
    world.new_sandbox()
    return world.change(event)


def mail(world: World) -> str:
    """Lambda retries an asynchronous event."""
    world.records()
    world.table("sent", "id")
    return elsewhere(world, eventbridge(ORDER))


def charge(world: World) -> str:
    """SNS delivers a notification again."""
    return elsewhere(world, sns(ORDER))


def archive(world: World) -> str:
    """Lambda retries an asynchronous event."""
    world.bucket("archive")
    with world.aside():
        world.client("ssm").put_parameter(Name="/shop/archive", Value="archive", Type="String")
    return elsewhere(world, eventbridge(ORDER))


PROOFS = {
    "Bad / A set at module level": mail,
    "Bad / A class attribute of a service": charge,
    "Good / A memory that all sandboxes share": mail,
    "Good / A cache of what was read": archive,
}
