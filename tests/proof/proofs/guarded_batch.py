"""guarded-batch: one message of two fails, and comes again with its neighbour."""

from __future__ import annotations

from redelivery import World, again, sqs

ORDERS = [{"order_id": "o-1", "cents": 4200}, {"order_id": "o-2", "cents": 100}]


def charges(world: World) -> str:
    """The provider refuses the second charge once; the acknowledgement of the batch is lost."""
    world.web.stripe()
    world.table("idempotency", "id")
    world.web.faults = ["", "refused"]
    batch = sqs(*ORDERS)
    world.deliver(batch)
    world.deliver(again(batch))
    return "" if len(world.web.done) == 2 else f"{len(world.web.done)} of two orders were charged"


PROOFS = {
    "Bad / The ids of all records": charges,
    "Bad / The bodies of all records, in a loop": charges,
    "Good / Each record is guarded": charges,
    "Good / Each order carries its key": charges,
}
