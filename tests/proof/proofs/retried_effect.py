"""retried-effect: the request is done, the answer is lost, and the same run asks once more."""

from __future__ import annotations

import time

from redelivery import World, eventbridge, sns


def lost(world: World) -> str:
    """One delivery."""
    world.web.stripe()
    world.web.reply = lambda request: {"id": "ch_1", "object": "charge", "value": 1}
    world.web.faults = ["lost"]
    time.sleep = lambda _: None
    payment = {"payment_id": "p-1", "cents": 4200, "customer": "cus_1", "currency": "eur", "invoice_id": "i-1"}
    by_topic = "Sns" in (world.folder / "handler.py").read_text(encoding="utf-8")
    world.deliver(sns(payment) if by_topic else eventbridge(payment))
    return f"{len(world.web.done)} captures in one run" if len(world.web.done) > 1 else ""


def session(world: World) -> str:
    """One delivery; urllib3 repeats the request below requests when the courier answers nothing."""
    world.web.below_urllib3()
    return lost(world)


PROOFS = {
    "Bad / A session that repeats POST requests": session,
    "Bad / A decorator around a POST": lost,
    "Bad / A loop written by hand, with a key of its own in each round": lost,
    "Good / The key is the payment's own": lost,
    "Good / Only reads are repeated": lost,
}
