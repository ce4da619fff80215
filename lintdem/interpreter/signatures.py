"""Calls whose arguments can only be those of one AWS operation, on an object that nothing in the program makes.

A container, a test or a caller that cannot be read gives a class its client. `client.publish(TopicArn=…, Message=…)` is
SNS nevertheless, and `table.put_item(Item=…)` is a table of DynamoDB.
"""

from __future__ import annotations

from lintdem.interpreter.domain import Client, Value
from lintdem.interpreter.gaps import cause_of
from lintdem.interpreter.machine import Args
from lintdem.model.span import Place

_SIGNS: dict[str, tuple[tuple[frozenset[str], str, str | None], ...]] = {
    "publish": ((frozenset({"TopicArn", "Message"}), "sns", None), (frozenset({"PhoneNumber", "Message"}), "sns", None)),
    "send_message": ((frozenset({"QueueUrl", "MessageBody"}), "sqs", None), (frozenset({"MessageBody"}), "sqs", "Queue")),
    "send_message_batch": ((frozenset({"QueueUrl", "Entries"}), "sqs", None),),
    "put_events": ((frozenset({"Entries"}), "events", None),),
    "start_execution": ((frozenset({"stateMachineArn"}), "stepfunctions", None),),
    "invoke": ((frozenset({"FunctionName"}), "lambda", None),),
    "send_email": (
        (frozenset({"Source", "Destination"}), "ses", None), (frozenset({"FromEmailAddress", "Destination"}), "sesv2", None)
    ),
    "put_object": ((frozenset({"Bucket", "Key"}), "s3", None),),
    "get_item": ((frozenset({"TableName", "Key"}), "dynamodb", None), (frozenset({"Key"}), "dynamodb", "Table")),
    "put_item": ((frozenset({"TableName", "Item"}), "dynamodb", None), (frozenset({"Item"}), "dynamodb", "Table")),
    "update_item": ((frozenset({"TableName", "Key"}), "dynamodb", None), (frozenset({"Key"}), "dynamodb", "Table")),
    "delete_item": ((frozenset({"TableName", "Key"}), "dynamodb", None), (frozenset({"Key"}), "dynamodb", "Table")),
    "transact_write_items": ((frozenset({"TransactItems"}), "dynamodb", None),),
}  # fmt: skip
"""For a method: arguments, by name, that only this service's client or resource takes together."""


def signed(receiver: Value, name: str, args: Args, place: Place) -> Client | None:
    """The client that a call on something unknown must be meant for; None when its arguments do not say so."""
    named = {key for key, _ in args.keywords}
    for wanted, service, resource in _SIGNS.get(name, ()):
        if wanted <= named:
            root = cause_of(receiver)
            return Client(service, resource, (root.place if root is not None else None) or place)
    return None
