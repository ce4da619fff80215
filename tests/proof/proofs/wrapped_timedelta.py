"""wrapped-timedelta: an event that is a day and a minute old."""

from __future__ import annotations

from redelivery import World, eventbridge, sns


def reading(world: World) -> str:
    """The event is to be dropped after some minutes."""
    world.clock("2026-03-02T10:01:00Z")
    world.bucket("readings")
    sent = "2026-03-01T10:00:00"
    text = (world.folder / "handler.py").read_text(encoding="utf-8")
    if "Sns" in text:
        return world.change(sns({"reading_id": "r-1", "sent_at": f"{sent}+00:00"}))
    return world.change(eventbridge({"id": "r-1", "played_ms": 90_060_000}, at=f"{sent}Z"))


PROOFS = {
    "Bad / The age of a notification": reading,
    "Bad / An age that travels": reading,
    "Good / total_seconds": reading,
    "Good / Two timedeltas": reading,
    "Good / Seconds of a clock face": reading,
}
