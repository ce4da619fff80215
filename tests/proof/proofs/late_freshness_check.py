"""late-freshness-check: a stale event has its effect before anybody looks."""

from __future__ import annotations

from redelivery import World, eventbridge, sns

CREATED = 1772359200  # 2026-03-01T10:00:00Z


def booking(world: World) -> str:
    """A booking of yesterday."""
    world.clock("2026-03-02T10:00:00Z")
    world.web.stripe()
    return world.change(eventbridge({"booking_id": "b-1", "cents": 4200, "created_at": CREATED}))


def bid(world: World) -> str:
    """A bid of yesterday."""
    world.clock("2026-03-02T10:00:00Z")
    world.account.stubs["sqs.SendMessage"] = lambda _: {"MessageId": "m-1"}
    return world.change(
        eventbridge({"bid_id": "b-1", "lot": "l-1", "amount": "5", "placed_at": "2026-03-01T10:00:00+00:00"})
    )


def notice(world: World) -> str:
    """A notice that expired yesterday."""
    world.clock("2026-03-02T10:00:00Z")
    world.table("seen", "id")
    return world.change(sns({"id": "n-1", "expires_at": CREATED, "email": "ann@example.com", "text": "soon"}), "seen")


PROOFS = {
    "Bad / Sent, then looked at": booking,
    "Bad / Inside a function of its own": bid,
    "Good / Looked at, then sent": booking,
    "Good / Claimed first, looked at, then done": notice,
}
