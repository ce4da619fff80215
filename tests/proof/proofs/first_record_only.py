"""first-record-only: a batch of two."""

from __future__ import annotations

import copy

from redelivery import World, sns, sqs, stream

ORDERS = [{"order_id": "o-1", "total": 1}, {"order_id": "o-2", "total": 2}]


def messages(world: World) -> str:
    """Two messages arrive together; the queue deletes both."""
    world.table("orders", "order_id")
    assert world.deliver(sqs(*ORDERS)).error is None
    return "" if len(world.items("orders")) == 2 else "the second order is lost"


def changes(world: World) -> str:
    """Two changes arrive together; the stream goes on behind both."""
    world.bucket("projections")
    event = stream({"order_id": "o-1"}, ORDERS[0])
    event["Records"] += copy.deepcopy(stream({"order_id": "o-2"}, ORDERS[1])["Records"])
    assert world.deliver(event).error is None
    return "" if len(world.outside()) == 2 else "the second change is lost"


def notifications(world: World) -> str:
    """Two notifications arrive one by one."""
    world.table("orders", "order_id")
    for order in ORDERS:
        assert world.deliver(sns(order)).error is None
    return "" if len(world.items("orders")) == 2 else "the second order is lost"


PROOFS = {
    "Bad / The first message of a queue, without a template": messages,
    "Bad / The first change of a stream, in the template": changes,
    "Good / All messages of a batch": messages,
    "Good / A notification, which comes alone": notifications,
}
