"""unconditional-batch: the import of edition 5 comes when edition 7 is there."""

from __future__ import annotations

from redelivery import World, eventbridge


def late(world: World) -> str:
    """The feed is ahead of the import."""
    table = "editions" if "editions" in (world.folder / "handler.py").read_text(encoding="utf-8") else "prices"
    sort = "edition" if table == "editions" else None
    world.table(table, "sku", sort, {"sku": "tea", "edition": 7}, number="edition" if sort else "")
    event = eventbridge({"prices": [{"sku": "tea", "edition": 5}]})
    ended = world.deliver(event)
    assert ended.error is None, ended.error
    found = [item["edition"] for item in world.items(table)]
    return "" if 7 in found else f"edition {found[0]} stands where 7 stood"


PROOFS = {
    "Bad / An import next to a feed": late,
    "Bad / The client, with requests of its own": late,
    "Good / One by one, with the condition": late,
    "Good / A table of its own": late,
}
