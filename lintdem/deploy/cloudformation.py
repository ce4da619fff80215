"""A CloudFormation or SAM template to a `Stack`: every resource read once, then the wiring between them."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from lintdem.deploy.functions import read_function, with_invoke_config
from lintdem.deploy.nodes import Record
from lintdem.deploy.statemachine import task_links
from lintdem.deploy.storage import TABLE_TYPES, read_alarms, read_queue, read_table, read_topic
from lintdem.deploy.template import FUNCTION_TYPES, OUTSIDE, Declared, Link, Template
from lintdem.deploy.wiring import links, permitted
from lintdem.model.module import Problem
from lintdem.model.stack import Event, Lambda, Resource, Stack

_PHYSICAL = ("TopicName", "BucketName", "StateMachineName", "StreamName", "FunctionName", "Name", "TableName")


def kind_of(template: Template) -> str:
    """ "sam", "cdk" for a synthesised template, or "cloudformation"."""
    if "Transform" in template.root.entries and "Serverless" in template.scope.render(template.root.get("Transform")):
        return "sam"
    if any(resource.type.startswith("AWS::Serverless::") for resource in template.resources.values()):
        return "sam"
    return "cdk" if f"/{template.path}".find("/cdk.out/") >= 0 else "cloudformation"


def stack_of(template: Template, kind: str, extra: Iterable[Lambda] = (), beyond: Iterable[Link] = ()) -> Stack:
    """Everything the template says. `extra` are functions declared outside its resources section, `beyond`
    what other templates say about its functions."""
    functions = [read_function(template, resource) for resource in template.of_type(*FUNCTION_TYPES)]
    found = list(task_links(template))
    wired = [*links(template), *(item for item in found if not isinstance(item, Problem)), *beyond]
    functions = _configured(template, [*functions, *extra])
    return Stack(
        path=template.path,
        kind=kind,
        functions=tuple(wire(functions, wired, list(permitted(template)))),
        queues=tuple(read_queue(template, resource) for resource in template.of_type("AWS::SQS::Queue")),
        tables=tuple(read_table(template, resource) for resource in template.of_type(*TABLE_TYPES)),
        topics=tuple(read_topic(template, resource) for resource in template.of_type("AWS::SNS::Topic")),
        alarms=tuple(alarm for resource in template.of_type("AWS::CloudWatch::Alarm") for alarm in read_alarms(template, resource)),
        resources=tuple(_others(template)),
        problems=(*template.problems, *(item for item in found if isinstance(item, Problem))),
    )


def wire(functions: Iterable[Lambda], wired: Iterable[Link], permitted: Iterable[Link]) -> list[Lambda]:
    """The functions with the events that reach them; a permission counts only where nothing else does."""
    strong, weak = _by_name(wired), _by_name(permitted)
    return [_with_events(function, strong, weak) for function in functions]


def _with_events(function: Lambda, strong: dict[str, list[Event]], weak: dict[str, list[Event]]) -> Lambda:
    events = (*function.events, *strong.get(function.name, ())) or tuple(weak.get(function.name, ()))
    ordered = sorted(dict.fromkeys(events), key=lambda event: (event.place, event.source.value, event.name))
    return msgspec.structs.replace(function, events=tuple(ordered))


def _by_name(wired: Iterable[Link]) -> dict[str, list[Event]]:
    found: dict[str, list[Event]] = {}
    for name, event in wired:
        found.setdefault(name, []).append(event)
    return found


def _configured(template: Template, functions: list[Lambda]) -> list[Lambda]:
    """The functions with the `AWS::Lambda::EventInvokeConfig` that stands apart from them."""
    settings: dict[str, Record] = {}
    for resource in template.of_type("AWS::Lambda::EventInvokeConfig"):
        for name in template.functions_in(resource.properties.get("FunctionName")):
            settings.setdefault(name, resource.properties)
    return [with_invoke_config(template, function, settings.get(function.name)) for function in functions]


def _others(template: Template) -> Iterable[Resource]:
    known = (*FUNCTION_TYPES, OUTSIDE, *TABLE_TYPES, "AWS::SQS::Queue")
    for resource in template.resources.values():
        if resource.type not in known:
            physical = _physical(template, resource)
            yield Resource(name=resource.name, type=resource.type, place=resource.place, physical=physical)


def _physical(template: Template, resource: Declared) -> str | None:
    names = (template.scope.text(resource.properties.get(name)) for name in _PHYSICAL)
    return next((name for name in names if name), None)
