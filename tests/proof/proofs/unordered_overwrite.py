"""unordered-overwrite: the older event comes again when the newer one is written."""

from __future__ import annotations

from redelivery import World, again, eventbridge, sqs
from redelivery.events import Event


def late(world: World, older: Event, newer: Event) -> str:
    """Older, newer, and the older once more."""
    for event in (older, newer):
        assert world.deliver(event).error is None
    return world.change(again(older))


def contract(world: World) -> str:
    """A contract is a draft, then approved."""
    world.table("contracts", "contract_id")
    draft, approved = (
        eventbridge({"contract_id": "c-1", "contract_status": status, "modified_on": f"2026-03-0{day}"})
        for day, status in enumerate(("DRAFT", "APPROVED"), 1)
    )
    return late(world, draft, approved)


def stock(world: World) -> str:
    """Two counts of one article."""
    world.table("stock", "sku")
    first, second = (sqs({"sku": "tea", "amount": amount, "version": version}) for version, amount in enumerate((10, 7), 1))
    return late(world, first, second)


PROOFS = {
    "Bad / A status with its time": contract,
    "Bad / A projection in a repository": stock,
    "Good / Only a newer time is written": contract,
    "Good / Only a higher version, in a repository": stock,
}
