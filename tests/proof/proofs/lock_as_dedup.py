"""lock-as-dedup, delivered twice."""

from __future__ import annotations

from redelivery import World, eventbridge, sns, sqs

ORDER = {"id": "o-1", "text": "paid"}


def request(world: World) -> str:
    """SNS delivers a notification again when the lock is free."""
    world.shared_redis()
    return world.repeat(sns(ORDER))


def announcement(world: World) -> str:
    """Lambda retries an asynchronous event when the key is gone."""
    world.shared_redis()
    return world.repeat(eventbridge(ORDER))


def recorded(world: World) -> str:
    """The queue delivers a message again."""
    world.shared_redis()
    world.table("sent", "id")
    return world.repeat(sqs(ORDER))


PROOFS = {
    "Bad / A Redis lock around a request": request,
    "Bad / A key that is deleted in `finally`": announcement,
    "Good / Asked and recorded under the lock": recorded,
    "Good / A claim that is given back only when the work fails": announcement,
}
