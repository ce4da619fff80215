"""State machines: which states invoke which functions, and whether they retry.

A definition may stand in the template as a record, in a string of JSON, or in a file beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress

import msgspec

from lintdem.deploy.engine import ENDINGS, blanked
from lintdem.deploy.intrinsics import slots_of
from lintdem.deploy.json_tree import read_json
from lintdem.deploy.nodes import Node, Record, Scalar, as_items, as_record, line_of, walk
from lintdem.deploy.paths import join
from lintdem.deploy.template import Declared, Link, Template
from lintdem.deploy.yaml_tree import read_yaml
from lintdem.errors import LoweringError
from lintdem.model.module import Problem
from lintdem.model.span import Place, Span
from lintdem.model.stack import Event, Source, Value
from lintdem.regexes import late

_BARE_SLOT = late(r"(:\s*)\$\{[^}\"]*\}")

STATE_MACHINE_TYPES = ("AWS::Serverless::StateMachine", "AWS::StepFunctions::StateMachine")


class Task(msgspec.Struct, frozen=True):
    """A task state: its name, what it calls (resource and arguments), and whether it is retried."""

    name: str
    place: Place
    called: tuple[Node, ...]
    retried: bool


def task_links(template: Template) -> Iterator[Link | Problem]:
    """The task states of every state machine as events of the functions they call."""
    for machine in template.of_type(*STATE_MACHINE_TYPES):
        try:
            definition = _definition(template, machine)
        except _Unreadable as error:
            yield error.problem
            continue
        if definition is not None:
            yield from _machine_links(template, machine, definition)


def _machine_links(template: Template, machine: Declared, definition: Record) -> Iterator[Link]:
    scope = template.scope
    express = scope.text(machine.properties.get("Type")) == "EXPRESS" or (
        scope.text(machine.properties.get("StateMachineType")) == "EXPRESS"
    )
    given = as_record(scope.pick(machine.properties.get("DefinitionSubstitutions")))
    itself = Value("ref", machine.name, machine.place)
    for task in tasks(definition):
        retried = None if express and not task.retried else task.retried
        event = Event(source=Source.STEP_FUNCTIONS, place=task.place, name=task.name, target=itself, retried=retried)
        for name in _called(template, task, given):
            yield name, event


def tasks(definition: Record) -> Iterator[Task]:
    """Every task state, also those inside Parallel and Map, whose own Retry counts for what they hold."""
    pending: list[tuple[Record, bool]] = [(definition, False)]
    while pending:
        machine, retried = pending.pop()
        states = as_record(machine.get("States"))
        for name, key, body in states.values() if states else ():
            if isinstance(body, Record):
                again = retried or _retries(body)
                if body.get("Resource") is not None:
                    yield Task(name, key.place, _callees(body), again)
                pending += [(inner, again) for inner in _inner(body)]


def _inner(state: Record) -> Iterator[Record]:
    for field in ("Iterator", "ItemProcessor", "Branches"):
        for item in as_items(state.get(field)):
            if isinstance(item, Record):
                yield item


def _retries(state: Record) -> bool:
    """Whether any retrier tries at least once more."""
    attempts = [item.get("MaxAttempts") for item in as_items(state.get("Retry")) if isinstance(item, Record)]
    return any(not (isinstance(count, Scalar) and count.text == "0") for count in attempts)


def _callees(state: Record) -> tuple[Node, ...]:
    found = [state.get("Resource")]
    for field in ("Parameters", "Arguments"):
        arguments = as_record(state.get(field))
        found += [arguments.get("FunctionName") if arguments else None]
    return tuple(node for node in found if node is not None)


def _called(template: Template, task: Task, given: Record | None) -> Iterator[str]:
    """The functions a task calls: mentioned directly, or by the name of a substitution."""
    seen: set[str] = set()
    for node in task.called:
        for name in template.functions_in(node):
            seen.add(name)
        for text in (part.text for part in walk(node) if isinstance(part, Scalar)):
            for slot in slots_of(text):
                seen.update(template.functions_in(given.get(slot) if given else None))
    yield from sorted(seen)


def steps_in(files: Mapping[str, str]) -> dict[str, tuple[tuple[str, Event], ...]]:
    """Of every definition that is a file of its own: the slots (`${…}`) that its tasks call, each with what a task makes of it."""
    found = {}
    for path, text in sorted(files.items()):
        if path.endswith((".json", ".yaml", ".yml")) and "StartAt" in text and "States" in text:
            with suppress(_Unreadable):  # told where a template takes it in
                found[path] = tuple(_steps(read_definition(path, files)))
    return found


def _steps(definition: Record | None) -> Iterator[tuple[str, Event]]:
    for task in tasks(definition) if definition is not None else ():
        event = Event(source=Source.STEP_FUNCTIONS, place=task.place, name=task.name, retried=task.retried)
        for node in task.called:
            for text in (part.text for part in walk(node) if isinstance(part, Scalar)):
                yield from ((slot, event) for slot in slots_of(text))


class _Unreadable(Exception):
    """A definition that is there and cannot be read."""

    def __init__(self, message: str, code: str, place: Place) -> None:
        super().__init__(message)
        self.problem = Problem(place, code, message)


def _definition(template: Template, machine: Declared) -> Record | None:
    properties = machine.properties
    written = template.scope.pick(properties.get("Definition"))
    if isinstance(written, Record):
        return written
    for field in ("DefinitionUri", "DefinitionS3Location"):
        name = template.scope.text(properties.get(field))
        path = join(template.folder, name) if name else None
        found = next((f"{path}{end}" for end in ENDINGS if f"{path}{end}" in template.files), None)
        if found is not None:
            return read_definition(found, template.files)
    text = template.scope.pick(properties.get("DefinitionString"))
    return _from_text(template, text) if text is not None else None


def _from_text(template: Template, node: Node) -> Record | None:
    """A definition in a string, read with references left as slots."""
    origin = next((part for part in walk(node) if isinstance(part, Scalar) and "{" in part.text), None)
    if origin is None:
        return None
    text = template.scope.render(node)
    try:
        return as_record(_read_slotted(template.path, text, origin))
    except LoweringError as error:
        message = f"the state machine definition is not JSON before deployment: {error}"
        raise _Unreadable(message, "LDM902", line_of(origin.place)) from error


def _read_slotted(path: str, text: str, origin: Scalar | None = None) -> Node:
    """JSON in which `${…}` may stand where a number or a list will be."""
    try:
        return read_json(path, text, origin)
    except LoweringError:
        return read_json(path, _BARE_SLOT.sub(_filled, text), origin)


def _read_unrendered(path: str, text: str) -> Node | None:
    """A definition before a template engine has made JSON of it: YAML allows a comma too many."""
    try:
        return _read_slotted(path, text)
    except LoweringError:
        return read_yaml(path, text)


def _filled(found: re.Match[str]) -> str:
    """A number of the same width, for a value that deployment writes without quotes."""
    return found.group(1) + "1" * (len(found.group()) - len(found.group(1)))


def read_definition(path: str, files: Mapping[str, str]) -> Record | None:
    """A definition from its own file, JSON or YAML."""
    text = files[path]
    rendered = path.endswith(ENDINGS[1:])
    node: Node | None
    try:
        if rendered:
            node = _read_unrendered(path, blanked(text))
        else:
            node = _read_slotted(path, text) if path.endswith(".json") else read_yaml(path, text)
    except LoweringError as error:
        place = Place(path, Span(error.line, error.column, error.line, error.column + 1))
        raise _Unreadable(f"the state machine definition cannot be read: {error}", "LDM901", place) from error
    return as_record(node)
