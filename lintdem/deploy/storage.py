"""Queues and tables, with the properties that decide how often and how long something comes back."""

from __future__ import annotations

from lintdem.deploy.events import is_fifo
from lintdem.deploy.json_tree import read_json
from lintdem.deploy.nodes import Node, Record, Scalar
from lintdem.deploy.template import Declared, Template
from lintdem.errors import LoweringError
from lintdem.model.stack import Queue, Table

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
    )


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
    )


def _keys(template: Template, properties: Record) -> tuple[str, ...]:
    """The names of the key attributes, the partition key first, however the template orders them."""
    scope = template.scope
    found: dict[str, str] = {}
    for item in scope.items(properties.get("KeySchema")):
        name, kind = scope.text(scope.get(item, "AttributeName")), scope.text(scope.get(item, "KeyType"))
        if name is not None and kind is not None:
            found[kind.upper()] = name
    return tuple(found[kind] for kind in ("HASH", "RANGE") if kind in found)
