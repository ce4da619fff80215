"""marker-without-status: the first run claims and fails; the second is to do the work."""

from __future__ import annotations

from redelivery import World, eventbridge, sns

ORDER = {"order_id": "o-1", "id": "o-1", "cents": 4200, "text": "paid"}


def charge(world: World) -> str:
    """The provider is busy when the first delivery comes."""
    world.web.stripe()
    world.table("charges", "id")
    world.web.faults = ["refused"]
    assert world.deliver(sns(ORDER)).error is not None
    world.deliver(sns(ORDER))
    return "" if world.web.done else "the order is never charged"


def announcement(world: World) -> str:
    """SNS is busy when the first delivery comes."""
    world.shared_redis()
    world.refuse("sns.Publish")
    assert world.deliver(sns(ORDER)).error is not None
    world.deliver(sns(ORDER))
    return "" if world.count("sns.Publish") else "the order is never announced"


def stored(world: World) -> str:
    """DynamoDB is busy when the first delivery comes."""
    world.table("orders", "id")
    world.refuse("dynamodb.PutItem")
    assert world.deliver(eventbridge(ORDER)).error is not None
    world.deliver(eventbridge(ORDER))
    return "" if world.items("orders") else "the order is lost"


PROOFS = {
    "Bad / Claim, then charge": charge,
    "Bad / A day-long key in a class": announcement,
    "Good / Released when the work fails": charge,
    "Good / The item is all there is to do": stored,
}
