"""missing-client-token, delivered twice."""

from __future__ import annotations

from redelivery import World, eventbridge, sns


def payment(world: World) -> str:
    """SNS delivers a notification again."""
    world.web.stripe()
    return world.repeat(sns({"order_id": "o-1", "total_cents": 4200}))


def build(world: World) -> str:
    """Lambda retries an asynchronous event."""
    return world.repeat(eventbridge({"build_id": "b-1", "image": "ami-1"}))


PROOFS = {
    "Bad / A payment without a key": payment,
    "Bad / An instance without ClientToken": build,
    "Good / The order names the payment": payment,
    "Good / The build names the instance": build,
}
