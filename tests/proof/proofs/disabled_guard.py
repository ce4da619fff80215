"""disabled-guard, delivered twice in the environment that the template gives."""

from __future__ import annotations

from redelivery import World, eventbridge


def order(world: World) -> str:
    """Lambda retries an asynchronous event."""
    world.web.stripe()
    world.table("guards", "id")
    template = world.folder / "template.yaml"
    if template.exists():
        world.env(
            POWERTOOLS_IDEMPOTENCY_DISABLED="true" if '"true"' in template.read_text(encoding="utf-8") else "false"
        )
    module = "app" if template.exists() else "handler"
    return world.repeat(eventbridge({"order_id": "o-1", "cents": 4200}), "guards", handler=f"{module}.handler")


PROOFS = {
    "Bad / In the template": order,
    "Bad / In the module": order,
    "Good / On in the template": order,
    "Good / Off on the developer's machine": order,
}
