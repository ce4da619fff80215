"""unmeasured-lag: a stale event is delivered, and somebody looks for a metric."""

from __future__ import annotations

import contextlib
import io

from redelivery import World, eventbridge, sqs
from redelivery.events import Event


def unseen(world: World, event: Event) -> str:
    """Whether nothing outside tells that the event was set aside."""
    world.table("orders", "order_id")
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        world.deliver(event)
    assert world.items("orders") == []
    measured = any(name == "cloudwatch.PutMetricData" for name, _ in world.account.done) or "CloudWatchMetrics" in said.getvalue()
    return "" if measured else "the order is set aside, and no metric says so"


def message(world: World) -> str:
    """A message that was sent at the beginning of time."""
    return unseen(world, sqs({"order_id": "o-1"}, SentTimestamp="0"))


def announcement(world: World) -> str:
    """An event of an earlier year."""
    return unseen(world, eventbridge({"order_id": "o-1"}, at="2020-01-01T00:00:00Z"))


PROOFS = {
    "Bad / A message older than five minutes": message,
    "Bad / A check in another file": announcement,
    "Good / The age is a metric": message,
    "Good / The embedded metric format": announcement,
}
