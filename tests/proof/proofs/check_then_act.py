"""check-then-act: a second delivery starts before the first one has recorded anything."""

from __future__ import annotations

from redelivery import World, eventbridge, sns

ORDER = {"order_id": "o-1", "total": 1, "cents": 4200, "email": "ann@example.com", "keep_until": 2_000_000_000}


def charge(world: World) -> str:
    """SNS delivers again while the first run is at work."""
    world.table("seen", "id")
    world.meanwhile("before", "dynamodb.PutItem", lambda: world.deliver(sns(ORDER)))
    world.deliver(sns(ORDER))
    return f"{len(world.web.done)} charges" if len(world.web.done) > 1 else ""


def mail(world: World) -> str:
    """Lambda retries while the first run is at work."""
    world.table("orders", "order_id")
    world.meanwhile("before", "dynamodb.UpdateItem", lambda: world.deliver(eventbridge(ORDER)))
    world.deliver(eventbridge(ORDER))
    return f"{world.count('sesv2.SendEmail')} mails" if world.count("sesv2.SendEmail") > 1 else ""


def seat(world: World) -> str:
    """Two customers want one seat at the same moment."""
    world.table("seats", "seat", None, {"seat": "4A"})
    first, second = (sns({"seat": "4A", "customer_id": customer}) for customer in ("c-1", "c-2"))
    won: list[str] = []

    def other() -> None:
        world.deliver(second)
        won.append(world.items("seats")[0]["sold_to"])

    world.meanwhile("before", "dynamodb.UpdateItem", other)
    world.deliver(first)
    return "" if world.items("seats")[0]["sold_to"] == won[0] else "the seat was sold twice"


def payment(world: World) -> str:
    """Lambda retries an asynchronous event."""
    world.web.stripe()
    return world.repeat(eventbridge(ORDER))


PROOFS = {
    "Bad / Look, charge, remember": charge,
    "Bad / Repository and service": mail,
    "Good / Test and write in one step": seat,
    "Good / A key that the provider tests": payment,
}
