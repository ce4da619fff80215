"""uncompensated-sequence: the later step fails once, and the caller tries again."""

from __future__ import annotations

from redelivery import World, again, api
from redelivery.web import Request

ORDER = {"id": "o-1", "cents": 1200, "flight": "LH1", "guest": "Ann"}


def twice(world: World, first: str, *faults: str) -> str:
    """How often the first step was done for one request that was made twice."""
    world.web.stripe()
    world.web.faults = list(faults)
    event = api(ORDER)
    world.deliver(event)
    world.deliver(again(event))
    done: list[Request] = [request for request in world.web.done if first in request.url]
    return f"{first}: {len(done)} times for one request" if len(done) > 1 else ""


PROOFS = {
    "Bad / A charge and a booking": lambda world: twice(world, "payment_intents", "", "refused"),
    "Bad / A reservation behind a service class": lambda world: twice(world, "rooms", "", "refused"),
    "Good / A key lets the next try carry on": lambda world: twice(world, "payment_intents", "", "refused"),
    "Good / Both steps carry the trip": lambda world: twice(world, "rooms", "", "refused"),
}
