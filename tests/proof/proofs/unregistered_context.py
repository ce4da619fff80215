"""unregistered-context: the sandbox dies in the middle; is its record still locked when the event comes back?"""

from __future__ import annotations

from redelivery import World, eventbridge, sns

ORDER = {"order_id": "o-1", "return_id": "r-1", "cents": 4200, "card": "tok"}


def charge(world: World) -> str:
    """The first run dies before its request; the event comes back after a minute and after two."""
    world.clock("2026-03-01T10:00:00Z")
    world.web.stripe()
    world.table("orders-done", "id")
    world.table("refunds", "id")
    by_topic = "Sns" in (world.folder / "handler.py").read_text(encoding="utf-8")
    event = sns(ORDER) if by_topic else eventbridge(ORDER)
    world.web.reply = world.die_once
    world.deliver(event)
    world.web.done.clear()
    for minutes in (1, 2):
        world.later(minutes=minutes)
        if world.deliver(event).error is None:
            break
    return "" if world.web.done else "the record of the dead run keeps every later one away"


PROOFS = {
    "Bad / Nobody registers the context": charge,
    "Bad / It is registered when the record is written already": charge,
    "Good / The handler registers it first": charge,
    "Good / The decorator of a handler is handed the context by Lambda": charge,
}
