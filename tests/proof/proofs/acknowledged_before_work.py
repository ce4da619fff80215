"""acknowledged-before-work: the sandbox dies between the acknowledgement and the work."""

from __future__ import annotations

from redelivery import World, sns, sqs


def order(world: World) -> str:
    """The store is busy at the first run; the next one looks into the queue again."""
    world.table("orders", "order_id")
    waiting = [{"MessageId": "m-1", "ReceiptHandle": "r-1", "Body": '{"order_id": "o-1", "cents": 4200}'}]

    def delete(_: dict[str, object]) -> dict[str, object]:
        waiting.clear()
        return {}

    world.account.stubs["sqs.ReceiveMessage"] = lambda _: {"Messages": list(waiting)}
    world.account.stubs["sqs.DeleteMessage"] = delete
    world.refuse("dynamodb.PutItem")
    for _ in range(2):
        world.deliver({})
    return "" if world.items("orders") else "the order is lost"


def file(world: World) -> str:
    """The store is busy at the first run; a message that is deleted does not come again."""
    world.bucket("orders")
    deleted: list[object] = []

    def delete(params: dict[str, object]) -> dict[str, object]:
        deleted.append(params)
        return {}

    world.account.stubs["sqs.DeleteMessage"] = delete
    event = sqs("body")
    event["Records"][0]["messageAttributes"] = {"order": {"stringValue": "o-1"}}
    world.refuse("s3.PutObject")
    world.deliver(event)
    if not deleted:
        world.deliver(event)
    return "" if world.count("s3.PutObject") else "the order is lost"


def payment(world: World) -> str:
    """SNS delivers a notification again."""
    world.web.stripe()
    return world.repeat(sns({"order_id": "o-1", "cents": 4200}))


PROOFS = {
    "Bad / Delete, then write": order,
    "Bad / Inside a service class": file,
    "Good / Write, then delete": order,
    "Good / Leave the deleting to the event source": payment,
}
