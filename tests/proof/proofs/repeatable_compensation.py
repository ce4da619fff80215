"""repeatable-compensation, delivered twice."""

from __future__ import annotations

from redelivery import World, eventbridge, sqs

ORDER = {"order_id": "o-1", "payment_id": "pi_1", "cents": 1200, "sku": "tea", "pieces": 3}


def refund(world: World) -> str:
    """Lambda retries an asynchronous event."""
    world.web.stripe()
    return world.repeat(eventbridge(ORDER))


def release(world: World) -> str:
    """The queue delivers a message again."""
    world.table("stock", "sku", None, {"sku": "tea", "available": 1})
    world.table("orders", "order_id", None, {"order_id": "o-1"})
    return world.repeat(sqs(ORDER))


def after_failure(world: World) -> str:
    """The parcel service refuses both times; the charge has a key, so it was made once."""
    world.web.stripe()
    world.web.faults = ["", "refused", "", "", "refused", ""]
    event = eventbridge(ORDER)
    world.deliver(event)
    world.deliver(event)
    made = [request.url.partition("?")[0].rpartition("/")[2] for request in world.web.done]
    charges, refunds = made.count("payment_intents"), made.count("refunds")
    return f"{refunds} refunds of {charges} charge" if refunds > charges else ""


PROOFS = {
    "Bad / A refund without a key": refund,
    "Bad / Stock that is released in another file": release,
    "Bad / A charge with a key, taken back without one": after_failure,
    "Good / A key of the step that is taken back": refund,
    "Good / The state moves on once": release,
}
