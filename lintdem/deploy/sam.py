"""The Serverless Application Model's own shapes: `Globals` and the `Events` of a function."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lintdem.deploy.events import as_queue, destination, detail_types, polled, with_retries
from lintdem.deploy.nodes import Node, Record, Series, as_record, empty
from lintdem.deploy.template import Declared, Template
from lintdem.model.span import Place
from lintdem.model.stack import Event, Source

_SIMPLE = {
    "S3": (Source.S3, "Bucket"),
    "Api": (Source.API, "RestApiId"),
    "HttpApi": (Source.API, "ApiId"),
    "CloudWatchLogs": (Source.LOGS, "LogGroupName"),
    "IoTRule": (Source.IOT, ""),
    "AlexaSkill": (Source.DIRECT, ""),
    "Cognito": (Source.COGNITO, "UserPool"),
}
_POLLED = {
    "Kinesis": (Source.KINESIS, "Stream"),
    "DynamoDB": (Source.DYNAMODB_STREAM, "Stream"),
    "MSK": (Source.KAFKA, "Stream"),
    "SelfManagedKafka": (Source.KAFKA, ""),
    "MQ": (Source.MQ, "Broker"),
    "DocumentDB": (Source.UNKNOWN, "Cluster"),
}


def with_globals(template: Template, resource: Declared) -> Record:
    """A SAM function's properties over those that `Globals` gives to every function."""
    shared = as_record(template.scope.get(template.root, "Globals", "Function"))
    if shared is None or resource.type != "AWS::Serverless::Function":
        return resource.properties
    return _merge(shared, resource.properties)


def _merge(shared: Record, own: Record) -> Record:
    """SAM's rule: maps are merged, lists are appended, anything else is replaced."""
    entries = dict(shared.entries)
    for name, entry in own.entries.items():
        before = entries.get(name)
        if before is None:
            entries[name] = entry
        elif isinstance(before.value, Record) and isinstance(entry.value, Record):
            merged = entry.value if _is_function(entry.value) else _merge(before.value, entry.value)
            entries[name] = type(entry)(entry.key, merged)
        elif isinstance(before.value, Series) and isinstance(entry.value, Series):
            both = Series(before.value.items + entry.value.items, entry.value.place)
            entries[name] = type(entry)(entry.key, both)
        else:
            entries[name] = entry
    return Record(entries, own.place)


def _is_function(node: Record) -> bool:
    return len(node.entries) == 1 and next(iter(node.entries)).startswith(("Ref", "Fn::"))


def sam_events(template: Template, properties: Record) -> Iterator[Event]:
    """The events written on a SAM function, and the URL it has."""
    section = as_record(template.scope.pick(properties.get("Events")))
    for name, key, body in section.values() if section else ():
        record = as_record(template.scope.pick(body))
        kind = template.scope.text(record.get("Type")) if record else None
        if record is not None and kind is not None:
            settings = as_record(template.scope.pick(record.get("Properties"))) or empty(record.place)
            yield _event(template, kind, name, key.place, settings)
    url = properties.entries.get("FunctionUrlConfig")
    if url is not None and template.scope.pick(url.value) is not None:
        yield Event(source=Source.FUNCTION_URL, place=url.key.place)


def _event(template: Template, kind: str, name: str, place: Place, settings: Record) -> Event:
    if kind in _POLLED:
        source, field = _POLLED[kind]
        return polled(template, source, (name, place), settings, template.scope.pick(settings.get(field)))
    if kind in _SIMPLE:
        source, field = _SIMPLE[kind]
        return _plain(template, source, name, place, settings.get(field))
    reader = _READERS.get(kind)
    return reader(template, name, place, settings) if reader else Event(source=Source.UNKNOWN, place=place, name=name)


def _plain(template: Template, source: Source, name: str, place: Place, target: Node | None) -> Event:
    picked = template.scope.pick(target)
    value = template.scope.value(picked) if picked is not None else None
    return Event(source=source, place=place, name=name, target=value)


def _queue(template: Template, name: str, place: Place, settings: Record) -> Event:
    target = template.scope.pick(settings.get("Queue"))
    source = as_queue(template, template.scope.value(target)) if target is not None else Source.SQS
    return polled(template, source, (name, place), settings, target)


def _topic(template: Template, name: str, place: Place, settings: Record) -> Event:
    """A topic, or, with `SqsSubscription`, the queue SAM puts between the topic and the function."""
    between = template.scope.pick(settings.get("SqsSubscription"))
    if isinstance(between, Record):
        arn = template.scope.pick(between.get("QueueArn"))
        source = as_queue(template, template.scope.value(arn)) if arn is not None else Source.SQS
        return polled(template, source, (name, place), between, arn)
    if template.scope.flag(between):
        return polled(template, Source.SQS, (name, place), empty(place), None)
    topic = template.scope.pick(settings.get("Topic"))
    return Event(
        source=Source.SNS,
        place=place,
        name=name,
        target=template.scope.value(topic) if topic is not None else None,
        failures=destination(template, settings.get("RedrivePolicy")),
    )


def _schedule(template: Template, name: str, place: Place, settings: Record) -> Event:
    return with_retries(template, Event(source=Source.SCHEDULE, place=place, name=name), settings)


def _rule(template: Template, name: str, place: Place, settings: Record) -> Event:
    types = detail_types(template, settings.get("Pattern"))
    bus = template.scope.pick(settings.get("EventBusName"))
    event = Event(
        source=Source.EVENTBRIDGE,
        place=place,
        name=name,
        target=template.scope.value(bus) if bus is not None else None,
        detail_types=types,
    )
    return with_retries(template, event, settings)


_READERS: dict[str, Callable[[Template, str, Place, Record], Event]] = {
    "SQS": _queue,
    "SNS": _topic,
    "Schedule": _schedule,
    "ScheduleV2": _schedule,
    "EventBridgeRule": _rule,
    "CloudWatchEvent": _rule,
}
