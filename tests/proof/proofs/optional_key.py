"""optional-key: events that come without the key."""

from __future__ import annotations

from redelivery import World, eventbridge, sns


def mail(world: World) -> str:
    """Two orders without an id: the second is taken for the first."""
    world.table("charges", "id")
    for address in ("ann@example.com", "bob@example.com"):
        world.deliver(sns({"email": address}))
    return "" if world.count("sesv2.SendEmail") == 2 else "the second customer got no mail"


def charge(world: World) -> str:
    """An order without an id, delivered twice."""
    world.web.stripe()
    event = eventbridge({"total_cents": 4200})
    for _ in range(2):
        world.deliver(event)
    return "charged twice" if len(world.web.done) > 1 else ""


PROOFS = {
    "Bad / A record named after None": mail,
    "Bad / A charge without its key": charge,
    "Good / An event without a key is refused": charge,
    "Good / A key that must be there": charge,
}
