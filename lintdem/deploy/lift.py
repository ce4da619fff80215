"""The `constructs` of serverless-lift as the plugin makes them: a `queue` with its worker, a `webhook` with its authorizer, a
`storage` bucket, a `database` table.

https://github.com/getlift/lift/tree/master/docs
"""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.deploy.nodes import Entry, Node, Record, Scalar, Series, as_items, as_record, record_of
from lintdem.deploy.template import OUTSIDE, Declared
from lintdem.model.span import Place
from lintdem.model.stack import Grant, Value

_TIMEOUT, _RETRIES, _KEPT = 6, 3, 14 * 86_400
"""What the plugin takes where nothing is said; messages that failed are kept for as long as SQS can."""


_MEANT = {
    "queueUrl": "Queue", "queueArn": "Queue.Arn", "dlqUrl": "Dlq", "dlqArn": "Dlq.Arn", "busName": "Bus", "bucketName": "Bucket",
    "bucketArn": "Bucket.Arn", "tableName": "Table", "tableArn": "Table.Arn", "tableStreamArn": "Table.StreamArn",
}  # fmt: skip
"""What `${construct:orders.queueUrl}` refers to: a resource of the construct, or an attribute of it."""

_ALLOWED = {
    "queue": ("Queue", ("sqs:SendMessage",)),
    "storage": ("Bucket", ("s3:*",)),
    "database/dynamodb-single-table": (
        "Table",
        tuple(
            f"dynamodb:{action}"
            for action in (
                "GetItem", "BatchGetItem", "Query", "Scan", "PutItem", "DeleteItem", "BatchWriteItem", "UpdateItem",
                "ConditionCheckItem",
            )
        ),
    ),
}  # fmt: skip
"""What the functions of the service may do by default."""


def meant(root: Record, name: str) -> Node | None:
    """What the variable `${construct:…}` refers to."""
    construct, _, variable = name.partition(".")
    named = as_record(root.get("constructs"))
    body = named.get(construct) if named is not None else None
    target = _MEANT.get(variable)
    if body is None or target is None:
        return None
    resource, _, attribute = f"{construct}{target}".partition(".")
    return _attribute(resource, attribute, body.place) if attribute else _record(body.place, Ref=Scalar(resource, body.place))


def granted(service: Record) -> tuple[Grant, ...]:
    """What the plugin allows all functions of the service, unless it is told not to."""
    settings = as_record(service.get("lift"))
    automatic = settings.get("automaticPermissions") if settings is not None else None
    if isinstance(automatic, Scalar) and automatic.text == "false":
        return ()
    return tuple(
        Grant(_ALLOWED[kind][1], (Value("ref", f"{name}{_ALLOWED[kind][0]}", place),))
        for kind in _ALLOWED
        for name, place, _ in _constructs(service, kind)
    )


def with_workers(service: Record, functions: list[Declared]) -> list[Declared]:
    """The functions of a service with the workers of its queues, and the queue among the events of each."""
    found = {one.name: one for one in functions}
    for name, place, body in _queues(service):
        worker = body.get("worker")
        if isinstance(worker, Record):
            found[f"{name}Worker"] = Declared(f"{name}Worker", OUTSIDE, place, worker, worker, False)
        key = worker.text if isinstance(worker, Scalar) else f"{name}Worker"
        if key in found:
            found[key] = _called(found[key], name, place, body)
    for name, place, body in _constructs(service, "webhook"):
        authorizer = as_record(body.get("authorizer"))
        if authorizer is not None:
            made = Declared(f"{name}Authorizer", OUTSIDE, place, authorizer, authorizer, False)
            found[made.name] = _with_event(made, _record(place, httpApi=_record(place)), place)
    return list(found.values())


def resources(service: Record) -> Iterator[tuple[str, Declared]]:
    """What the constructs make, as a template would declare it."""
    yield from queues(service)
    for name, place, _ in _constructs(service, "webhook"):
        yield from _resource(f"{name}Bus", "AWS::Events::EventBus", place)
    for name, place, _ in _constructs(service, "storage"):
        yield from _resource(f"{name}Bucket", "AWS::S3::Bucket", place)
    for name, place, _ in _constructs(service, "database/dynamodb-single-table"):
        keys = tuple(
            _record(place, AttributeName=Scalar(attribute, place), KeyType=Scalar(kind, place))
            for attribute, kind in (("PK", "HASH"), ("SK", "RANGE"))
        )
        expiry = _record(place, AttributeName=Scalar("TimeToLive", place), Enabled=Scalar("true", place, plain=True))
        yield from _resource(
            f"{name}Table", "AWS::DynamoDB::Table", place, KeySchema=Series(keys, place), TimeToLiveSpecification=expiry,
            StreamSpecification=_record(place),
        )  # fmt: skip


def queues(service: Record) -> Iterator[tuple[str, Declared]]:
    """The queues, their dead-letter queues and alarms as a template would declare them."""
    for name, place, body in _queues(service):
        fifo = {"FifoQueue": body.get("fifo"), "ContentBasedDeduplication": body.get("fifo")}
        tries = body.get("maxRetries") or _number(_RETRIES, place)
        redrive = _record(place, deadLetterTargetArn=_arn(f"{name}Dlq", place), maxReceiveCount=tries)
        behind = (body.get("type") or body).place  # a place of its own, by which it is told from its queue
        yield from _resource(f"{name}Dlq", "AWS::SQS::Queue", behind, MessageRetentionPeriod=_number(_KEPT, place), **fifo)
        seen = _visibility(service, body, place)
        yield from _resource(f"{name}Queue", "AWS::SQS::Queue", place, VisibilityTimeout=seen, RedrivePolicy=redrive, **fifo)
        if "alarm" in body.entries:
            watched = _record(place, Name=Scalar("QueueName", place), Value=_attribute(f"{name}Dlq", "QueueName", place))
            yield from _resource(
                f"{name}Alarm", "AWS::CloudWatch::Alarm", place, Namespace=Scalar("AWS/SQS", place),
                MetricName=Scalar("ApproximateNumberOfMessagesVisible", place), Dimensions=Series((watched,), place),
            )  # fmt: skip


def _queues(service: Record) -> Iterator[tuple[str, Place, Record]]:
    yield from _constructs(service, "queue")


def _constructs(service: Record, wanted: str) -> Iterator[tuple[str, Place, Record]]:
    constructs = as_record(service.get("constructs"))
    for name, key, body in constructs.values() if constructs else ():
        kind = body.get("type") if isinstance(body, Record) else None
        if isinstance(body, Record) and isinstance(kind, Scalar) and kind.text == wanted:
            yield name, key.place, body


def _called(function: Declared, name: str, place: Place, body: Record) -> Declared:
    """The function with the queue as one more event."""
    mapping = _record(
        place, arn=_arn(f"{name}Queue", place), batchSize=body.get("batchSize") or _number(1, place),
        maximumBatchingWindow=body.get("maxBatchingWindow"), functionResponseType=Scalar("ReportBatchItemFailures", place),
    )  # fmt: skip
    return _with_event(function, _record(place, sqs=mapping), place)


def _with_event(function: Declared, event: Record, place: Place) -> Declared:
    events = Series((*as_items(function.body.get("events")), event), place)
    whole = Record({**function.body.entries, "events": Entry(Scalar("events", place), events)}, function.body.place)
    return Declared(function.name, function.type, function.place, whole, whole, function.conditional)


def _visibility(service: Record, body: Record, place: Place) -> Node | None:
    """Six times as long as the worker may run, and the time for which a batch is collected; None where that is not known."""
    worker, functions = body.get("worker"), as_record(service.get("functions"))
    own = functions.get(worker.text) if isinstance(worker, Scalar) and functions else worker
    timeout = own.get("timeout") if isinstance(own, Record) else None
    window = body.get("maxBatchingWindow")
    spans = [_TIMEOUT if timeout is None else _whole(timeout), 0 if window is None else _whole(window)]
    return None if spans[0] is None or spans[1] is None else _number(spans[0] * 6 + spans[1], place)


def _whole(node: Node) -> int | None:
    return int(node.text) if isinstance(node, Scalar) and node.text.isdigit() else None


def _resource(name: str, kind: str, place: Place, **properties: Node | None) -> Iterator[tuple[str, Declared]]:
    body = _record(place, **properties)
    yield name, Declared(name, kind, place, body, body, False)


def _arn(name: str, place: Place) -> Node:
    return _attribute(name, "Arn", place)


def _attribute(name: str, attribute: str, place: Place) -> Node:
    return _record(place, **{"Fn::GetAtt": Series((Scalar(name, place), Scalar(attribute, place)), place)})


def _number(value: int, place: Place) -> Scalar:
    return Scalar(str(value), place, plain=True)


def _record(place: Place, **values: Node | None) -> Record:
    return record_of([(Scalar(name, place), value) for name, value in values.items() if value is not None], place)
