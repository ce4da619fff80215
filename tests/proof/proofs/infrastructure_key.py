"""infrastructure-key: the same fact comes back under a new message id."""

from __future__ import annotations

from redelivery import World, redriven, sns, sqs


def refund(world: World) -> str:
    """The dead-letter queue is redriven, or the producer sends once more."""
    world.web.stripe()
    order = {"charge_id": "ch-1", "cents": 4200, "refund_id": "r-1"}
    by_queue = "Sns" not in (world.folder / "handler.py").read_text(encoding="utf-8")
    return world.repeat(sqs(order) if by_queue else sns(order), by=redriven)


def mail(world: World) -> str:
    """The dead-letter queue is redriven."""
    world.records()
    return world.repeat(sqs({"order_id": "o-1", "email": "ann@example.com"}), by=redriven)


PROOFS = {
    "Bad / A refund under the message id": refund,
    "Bad / Powertools on the message id": mail,
    "Good / The refund names itself": refund,
    "Good / Powertools on the order id": mail,
}
