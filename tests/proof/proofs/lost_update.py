"""lost-update: another run writes between the read and the write."""

from __future__ import annotations

import json

from redelivery import World, eventbridge, sqs

START = {"account": "a-1", "balance": 100, "limit_used": 0, "version": 1}


def account(world: World) -> str:
    """Two payments at the same time; a run that fails is delivered again."""
    world.table("accounts", "account", None, START)
    first, second = (eventbridge({"id": f"p-{amount}", "account": "a-1", "amount": amount}) for amount in (5, 7))
    world.meanwhile("before", "dynamodb.UpdateItem", lambda: world.deliver(second))
    if world.deliver(first).error is not None:
        world.deliver(first)
    kept = world.items("accounts")[0]
    return (
        ""
        if kept["balance"] == 112 or kept["limit_used"] == 7
        else f"one payment is lost: {kept['balance']} instead of 112"
    )


def cart(world: World) -> str:
    """Two lines are put into a cart at the same time."""
    world.table("carts", "cart_id", None, {"cart_id": "c-1", "lines": []})
    world.meanwhile("before", "dynamodb.PutItem", lambda: world.deliver(sqs({"cart_id": "c-1", "sku": "tea"})))
    world.deliver(sqs({"cart_id": "c-1", "sku": "milk"}))
    lines = world.items("carts")[0]["lines"]
    return "" if len(lines) == 2 else f"one line is lost: {lines}"


def names(world: World) -> str:
    """Two names are added at the same time; S3 refuses the one whose file is no longer there."""
    world.bucket("reports", names__json="[]")
    events = [eventbridge({"name": name}) for name in ("ann", "bob")]
    world.meanwhile("before", "s3.PutObject", lambda: world.deliver(events[1]))
    if world.deliver(events[0]).error is not None:
        world.deliver(events[0])
    with world.aside():
        kept = json.loads(world.client("s3").get_object(Bucket="reports", Key="names.json")["Body"].read())
    return "" if kept == ["ann", "bob"] else f"one name is lost: {kept}"


PROOFS = {
    "Bad / A balance that is computed here": account,
    "Bad / The whole item, put back by a repository": cart,
    "Good / Under the version that was read": account,
    "Good / Only if the file is the one that was read": names,
}
