"""Zappa's settings: the functions that a deployed application runs for its events, and its own entry point."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from lintdem.deploy.events import polled, polled_source
from lintdem.deploy.json_tree import read_json
from lintdem.deploy.nodes import Node, Record, Scalar, Series, as_items, as_record, empty, record_of
from lintdem.deploy.paths import folder_of
from lintdem.deploy.template import OUTSIDE, Declared, Template, read_template
from lintdem.deploy.yaml_tree import read_yaml
from lintdem.errors import LoweringError
from lintdem.model.span import Place, Span
from lintdem.model.stack import Event, Lambda, Source, Stack
from lintdem.regexes import late

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_NAMED = late(r"(^|/)zappa_settings\.(json|toml|ya?ml)$")
_CALLED = {"sns": Source.SNS, "s3": Source.S3, "events": Source.EVENTBRIDGE}
_POLLED = frozenset({Source.SQS, Source.SQS_FIFO, Source.KINESIS, Source.DYNAMODB_STREAM, Source.KAFKA, Source.MQ})
_RENAMED = {"batch_size": "BatchSize", "batch_window": "MaximumBatchingWindowInSeconds", "starting_position": "StartingPosition"}


def is_zappa(path: str) -> bool:
    """Whether the name is that of Zappa's settings."""
    return _NAMED.search(path) is not None


def read_zappa(path: str, text: str) -> Stack | None:
    """The functions of every stage; of those that stages share, the first counts. Raises LoweringError."""
    root = _tree(path, text)
    if not isinstance(root, Record):
        return None
    found: dict[str, Lambda] = {}
    for stage, _, settings in root.values():
        if isinstance(settings, Record):
            template = _template(path, settings)
            for function in _functions(template, stage, _inherited(root, settings)):
                found.setdefault(function.handler or "", function)
    return Stack(path=path, kind="zappa", functions=tuple(found[name] for name in sorted(found))) if found else None


def _tree(path: str, text: str) -> Node | None:
    if path.endswith(".toml"):
        return _Toml(path, text).read()
    return read_json(path, text) if path.endswith(".json") else read_yaml(path, text)


def _template(path: str, settings: Record) -> Template:
    """Settings have no references; the readers of event sources ask a template all the same."""
    outside = {"settings": Declared("settings", OUTSIDE, settings.place, settings, settings, False)}
    template = read_template(path, empty(settings.place), {}, outside)
    assert template is not None
    return template


def _inherited(root: Record, settings: Record) -> Record:
    """The settings of a stage over those it extends."""
    entries, seen = dict(settings.entries), {id(settings)}
    above: Record | None = settings
    while above is not None:
        name = above.get("extends")
        above = as_record(root.get(name.text)) if isinstance(name, Scalar) else None
        if above is None or id(above) in seen:
            break
        seen.add(id(above))
        entries = {**above.entries, **entries}
    return Record(entries, settings.place)


def _functions(template: Template, stage: str, settings: Record) -> Iterator[Lambda]:
    scope = template.scope
    variables = {
        name: scope.value(node)
        for field in ("environment_variables", "aws_environment_variables")
        for name, _, node in _values(settings.get(field))
    }
    shared = Lambda(
        name=stage,
        place=settings.place,
        code=(folder_of(template.path),),
        timeout=scope.number(settings.get("timeout_seconds")),
        environment=tuple(variables.items()),
        runtime=scope.text(settings.get("runtime")),
        packed=True,
    )
    events: dict[str, list[Event]] = {}
    places: dict[str, Place] = {}
    for name, event, place in _each_event(template, settings):
        events.setdefault(name, []).append(event)
        places.setdefault(name, place)
    for name, given in events.items():
        at = places[name]
        yield replace(shared, name=f"{stage}.{name}", place=at, handler=name, handler_place=at, events=tuple(given))
    for own in (settings.get("lambda_handler"), settings.get("app_function")):
        if isinstance(own, Scalar) and own.text not in events:
            api = Event(source=Source.API, place=own.place)
            yield replace(shared, place=own.place, handler=own.text, handler_place=own.place, events=(api,))


def _values(node: Node | None) -> Iterator[tuple[str, Scalar, Node]]:
    return node.values() if isinstance(node, Record) else iter(())


def _each_event(template: Template, settings: Record) -> Iterator[tuple[str, Event, Place]]:
    for item in as_items(settings.get("events")):
        function = item.get("function") if isinstance(item, Record) else None
        if isinstance(item, Record) and isinstance(function, Scalar):
            yield function.text, _event(template, item), function.place
    for field in ("cognito", "authorizer"):
        section = as_record(settings.get(field))
        triggers = as_items(section.get("triggers")) if section is not None and field == "cognito" else (section,)
        for trigger in triggers:
            function = trigger.get("function") if isinstance(trigger, Record) else None
            if isinstance(function, Scalar):
                source = Source.COGNITO if field == "cognito" else Source.API
                yield function.text, Event(source=source, place=function.place), function.place


def _event(template: Template, item: Record) -> Event:
    """One event: a schedule in words, or a source by its ARN."""
    source = as_record(item.get("event_source"))
    if source is None:
        return Event(source=Source.SCHEDULE, place=item.place)
    arn = source.get("arn")
    settings = Record({_RENAMED.get(name, name): entry for name, entry in source.entries.items()}, source.place)
    kind = polled_source(template, settings, arn)
    if kind in _POLLED and not _service(arn):
        return polled(template, kind, ("", source.place), settings, arn)
    target = template.scope.value(arn) if arn is not None else None
    pattern = source.get("pattern") or item.get("event_pattern")
    called = Source.EVENTBRIDGE if pattern is not None else _CALLED.get(_service(arn), Source.UNKNOWN)
    return Event(source=called, place=source.place, target=target)


def _service(arn: Node | None) -> str:
    """The service of an ARN that Lambda does not poll, "" for the others."""
    parts = arn.text.split(":") if isinstance(arn, Scalar) else []
    return parts[2] if len(parts) > 2 and parts[2] in _CALLED else ""


class _Toml:
    """TOML as nodes. The library keeps no places, so a text has the line where it is next written."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.at = 0

    def read(self) -> Node:
        """The whole file. Raises LoweringError."""
        try:
            content = tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            line = re.search(r"at line (\d+)", str(error))
            raise LoweringError(f"not TOML: {error}", int(line.group(1)) if line else 1) from error
        except RecursionError as error:
            raise LoweringError("nested too deeply to be settings") from error
        return self._node(content)

    def _node(self, value: Any) -> Node:
        if isinstance(value, Mapping):
            entries = [(Scalar(key, self._place(key)), self._node(inner)) for key, inner in value.items()]
            return record_of(entries, entries[0][0].place if entries else self._place(""))
        if isinstance(value, list):
            items = tuple(self._node(item) for item in value)
            return Series(items, items[0].place if items else self._place(""))
        if isinstance(value, str):
            return Scalar(value, self._place(value))
        written = str(value).lower() if isinstance(value, bool) else str(value)
        return Scalar(written, self._place(written), plain=True)

    def _place(self, written: str) -> Place:
        found = self.text.find(written, self.at)
        if found < 0:
            found = max(self.text.find(written), 0)
        self.at = found
        line, column = self.text.count("\n", 0, found) + 1, found - self.text.rfind("\n", 0, found)
        return Place(self.path, Span(line, column, line, column + len(written.split("\n", maxsplit=1)[0])))
