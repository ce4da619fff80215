"""blind-replay, run twice for one dead letter."""

from __future__ import annotations

import json

from redelivery import World, again, sqs

ORDER = {"order_id": "o-1"}


def consumed(world: World, handler: str = "handler.dlq_handler", queue: str = "orders") -> str:
    """The dead-letter queue delivers again."""
    world.table("replayed", "order_id")
    world.queue(queue)
    return world.repeat(sqs(ORDER, queue="failed"), handler=handler)


def polled(world: World) -> str:
    """The run dies before it deletes the dead letter; the next one finds it there."""
    url = world.queue("orders-dlq")
    world.env(ORDERS_DLQ_URL=url)
    with world.aside():
        world.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "0"})
        world.client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps(ORDER))
    world.crash("before", "sqs.DeleteMessage")
    world.deliver({})
    world.deliver({})
    sent = world.count("events.PutEvents")
    return f"the order was put on the bus {sent} times" if sent > 1 else ""


def known(world: World) -> str:
    """The queue leaves out what it has had."""
    url = world.queue("orders.fifo")
    event = sqs(ORDER, queue="failed")
    world.deliver(event, "handler.dlq_handler")
    world.deliver(again(event), "handler.dlq_handler")
    with world.aside():
        named = ["ApproximateNumberOfMessages"]
        held = world.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=named)["Attributes"][named[0]]
    assert held != "0"
    return f"the queue holds {held} messages" if held != "1" else ""


PROOFS = {
    "Bad / A consumer of the dead-letter queue": lambda world: consumed(world, "app.handler"),
    "Bad / A scheduled replay that polls": polled,
    "Good / A record of what was sent again": consumed,
    "Good / A FIFO queue that knows the order": known,
}
