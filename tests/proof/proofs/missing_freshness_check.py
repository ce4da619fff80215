"""missing-freshness-check: the event arrives when its time is over."""

from __future__ import annotations

from redelivery import World, eventbridge, sns, sqs
from redelivery.events import Event

EXPIRES = 1772359500  # 2026-03-01T10:05:00Z
LOGIN = {"login_id": "l-1", "phone": "+4912345", "code": "123456", "expires_at": EXPIRES}


def late(world: World, event: Event, *apart: str) -> str:
    """What a first delivery does that comes a day late."""
    world.later(days=1)
    return world.change(event, *apart)


def code(world: World) -> str:
    """A code that was valid for five minutes."""
    world.clock("2026-03-01T10:00:00Z")
    world.records()
    by_queue = "body" in (world.folder / "handler.py").read_text(encoding="utf-8")
    return late(world, sqs(LOGIN) if by_queue else sns(LOGIN))


def hold(world: World) -> str:
    """A seat that was to be held for five minutes."""
    world.clock("2026-03-01T10:00:00Z")
    world.table("seats", "seat", None, {"seat": "4A"})
    return late(world, eventbridge({"seat": "4A", "customer_id": "c-1", "expires_at": EXPIRES}))


def wish(world: World) -> str:
    """An instance that somebody wanted yesterday."""
    world.clock("2026-03-01T10:00:00Z")
    for operation in ("ec2.StartInstances", "ec2.StopInstances"):
        world.account.stubs[operation] = lambda _: {}
    return late(world, sqs({"action": "start", "instance_id": "i-1", "wanted_at": "2026-03-01T10:00:00+00:00"}))


PROOFS = {
    "Bad / A one-time code from a queue": code,
    "Bad / A reservation after its time": hold,
    "Bad / A wish from a queue, granted when nobody has it any more": wish,
    "Good / A code is sent while it is valid": code,
    "Good / An old wish is set aside": wish,
}
