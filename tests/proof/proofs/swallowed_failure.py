"""swallowed-failure: the store is busy once, and the source takes the quiet end for success."""

from __future__ import annotations

from redelivery import World, sns, sqs


def order(world: World) -> str:
    """DynamoDB refuses the first write; what the source believes failed comes again."""
    world.table("orders", "order_id")
    by_queue = "body" in (world.folder / "handler.py").read_text(encoding="utf-8")
    event = sqs({"order_id": "o-1", "cents": 4200}) if by_queue else sns("o-1")
    world.refuse("dynamodb.PutItem")
    first = world.deliver(event)
    if first.error is not None or (first.result or {}).get("batchItemFailures"):
        world.deliver(event)
    return "" if world.items("orders") else "the order is lost"


def partner(world: World) -> str:
    """The partner is busy at the first delivery."""
    world.web.faults = ["refused"]
    event = sns("o-1")
    if world.deliver(event).error is not None:
        world.deliver(event)
    return "" if world.web.done else "the partner never hears of the order"


PROOFS = {
    "Bad / Log and go on": order,
    "Bad / A sender that answers False": partner,
    "Good / Log and raise again": order,
    "Good / Report the record that failed": order,
}
