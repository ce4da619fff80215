"""attempt-key, delivered twice."""

from __future__ import annotations

from redelivery import World, eventbridge, sns


def payment(world: World) -> str:
    """SNS delivers a notification again."""
    world.web.stripe()
    return world.repeat(sns({"order_id": "o-1", "total_cents": 4200}))


def shipment(world: World) -> str:
    """Lambda retries after a minute; the queue keeps deduplication ids for five."""
    world.clock("2026-03-01T10:00:00Z")
    url = world.queue("shipping.fifo")
    world.env(SHIPPING_QUEUE_URL=url)
    event = eventbridge({"order_id": "o-1"})
    assert world.deliver(event).error is None
    world.later(seconds=60)
    assert world.deliver(event).error is None
    with world.aside():
        sqs = world.client("sqs")
        waiting = int(
            sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]["ApproximateNumberOfMessages"]
        )
    return f"{waiting} shipments for one order" if waiting > 1 else ""


def parcel(world: World) -> str:
    """Lambda retries an asynchronous event."""
    return world.repeat(eventbridge({"parcel_id": "p-1"}))


PROOFS = {
    "Bad / A random key for the provider": payment,
    "Bad / The clock in a deduplication id": shipment,
    "Good / The order is the key": payment,
    "Good / The request id only for the log": parcel,
}
