"""unguarded-effect, delivered twice."""

from __future__ import annotations

from redelivery import World, api, eventbridge

ORDER = {"order_id": "o-1", "customer_email": "ann@example.com", "total": 4200, "phones": ["+491", "+492"]}


def mail(world: World) -> str:
    """Lambda retries an asynchronous event."""
    world.records()
    return world.repeat(eventbridge(ORDER))


def request(world: World) -> str:
    """The caller repeats a request that timed out."""
    return world.repeat(api(ORDER))


PROOFS = {
    "Bad / Mail from a service class": mail,
    "Bad / A request that its receiver would recognise": mail,
    "Bad / Texts to whom the event names": mail,
    "Bad / Charge over HTTP behind an API": request,
    "Good / Powertools around the mail": mail,
    "Good / A key of the business in the request": mail,
}
