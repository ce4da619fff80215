"""trusted-ttl: the time of a row is over, and time to live does not delete it."""

from __future__ import annotations

from redelivery import World, eventbridge


def stays(world: World) -> str:
    """A row of today, looked at a week later."""
    world.clock("2026-03-01T10:00:00Z")
    world.env(TABLE="reports")
    world.table("reports", "pk")
    by_class = (world.folder / "app.py").exists()
    assert world.deliver(eventbridge({"shop": "7"}), "app.handler" if by_class else "handler.handler").error is None
    assert world.items("reports")
    world.later(days=7)
    world.expire("reports", "gone_after" if by_class else "ttl")
    return "the row is still there after a week" if world.items("reports") else ""


PROOFS = {
    "Bad / Milliseconds": stays,
    "Bad / A date as text, in a table whose template names the attribute": stays,
    "Bad / The span alone": stays,
    "Good / Seconds since 1970": stays,
    "Good / From a date": stays,
}
