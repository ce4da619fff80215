"""uncorrelated-failure: two events fail, and what is told of each."""

from __future__ import annotations

import json
import logging

from redelivery import World, eventbridge, sqs


def notices(world: World) -> str:
    """Two orders that cannot be stored."""
    world.topic("alarms")
    for name in ("o-1", "o-2"):
        world.deliver(eventbridge({"order_id": name, "total": 1}))
    told = [json.dumps(params, sort_keys=True) for name, params in world.account.done if name == "sns.Publish"]
    return _alike(told)


def lines(world: World) -> str:
    """Two messages that cannot be parsed."""
    told: list[str] = []

    class Listener(logging.Handler):
        """Keeps what is logged."""

        def emit(self, record: logging.LogRecord) -> None:
            if "parse" in str(record.msg):
                told.append(record.getMessage())

    logging.getLogger().addHandler(Listener())
    world.deliver(sqs({"id": "m-1"}, {"id": "m-2"}))
    return _alike(told)


def _alike(told: list[str]) -> str:
    assert len(told) == 2
    return f"two failures are told alike: {told[0]}" if told[0] == told[1] else ""


PROOFS = {
    "Bad / A notice without a name": notices,
    "Bad / A line for one of many records": lines,
    "Good / The order in the notice": notices,
    "Good / The record in the line": lines,
}
