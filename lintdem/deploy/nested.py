"""What one template says about the functions of another.

A nested stack is given values by its parent and gives outputs back; stacks side by side exchange values by name.
Where such a value is a function, the events that one template declares belong to the function of the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from lintdem.deploy.engine import ENDINGS
from lintdem.deploy.exchange import exchanges
from lintdem.deploy.nodes import Node, Record, as_record
from lintdem.deploy.paths import join
from lintdem.deploy.statemachine import task_links
from lintdem.deploy.template import Link, Template
from lintdem.deploy.wiring import links
from lintdem.model.module import Problem
from lintdem.model.stack import Event

_TYPES = ("AWS::CloudFormation::Stack", "AWS::Serverless::Application")
_LOCATIONS = ("TemplateURL", "Location")
_ROUNDS = 4
"""A function passed from one nested stack to another takes two rounds; deeper nesting is rare."""

Target = tuple[str, str]
"""A template's path and the name of a function in it."""


def nested_links(templates: Mapping[str, Template]) -> dict[str, list[Link]]:
    """For each template, the events that other templates declare for its functions."""
    nestings = [nesting for template in templates.values() for nesting in _nestings(template, templates)]
    known: dict[str, dict[str, Target]] = {}
    exchanged = exchanges(templates)
    for _ in range(_ROUNDS if nestings or exchanged else 0):
        for parent, name, given, child in nestings:
            _pass_down(parent, given, child, known)
            _pass_up(parent, name, child, known)
        for wanted, offer in exchanged:
            target = _target(templates[offer.template], offer.value, known)
            if target is not None and target[0] != wanted.template:
                known.setdefault(wanted.template, {}).setdefault(wanted.text, target)
    found: dict[str, list[Link]] = {}
    for path, foreign in sorted(known.items()):
        for (owner, function), event in _foreign_links(templates[path], foreign):
            found.setdefault(owner, []).append((function, event))
    return found


def _nestings(
    template: Template, templates: Mapping[str, Template]
) -> Iterator[tuple[Template, str, Record | None, Template]]:
    """Every nested stack whose template is at hand: parent, name, parameters, child."""
    for resource in template.of_type(*_TYPES):
        for field in _LOCATIONS:
            written = template.scope.text(resource.properties.get(field))
            path = join(template.folder, written) if written else None
            child = next((templates[f"{path}{end}"] for end in ENDINGS if f"{path}{end}" in templates), None)
            if child is not None and child is not template:
                given = as_record(template.scope.pick(resource.properties.get("Parameters")))
                yield template, resource.name, given, child


def _pass_down(parent: Template, given: Record | None, child: Template, known: dict[str, dict[str, Target]]) -> None:
    for name, _, value in given.values() if given else ():
        target = _target(parent, value, known)
        if target is not None:
            known.setdefault(child.path, {})["${" + name + "}"] = target


def _pass_up(parent: Template, name: str, child: Template, known: dict[str, dict[str, Target]]) -> None:
    outputs = as_record(child.root.get("Outputs"))
    for output, _, body in outputs.values() if outputs else ():
        value = body.get("Value") if isinstance(body, Record) else None
        target = _target(child, value, known) if value is not None else None
        if target is not None:
            known.setdefault(parent.path, {})["${" + f"{name}.Outputs.{output}" + "}"] = target


def _target(template: Template, node: Node, known: Mapping[str, Mapping[str, Target]]) -> Target | None:
    own = template.functions_in(node)
    if own:
        return template.path, own[0]
    return known.get(template.path, {}).get(template.scope.render(node))


def _foreign_links(template: Template, foreign: Mapping[str, Target]) -> Iterator[tuple[Target, Event]]:
    """The links of a template to the functions that it only knows by a value given to it."""
    marked = {text: f"\0{number}" for number, text in enumerate(foreign)}
    targets = {marked[text]: target for text, target in foreign.items()}
    open_parameters = {text[2:-1]: None for text in foreign if text.startswith("${")}
    scope = msgspec.structs.replace(template.scope, parameters={**template.scope.parameters, **open_parameters})
    seen = msgspec.structs.replace(template, scope=scope, names={**template.names, **marked})
    for item in (*links(seen), *task_links(seen)):
        if not isinstance(item, Problem) and item[0] in targets:
            yield targets[item[0]], item[1]
