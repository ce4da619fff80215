"""The `constructs` of serverless-lift that call functions: a `queue` with its worker, as the plugin makes them.

https://github.com/getlift/lift/blob/master/docs/queue.md
"""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.deploy.nodes import Entry, Node, Record, Scalar, Series, as_items, as_record, record_of
from lintdem.deploy.template import OUTSIDE, Declared
from lintdem.model.span import Place

_TIMEOUT, _RETRIES, _KEPT = 6, 3, 14 * 86_400
"""What the plugin takes where nothing is said; messages that failed are kept for as long as SQS can."""


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
    return list(found.values())


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
    constructs = as_record(service.get("constructs"))
    for name, key, body in constructs.values() if constructs else ():
        kind = body.get("type") if isinstance(body, Record) else None
        if isinstance(body, Record) and isinstance(kind, Scalar) and kind.text == "queue":
            yield name, key.place, body


def _called(function: Declared, name: str, place: Place, body: Record) -> Declared:
    """The function with the queue as one more event."""
    mapping = _record(
        place, arn=_arn(f"{name}Queue", place), batchSize=body.get("batchSize") or _number(1, place),
        maximumBatchingWindow=body.get("maxBatchingWindow"), functionResponseType=Scalar("ReportBatchItemFailures", place),
    )  # fmt: skip
    events = Series((*as_items(function.body.get("events")), _record(place, sqs=mapping)), place)
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
