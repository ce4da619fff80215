"""Event sources: what kind a source is, and the settings of a source that is polled."""

from __future__ import annotations

import msgspec

from lintdem.deploy.nodes import Node, Record, Scalar
from lintdem.deploy.template import Declared, Template
from lintdem.model.span import Place
from lintdem.model.stack import Event, Source, Value
from lintdem.regexes import late

BY_TYPE = {
    "AWS::SQS::Queue": Source.SQS,
    "AWS::Kinesis::Stream": Source.KINESIS,
    "AWS::Kinesis::StreamConsumer": Source.KINESIS,
    "AWS::DynamoDB::Table": Source.DYNAMODB_STREAM,
    "AWS::DynamoDB::GlobalTable": Source.DYNAMODB_STREAM,
    "AWS::Serverless::SimpleTable": Source.DYNAMODB_STREAM,
    "AWS::MSK::Cluster": Source.KAFKA,
    "AWS::MSK::ServerlessCluster": Source.KAFKA,
    "AWS::AmazonMQ::Broker": Source.MQ,
}
_BY_ARN = {
    ":sqs:": Source.SQS,
    ":kinesis:": Source.KINESIS,
    ":dynamodb:": Source.DYNAMODB_STREAM,
    ":kafka:": Source.KAFKA,
    ":mq:": Source.MQ,
}
_STREAM_SETTINGS = frozenset({Source.KINESIS, Source.DYNAMODB_STREAM, Source.KAFKA})
_PARTIAL = frozenset({Source.SQS, Source.SQS_FIFO, Source.KINESIS, Source.DYNAMODB_STREAM})


def mapping_events(template: Template, resource: Declared) -> list[tuple[str, Event]]:
    """An `AWS::Lambda::EventSourceMapping`, as an event of each function it names."""
    properties = resource.properties
    arn = template.scope.pick(properties.get("EventSourceArn"))
    source = polled_source(template, properties, arn)
    event = polled(template, source, (resource.name, resource.place), properties, arn)
    return [(name, event) for name in template.functions_in(properties.get("FunctionName"))]


def polled_source(template: Template, properties: Record, arn: Node | None) -> Source:
    """What an event source mapping polls, from the resource, the ARN, or the settings only some have."""
    if arn is not None:
        value = template.scope.value(arn)
        found = BY_TYPE.get(template.type_of(value.text)) if value.kind in ("ref", "attribute") else None
        if found is None:
            found = next((source for part, source in _BY_ARN.items() if part in value.text), None)
        if found is not None:
            return as_queue(template, value) if found is Source.SQS else found
    if any(name in properties.entries for name in ("SelfManagedEventSource", "Topics")):
        return Source.KAFKA
    if "Queues" in properties.entries:
        return Source.MQ
    if arn is None:
        return Source.UNKNOWN
    if "StartingPosition" not in properties.entries:
        return as_queue(template, template.scope.value(arn))
    words = template.scope.render(arn).lower()
    return Source.DYNAMODB_STREAM if _OF_TABLES.search(words) else Source.KINESIS


_OF_TABLES = late(r"table|dynamo|ddb|(?<!var)\.stream_?arn\b")
"""Words of a table's stream; of the two only tables call an attribute "stream ARN"."""


def as_queue(template: Template, value: Value) -> Source:
    """SQS or SQS FIFO, by the queue's own settings or its name."""
    queue = template.resources.get(value.text) if value.kind in ("ref", "attribute") else None
    if queue is not None:
        return Source.SQS_FIFO if is_fifo(template, queue) else Source.SQS
    return Source.SQS_FIFO if value.text.endswith(".fifo") else Source.SQS


def is_fifo(template: Template, queue: Declared) -> bool:
    """Whether a queue is declared as FIFO or named like one."""
    flag = template.scope.flag(queue.properties.get("FifoQueue"))
    return bool(flag) or template.scope.render(queue.properties.get("QueueName")).endswith(".fifo")


def polled(
    template: Template, source: Source, called: tuple[str, Place], properties: Record, target: Node | None
) -> Event:
    """An event of a source that Lambda polls, with the settings of the mapping. `called` is its name and place."""
    name, place = called
    scope = template.scope
    streams = source in _STREAM_SETTINGS
    return Event(
        source=source,
        place=place,
        name=name,
        target=scope.value(target) if target is not None else None,
        batch_size=scope.number(properties.get("BatchSize")),
        window=scope.number(properties.get("MaximumBatchingWindowInSeconds")),
        reports_failures=_reports(template, properties) if source in _PARTIAL else None,
        bisects=_bisects(template, properties) if streams else None,
        max_retries=scope.number(properties.get("MaximumRetryAttempts")),
        max_age=scope.number(properties.get("MaximumRecordAgeInSeconds")),
        parallel=scope.number(properties.get("ParallelizationFactor")),
        failures=destination(template, scope.get(properties, "DestinationConfig", "OnFailure")),
        unread=template.unread(
            properties, max_retries="MaximumRetryAttempts", max_age="MaximumRecordAgeInSeconds", batch_size="BatchSize"
        ),
    )


def destination(template: Template, node: Node | None) -> Value | None:
    """Where failures go, from any of the shapes templates use for it; None when nothing is named."""
    scope = template.scope
    node = scope.pick(node)
    if node is None or (isinstance(node, Scalar) and node.is_null):
        return None
    if not isinstance(node, Record):
        return scope.value(node)
    for name in ("Destination", "TargetArn", "Arn", "deadLetterTargetArn", "QueueLogicalId"):
        found = scope.pick(node.get(name))
        if found is None:
            continue
        value = scope.value(found)
        return Value("ref", value.text, value.place) if name == "QueueLogicalId" else value
    made = scope.text(node.get("Type"))
    if made is not None:
        return Value("unknown", made, node.place)
    return scope.value(node) if len(node.entries) == 1 else None


def with_retries(template: Template, event: Event, properties: Node | None) -> Event:
    """The event with the retry policy and dead-letter target of a rule's or schedule's target."""
    scope = template.scope
    policy = scope.get(properties, "RetryPolicy")
    return msgspec.structs.replace(
        event,
        max_retries=scope.number(scope.get(policy, "MaximumRetryAttempts")),
        max_age=scope.number(scope.get(policy, "MaximumEventAgeInSeconds")),
        failures=destination(template, scope.get(properties, "DeadLetterConfig")),
    )


def detail_types(template: Template, pattern: Node | None) -> tuple[str, ...]:
    """The detail types an EventBridge pattern lets through."""
    found = template.scope.items(template.scope.get(pattern, "detail-type"))
    return tuple(text for item in found if (text := template.scope.text(item)) is not None)


def _reports(template: Template, properties: Record) -> bool | None:
    written = template.scope.pick(properties.get("FunctionResponseTypes"))
    if written is None:
        return False
    texts = [template.scope.text(item) for item in template.scope.items(written)]
    return True if "ReportBatchItemFailures" in texts else None if None in texts else False


def _bisects(template: Template, properties: Record) -> bool | None:
    written = template.scope.pick(properties.get("BisectBatchOnFunctionError"))
    return False if written is None else template.scope.flag(written)
