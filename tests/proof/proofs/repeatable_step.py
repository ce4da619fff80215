"""repeatable-step: the card is charged, and the answer is lost on the way."""

from __future__ import annotations

from redelivery import World
from redelivery.durable import execute


def charge(world: World) -> str:
    """Stripe has done it; its client has not heard so, and raises."""
    world.web.stripe()
    world.web.faults = ["lost"]
    execute(world, {"order": "o-1", "cents": 4200})
    return f"{len(world.web.done)} charges for one order" if len(world.web.done) > 1 else ""


PROOFS = {
    "Bad / A step as it comes": charge,
    "Bad / At most once, and retried": charge,
    "Bad / A token that each attempt makes for itself": charge,
    "Good / A token from the event": charge,
    "Good / At most once, and no retries": charge,
}
PYTHON = (3, 11)
"""The SDK for durable functions needs it."""
