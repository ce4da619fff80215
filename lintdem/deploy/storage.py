"""Queues, tables, topics and alarms, with the properties that decide how often and how long something comes back."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.deploy.events import is_fifo
from lintdem.deploy.json_tree import read_json
from lintdem.deploy.nodes import Node, Record, Scalar, records_with
from lintdem.deploy.template import Declared, Template
from lintdem.errors import LoweringError
from lintdem.model.stack import Alarm, Queue, Table, Topic, Value

TABLE_TYPES = ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable", "AWS::Serverless::SimpleTable")


def read_queue(template: Template, resource: Declared) -> Queue:
    """An `AWS::SQS::Queue`."""
    scope, properties = template.scope, resource.properties
    redrive = _redrive(template, properties.get("RedrivePolicy"))
    target = scope.pick(redrive.get("deadLetterTargetArn")) if redrive else None
    return Queue(
        name=resource.name,
        place=resource.place,
        queue_name=scope.text(properties.get("QueueName")),
        fifo=is_fifo(template, resource),
        content_dedup=bool(scope.flag(properties.get("ContentBasedDeduplication"))),
        visibility=scope.number(properties.get("VisibilityTimeout")),
        retention=scope.number(properties.get("MessageRetentionPeriod")),
        redrive=scope.value(target) if target is not None else None,
        max_receives=scope.number(redrive.get("maxReceiveCount")) if redrive else None,
        unread=(
            *template.unread(
                properties, visibility="VisibilityTimeout", retention="MessageRetentionPeriod",
                content_dedup="ContentBasedDeduplication",
            ),
            *(("redrive",) if target is None and scope.pick(properties.get("RedrivePolicy")) is not None else ()),
        ),
    )  # fmt: skip


def _redrive(template: Template, node: Node | None) -> Record | None:
    """The policy, also when it is written as JSON text."""
    node = template.scope.pick(node)
    if isinstance(node, Scalar) and node.text.lstrip().startswith("{"):
        try:
            node = read_json(template.path, node.text, node)
        except LoweringError:
            return None
    return node if isinstance(node, Record) else None


def read_table(template: Template, resource: Declared) -> Table:
    """A DynamoDB table of any type; a simple table without a key has SAM's `id`."""
    scope, properties = template.scope, resource.properties
    keys = _keys(template, properties)
    if resource.type == "AWS::Serverless::SimpleTable":
        keys = (scope.text(scope.get(properties, "PrimaryKey", "Name")) or "id",)
    expiry = scope.get(properties, "TimeToLiveSpecification")
    off = scope.flag(scope.get(expiry, "Enabled")) is False
    return Table(
        name=resource.name,
        place=resource.place,
        table_name=scope.text(properties.get("TableName")),
        keys=keys,
        ttl=None if off else scope.text(scope.get(expiry, "AttributeName")),
        streams=scope.get(properties, "StreamSpecification") is not None,
        unread=template.unread(expiry, ttl="AttributeName", enabled="Enabled") if isinstance(expiry, Record) else (),
    )


def read_topic(template: Template, resource: Declared) -> Topic:
    """An `AWS::SNS::Topic`."""
    scope, properties = template.scope, resource.properties
    written = scope.pick(properties.get("ContentBasedDeduplication"))
    return Topic(
        name=resource.name,
        place=resource.place,
        topic_name=scope.text(properties.get("TopicName")),
        fifo=bool(scope.flag(properties.get("FifoTopic"))),
        content_dedup=False if written is None else scope.flag(written),
    )


def read_alarms(template: Template, resource: Declared) -> Iterator[Alarm]:
    """The metrics that an `AWS::CloudWatch::Alarm` watches: its own, or those of its expressions."""
    scope, properties = template.scope, resource.properties
    queries = [stat for _, stat in records_with(properties.get("Metrics"), "MetricStat") if isinstance(stat, Record)]
    for _, written in records_with(properties, "MetricQuery"):
        queries += [query for query in scope.items(written) if isinstance(query, Record)]
    watched = [inner for query in queries if isinstance(inner := scope.get(query, "Metric"), Record)] or [properties]
    for metric in watched:
        yield Alarm(
            name=resource.name,
            place=resource.place,
            namespace=scope.text(metric.get("Namespace")),
            metric=scope.text(metric.get("MetricName")),
            dimensions=tuple(_dimensions(template, metric.get("Dimensions"))),
        )


def _dimensions(template: Template, node: Node | None) -> Iterator[tuple[str, Value]]:
    """CloudFormation has a list of names and values, Terraform a map."""
    for item in template.scope.items(node):
        name = template.scope.text(item.get("Name")) if isinstance(item, Record) else None
        value = item.get("Value") if isinstance(item, Record) else None
        if name is not None and value is not None:
            yield name, template.scope.value(value)
        elif isinstance(item, Record):
            for key, _, given in item.values():
                yield key, template.scope.value(given)


def _keys(template: Template, properties: Record) -> tuple[str, ...]:
    """The names of the key attributes, the partition key first, however the template orders them."""
    scope = template.scope
    found: dict[str, str] = {}
    for item in scope.items(properties.get("KeySchema")):
        name, kind = scope.text(scope.get(item, "AttributeName")), scope.text(scope.get(item, "KeyType"))
        if name is not None and kind is not None:
            found[kind.upper()] = name
    return tuple(found[kind] for kind in ("HASH", "RANGE") if kind in found)
