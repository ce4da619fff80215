"""The events a function has in a `serverless.yml`."""

from __future__ import annotations

import re

from lintdem.deploy.events import as_queue, destination, detail_types, polled, polled_source
from lintdem.deploy.nodes import Entry, Node, Record, Scalar, empty
from lintdem.deploy.template import Template
from lintdem.model.span import Place
from lintdem.model.stack import Event, Source, Value

_CALLED = {
    "http": Source.API,
    "httpApi": Source.API,
    "websocket": Source.WEBSOCKET,
    "alb": Source.ALB,
    "s3": Source.S3,
    "sns": Source.SNS,
    "schedule": Source.SCHEDULE,
    "eventBridge": Source.EVENTBRIDGE,
    "cloudwatchEvent": Source.EVENTBRIDGE,
    "cloudwatchLog": Source.LOGS,
    "iot": Source.IOT,
    "cognitoUserPool": Source.COGNITO,
    "alexaSkill": Source.DIRECT,
    "alexaSmartHome": Source.DIRECT,
}
_POLLED = {
    "msk": Source.KAFKA,
    "kafka": Source.KAFKA,
    "activemq": Source.MQ,
    "rabbitmq": Source.MQ,
}
_STREAMS = {"kinesis": Source.KINESIS, "dynamodb": Source.DYNAMODB_STREAM}
_RENAMED = {
    "BatchWindow": "MaximumBatchingWindowInSeconds",
    "MaximumBatchingWindow": "MaximumBatchingWindowInSeconds",
    "FunctionResponseType": "FunctionResponseTypes",
}
_TARGETS = ("arn", "topicName", "bucket", "pool", "logGroup", "eventBus", "sql", "listenerArn")


def read_event(template: Template, kind: str, place: Place, body: Node) -> Event:
    """One event; a body that is only text is the ARN, the name or the schedule."""
    settings = body if isinstance(body, Record) else Record({"arn": Entry(_key(place, "arn"), body)}, place)
    if kind == "sqs":
        arn = settings.get("arn")
        source = as_queue(template, template.scope.value(arn)) if arn is not None else Source.SQS
        return _polled(template, source, place, settings, arn)
    if kind == "stream":
        return _stream(template, place, settings)
    if kind in _POLLED:
        target = settings.get("arn") or settings.get("topic")
        return _polled(template, _POLLED[kind], place, settings, target)
    return _called(template, kind, place, settings)


def _stream(template: Template, place: Place, settings: Record) -> Event:
    arn = settings.get("arn")
    source = _STREAMS.get(template.scope.text(settings.get("type")) or "")
    if source is None:
        mapping = Record({"StartingPosition": Entry(_key(place, "StartingPosition"), empty(place))}, place)
        source = polled_source(template, mapping, arn)
    return _polled(template, source, place, settings, arn)


def _polled(template: Template, source: Source, place: Place, settings: Record, target: Node | None) -> Event:
    return polled(template, source, ("", place), _as_mapping(settings), target)


def _as_mapping(settings: Record) -> Record:
    """The settings under the names an event source mapping has for them."""
    entries: dict[str, Entry] = {}
    for name, entry in settings.entries.items():
        spelled = name[:1].upper() + name[1:]
        entries[_RENAMED.get(spelled, spelled)] = entry
    failing = settings.get("destinations")
    if isinstance(failing, Record) and (target := failing.entries.get("onFailure")) is not None:
        arn = target.value.get("arn") if isinstance(target.value, Record) else None
        inner = Record({"OnFailure": Entry(target.key, arn or target.value)}, failing.place)
        entries["DestinationConfig"] = Entry(target.key, inner)
    return Record(entries, settings.place)


def _called(template: Template, kind: str, place: Place, settings: Record) -> Event:
    scope = template.scope
    source = _CALLED.get(kind, Source.UNKNOWN)
    if kind in ("eventBridge", "cloudwatchEvent") and "schedule" in settings.entries:
        source = Source.SCHEDULE
    pattern = settings.get("pattern") or settings.get("event")
    return Event(
        source=source,
        place=place,
        name=_route(template, settings) if source in (Source.API, Source.WEBSOCKET) else "",
        target=None if source in (Source.API, Source.SCHEDULE) else _target(template, settings),
        max_retries=scope.number(scope.get(settings, "retryPolicy", "maximumRetryAttempts")),
        max_age=scope.number(scope.get(settings, "retryPolicy", "maximumEventAge")),
        failures=_dead_letters(template, settings),
        detail_types=detail_types(template, pattern),
    )


def _target(template: Template, settings: Record) -> Value | None:
    found = next((node for name in _TARGETS if (node := settings.get(name)) is not None), None)
    return template.scope.value(found) if found is not None else None


def _dead_letters(template: Template, settings: Record) -> Value | None:
    scope = template.scope
    found = settings.get("deadLetterQueueArn") or settings.get("redrivePolicy")
    if isinstance(found, Record) and (queue := found.get("deadLetterTargetRef")) is not None:
        return Value("ref", scope.render(queue), queue.place)
    return destination(template, found)


def _route(template: Template, settings: Record) -> str:
    """Method and path, the only name such an event has."""
    scope = template.scope
    said = scope.text(settings.get("arn")) or scope.text(settings.get("route"))
    method, path = scope.text(settings.get("method")), scope.text(settings.get("path"))
    words = said.split() if said else [word for word in ((method or "").upper(), path) if word]
    return re.sub(r"^(\w+) (?=[^/])", r"\1 /", " ".join(words))


def _key(place: Place, name: str) -> Scalar:
    return Scalar(name, place)
