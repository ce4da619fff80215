"""unchecked-partial-failure: the call succeeds, a part of it does not."""

from __future__ import annotations

from redelivery import World, sns


def events(world: World) -> str:
    """EventBridge takes none of the entries once; what ends in failure comes again."""
    answers = [{"FailedEntryCount": 1, "Entries": [{"ErrorCode": "ThrottlingException"}]}]
    taken: list[object] = []

    def put(params: dict[str, object]) -> dict[str, object]:
        if answers:
            return answers.pop()
        taken.append(params)
        return {"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]}

    world.account.stubs["events.PutEvents"] = put
    if world.deliver(sns({"order_id": "o-1"})).error is not None:
        world.deliver(sns({"order_id": "o-1"}))
    return "" if taken else "the event is lost"


def partner(world: World) -> str:
    """The partner is busy once."""
    world.web.faults = ["refused"]
    if world.deliver(sns("o-1")).error is not None:
        world.deliver(sns("o-1"))
    return "" if world.web.done else "the partner never hears of the order"


def orders(world: World) -> str:
    """DynamoDB writes none of the items once."""
    left = [True]
    written: list[object] = []

    def write(params: dict[str, object]) -> dict[str, object]:
        if left:
            left.pop()
            return {"UnprocessedItems": params["RequestItems"]}
        written.append(params)
        return {"UnprocessedItems": {}}

    world.account.stubs["dynamodb.BatchWriteItem"] = write
    if world.deliver(sns("o-1")).error is not None:
        world.deliver(sns("o-1"))
    return "" if written else "the order is lost"


PROOFS = {
    "Bad / Events that are never counted": events,
    "Bad / A status that is only logged": partner,
    "Good / Raise when an entry failed": orders,
    "Good / Let the answer raise": partner,
}
