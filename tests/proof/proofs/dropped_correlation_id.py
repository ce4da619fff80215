"""dropped-correlation-id: two orders, and what is sent of each."""

from __future__ import annotations

import json
from collections.abc import Callable

from redelivery import World, eventbridge, sqs
from redelivery.events import Event


def alike(queue: str, event: Callable[[str], Event]) -> Callable[[World], str]:
    """Whether two orders that differ in their ids only are sent as the same message."""

    def prove(world: World) -> str:
        if queue:
            world.queue(queue)
        for order in ("o-1", "o-2"):
            world.deliver(event(order))
        sent = [json.dumps(params, sort_keys=True, default=str) for _, params in world.account.done]
        assert len(sent) == 2
        return f"two orders are one message: {sent[0]}" if sent[0] == sent[1] else ""

    return prove


def order(name: str) -> Event:
    """An order for the same sum as any other."""
    return {"order_id": name, "total": 42, "status": "paid"}


PROOFS = {
    "Bad / A sum without its order": alike("totals", lambda name: eventbridge(order(name))),
    "Bad / An event for a bus, made in another file": alike("", lambda name: sqs(order(name))),
    "Good / The order goes along": alike("totals.fifo", lambda name: eventbridge(order(name))),
    "Good / The payload as it came": alike("copies.fifo", lambda name: sqs(order(name))),
}
