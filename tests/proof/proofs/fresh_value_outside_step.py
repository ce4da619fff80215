"""fresh-value-outside-step: one execution, with a replay in the middle."""

from __future__ import annotations

from redelivery import World
from redelivery.durable import execute


def charge(world: World) -> str:
    """The answer to the charge is lost, and the step is tried again in the next invocation."""
    world.web.stripe()
    world.web.faults = ["lost"]
    execute(world, {"order": "o-1", "cents": 4200})
    return f"{len(world.web.done)} charges for one order" if len(world.web.done) > 1 else ""


def welcome(world: World) -> str:
    """The function waits for an hour between what it keeps and what it tells."""
    world.table("guests", "guest")
    world.topic("guests")
    execute(world, {"guest": "Ann"})
    (guest,) = world.items("guests")
    message = next(params["Message"] for operation, params in world.account.done if operation == "sns.Publish")
    return "" if guest["code"] in message else f"the guest has {guest['code']} and is told {message}"


def order(world: World) -> str:
    """The event brings no id."""
    world.table("orders", "order")
    execute(world, {})
    count = len(world.items("orders"))
    return f"{count} rows for one order" if count > 1 else ""


PROOFS = {
    "Bad / The token of a charge": charge,
    "Bad / Two steps that should speak of the same thing": welcome,
    "Bad / For want of an id in the event": order,
    "Good / The token is made in a step": charge,
    "Good / All ids in one step": welcome,
    "Good / An id of the event": charge,
}
PYTHON = (3, 11)
"""The SDK for durable functions needs it."""
