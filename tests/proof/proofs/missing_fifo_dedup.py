"""missing-fifo-dedup: a message is sent to a queue, or published, in two deliveries of one event."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

from redelivery import World, api, eventbridge
from redelivery.account import with_token


def queue(**attributes: str) -> Any:
    """A FIFO queue takes the message of a request that is made twice: once, twice or never."""

    def prove(world: World) -> str:
        with world.aside():
            made = world.client("sqs").create_queue(QueueName="orders.fifo", Attributes={"FifoQueue": "true", **attributes})
        world.env(QUEUE=made["QueueUrl"])
        runs = [world.deliver(api({"order_id": "o-1"})) for _ in range(2)]
        with world.aside():
            answer = world.client("sqs").get_queue_attributes(QueueUrl=made["QueueUrl"], AttributeNames=["All"])
        number = int(answer["Attributes"]["ApproximateNumberOfMessages"])
        if any(run.error for run in runs):
            return f"the message is refused: {runs[0].error}"
        return f"{number} messages for one order" if number != 1 else ""

    return prove


def topic(world: World) -> str:
    """A FIFO topic makes the id of the message where it has none; the second delivery comes a minute later."""
    world.clock("2026-01-01T10:00:00Z")
    world.env(TOPIC="arn:aws:sns:eu-west-1:123456789012:paid.fifo")
    publish = with_token("MessageDeduplicationId", lambda: {"MessageId": uuid.uuid4().hex})

    def answer(params: dict[str, Any]) -> dict[str, Any]:
        made = hashlib.sha256(params["Message"].encode()).hexdigest()
        return publish({"MessageDeduplicationId": made, **params})

    world.account.stubs["sns.Publish"] = answer
    for _ in range(2):
        world.deliver(eventbridge({"order_id": "o-1"}))
        world.later(minutes=1)
    published = world.count("sns.Publish")
    assert published
    return f"{published} messages for one order" if published > 1 else ""


PROOFS = {
    "Bad / No id, and a queue that makes none": queue(),
    "Bad / A body with the clock in it": topic,
    "Good / The business id": queue(),
    "Good / A body that is the event's own": queue(ContentBasedDeduplication="true"),
}
