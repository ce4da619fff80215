"""The Serverless Framework's `serverless.yml`: its functions, their events, and the resources section."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import msgspec

from lintdem.deploy.cloudformation import stack_of
from lintdem.deploy.docker import read_image
from lintdem.deploy.events import destination
from lintdem.deploy.functions import environment
from lintdem.deploy.intrinsics import Scope
from lintdem.deploy.lift import granted, resources, with_workers
from lintdem.deploy.nodes import Entry, Node, Record, Scalar, Series, as_items, as_record, empty
from lintdem.deploy.paths import code_folders, join, layer_folders, unique
from lintdem.deploy.permissions import service_grants
from lintdem.deploy.serverless_events import read_event
from lintdem.deploy.serverless_variables import Variables
from lintdem.deploy.template import OUTSIDE, Declared, Template, read_template
from lintdem.model.span import Place
from lintdem.model.stack import Event, Lambda, Source, Stack, Value

_WSGI = frozenset({"wsgi_handler.handler", "wsgi.handler"})
"""Handlers that the plugin for web applications puts beside the code."""


def read_serverless(path: str, root: Record, files: Mapping[str, str]) -> Stack | None:
    """The stack of a serverless.yml; None when it declares neither functions nor resources."""
    variables = Variables(path, root, files)
    service = variables.resolved(root)
    if not isinstance(service, Record) or not _on_aws(service):
        return None
    declared = with_workers(service, list(_functions(service)))
    machines = dict((*_machines(service), *resources(service)))
    outside = machines | {name: found for found in declared for name in (found.name, _logical_id(found.name))}
    template = read_template(path, _resources(service), files, outside)
    if template is None:
        return None
    names = dict(template.names) | dict(_names(template, service, declared))
    template = msgspec.structs.replace(template, names=names, problems=(*template.problems, *variables.problems))
    return stack_of(template, "serverless", [_function(template, service, found) for found in declared])


def _on_aws(service: Record) -> bool:
    provider = service.get("provider")
    name = provider.get("name") if isinstance(provider, Record) else provider
    return isinstance(name, Scalar) and name.text == "aws"


def _functions(service: Record) -> Iterator[Declared]:
    """The functions section, which may be a list of included parts."""
    for part in as_items(service.get("functions")):
        for name, key, body in part.values() if isinstance(part, Record) else ():
            if isinstance(body, Record):
                yield Declared(name, OUTSIDE, key.place, body, body, False)


def _machines(service: Record) -> Iterator[tuple[str, Declared]]:
    """State machines of the step functions plugin, as SAM would declare them."""
    plugin = as_record(service.get("stepFunctions"))
    for part in as_items(plugin.get("stateMachines") if plugin else None):
        for name, key, body in part.values() if isinstance(part, Record) else ():
            definition = as_record(body.get("definition")) if isinstance(body, Record) else None
            if isinstance(body, Record) and definition is not None:
                properties = Record({"Definition": Entry(key, definition)}, body.place)
                kind = body.entries.get("type")
                if kind is not None:
                    properties.entries["Type"] = kind
                yield name, Declared(name, "AWS::Serverless::StateMachine", key.place, body, properties, False)


def _resources(service: Record) -> Record:
    """The resources section as a template; of several parts the entries of each section together."""
    sections: dict[str, Entry] = {}
    for part in as_items(service.get("resources")):
        for name, entry in part.entries.items() if isinstance(part, Record) else ():
            sections[name] = _joined(sections.get(name), entry)
    return Record(sections, service.place)


def _joined(before: Entry | None, entry: Entry) -> Entry:
    if before is None or not isinstance(before.value, Record) or not isinstance(entry.value, Record):
        return entry
    return Entry(before.key, Record({**before.value.entries, **entry.value.entries}, before.value.place))


def _names(template: Template, service: Record, declared: list[Declared]) -> Iterator[tuple[str, str]]:
    """What functions are called in AWS: by `name`, else by service, stage and their key.
    https://www.serverless.com/framework/docs/providers/aws/guide/functions"""
    scope = template.scope
    start = scope.text(service.get("service")) or scope.text(scope.get(service, "service", "name"))
    stage = scope.get(service, "provider", "stage")
    for found in declared:
        written = scope.text(found.body.get("name"))
        if written is None and start and "name" not in found.body.entries:
            known = "dev" if stage is None else scope.text(stage)
            written = f"{start}-{known}-{found.name}" if known else None
        if written:
            yield written, found.name


def _logical_id(name: str) -> str:
    """The name the framework gives the function's resource."""
    spelled = name.replace("-", "Dash").replace("_", "Underscore")
    return f"{spelled[:1].upper()}{spelled[1:]}LambdaFunction"


def _function(template: Template, service: Record, declared: Declared) -> Lambda:
    scope, body = template.scope, declared.body
    provider = as_record(service.get("provider")) or empty(service.place)
    failing = scope.get(body, "destinations", "onFailure")
    found = Lambda(
        name=declared.name,
        place=declared.place,
        handler=_handler(scope, service, body),
        handler_place=_place(body.get("handler")),
        code=_code(template, body),
        layers=_layers(template, service, body.get("layers") or provider.get("layers")),
        packed=any(scope.get(part, "package", "artifact") is not None for part in (body, service)),
        archive=scope.render(scope.get(body, "package", "artifact")),
        runtime=scope.text(body.get("runtime")) or scope.text(provider.get("runtime")),
        timeout=scope.number(body.get("timeout")) or scope.number(provider.get("timeout")),
        environment=_environment(template, provider, body),
        events=tuple(_events(template, body)),
        async_retries=scope.number(body.get("maximumRetryAttempts")),
        async_max_age=scope.number(body.get("maximumEventAge")),
        dead_letter=destination(template, body.get("onError") or body.get("deadLetter")),
        on_failure=destination(template, _destination_arn(failing)),
        concurrency=scope.number(body.get("reservedConcurrency")),
        grants=service_grants(template, provider, body, granted(service)),
        unread=(
            *template.unread(body if "timeout" in body.entries else provider, timeout="timeout"),
            *template.unread(body, async_retries="maximumRetryAttempts", async_max_age="maximumEventAge"),
        ),
    )
    return _with_image(template, provider, body, found) if "image" in body.entries else found


def _handler(scope: Scope, service: Record, body: Record) -> str | None:
    """The handler, or the application that the plugin for web applications hands its requests to:
    https://github.com/logandk/serverless-wsgi#wsgi-applications."""
    written = scope.text(body.get("handler"))
    served = scope.text(scope.get(service, "custom", "wsgi", "app")) if written in _WSGI else None
    return served.replace(":", ".") if served else written


def _place(node: Node | None) -> Place | None:
    return node.place if node is not None else None


def _destination_arn(node: Node | None) -> Node | None:
    return node.get("arn") if isinstance(node, Record) and "arn" in node.entries else node


def _environment(template: Template, provider: Record, body: Record) -> tuple[tuple[str, Value], ...]:
    merged = dict(environment(template, provider.get("environment")))
    merged.update(environment(template, body.get("environment")))
    return tuple(merged.items())


def _code(template: Template, body: Record) -> tuple[str, ...]:
    """The service's folder; the folder of a function that is packaged as a module of its own comes first."""
    module = template.scope.text(body.get("module"))
    return unique([*(code_folders(template.folder, module) if module else ()), template.folder])


def _layers(template: Template, service: Record, used: Node | None) -> tuple[str, ...]:
    """Folders of the service's own layers among those the function uses."""
    own = as_record(service.get("layers"))
    found: list[str] = []
    if own is None or used is None:
        return ()
    for name, _, layer in own.values():
        written = template.scope.text(layer.get("path")) if isinstance(layer, Record) else None
        mentioned = re.sub(r"LambdaLayer$", "", " ".join(_texts(used)), flags=re.MULTILINE).lower()
        if written and name.lower() in mentioned:
            found += layer_folders(template.folder, written)
    return unique(found)


def _texts(node: Node) -> Iterator[str]:
    for item in as_items(node):
        target = item.get("Ref") if isinstance(item, Record) else item
        if isinstance(target, Scalar):
            yield target.text


def _events(template: Template, body: Record) -> Iterator[Event]:
    for item in as_items(body.get("events")):
        if isinstance(item, Record) and item.entries:
            kind, entry = next(iter(item.entries.items()))
            yield read_event(template, kind, entry.key.place, entry.value)
        elif isinstance(item, Scalar):
            yield read_event(template, item.text, item.place, empty(item.place))
    url = body.entries.get("url")
    if url is not None and template.scope.flag(url.value) is not False:
        yield Event(source=Source.FUNCTION_URL, place=url.key.place)


def _with_image(template: Template, provider: Record, body: Record, function: Lambda) -> Lambda:
    """The function with the handler of its image, when the service builds the image itself."""
    scope, image = template.scope, body.get("image")
    name = scope.text(scope.get(image, "name")) or scope.text(image)
    build = scope.get(provider, "ecr", "images", name or "")
    context = join(template.folder, scope.text(scope.get(build, "path")) or scope.text(build) or ".")
    command = scope.get(image, "command")
    if isinstance(command, Series) and command.items and context is not None:
        handler = scope.text(command.items[0])
        return msgspec.structs.replace(function, handler=handler, handler_place=command.place, code=(context,), packed=True)
    path = join(context or "", scope.text(scope.get(build, "file")) or "Dockerfile")
    if path is None or path not in template.files:
        return function
    found = read_image(path, template.files[path], context)
    return msgspec.structs.replace(function, handler=found.handler, handler_place=found.place, code=found.folders, packed=True)
