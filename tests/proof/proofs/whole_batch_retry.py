"""whole-batch-retry: the second record fails, and the first one comes again with it."""

from __future__ import annotations

import copy

from redelivery import World, sqs, stream
from redelivery.events import Event

ORDERS = [{"order_id": name, "phone": f"+49{number}", "cents": 4200} for number, name in enumerate(("o-1", "o-2"))]


def texts(world: World) -> str:
    """SNS refuses the second message once; the queue delivers what the handler did not do."""
    world.web.stripe()
    world.table("done", "id")
    world.refuse("sns.Publish", 2)
    batch = sqs(*ORDERS)
    first = world.deliver(batch)
    world.deliver(remaining(batch, first.result) if first.error is None else batch)
    sent = [params["PhoneNumber"] for name, params in world.account.done if name == "sns.Publish"]
    return f"the texts went to {sent}" if len(sent) > len(set(sent)) else ""


def remaining(batch: Event, answer: Event) -> Event:
    """The records that the answer names as failed."""
    failed = [one["itemIdentifier"] for one in answer["batchItemFailures"]]
    return {"Records": [record for record in batch["Records"] if record["messageId"] in failed]}


def changes(world: World) -> str:
    """SQS refuses the second message once; the stream delivers the batch again."""
    world.account.stubs["sqs.SendMessage"] = lambda _: {"MessageId": "m-1"}
    batch = stream({"order_id": "o-1"}, {"order_id": "o-1"})
    batch["Records"] += copy.deepcopy(stream({"order_id": "o-2"}, {"order_id": "o-2"})["Records"])
    world.refuse("sqs.SendMessage", 2)
    for _ in range(2):
        world.deliver(batch)
    sent = [params["MessageBody"] for name, params in world.account.done if name == "sqs.SendMessage"]
    return f"forwarded {sent}" if len(sent) > len(set(sent)) else ""


PROOFS = {
    "Bad / A text for each record": texts,
    "Bad / Behind a service, from a stream": changes,
    "Good / The failed records are named": texts,
    "Good / Each record is claimed first": texts,
}
