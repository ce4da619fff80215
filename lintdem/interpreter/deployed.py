"""Which resource of a template a value in code means: through environment variables, names, URLs and ARNs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

import msgspec

from lintdem.interpreter.domain import Env, Value
from lintdem.interpreter.values import leaves, text
from lintdem.model.span import Place
from lintdem.model.stack import Lambda, Queue, Source, Stack, Table, Topic
from lintdem.model.stack import Value as TemplateValue
from lintdem.program import Handler, Program, Trigger
from lintdem.program.paths import ancestors, folder
from lintdem.program.remembering import remembered

T = TypeVar("T")


def queue_of(value: Value | None, handler: Handler, program: Program) -> Queue | None:
    """The queue a value names."""
    found = (_of(stack).queues.get(name) for stack, name in _names(value, handler, program))
    return next((queue for queue in found if queue is not None), None)


def topic_of(value: Value | None, handler: Handler, program: Program) -> Topic | None:
    """The topic a value names."""
    found = (_of(stack).topics.get(name) for stack, name in _names(value, handler, program))
    return next((topic for topic in found if topic is not None), None)


def table_of(value: Value | None, handler: Handler, program: Program) -> Table | None:
    """The table a value names."""
    found = (_of(stack).tables.get(name) for stack, name in _names(value, handler, program))
    return next((table for table in found if table is not None), None)


def function_of(value: Value | None, handler: Handler, program: Program) -> Lambda | None:
    """The function a value names."""
    found = (_of(stack).functions.get(name) for stack, name in _names(value, handler, program))
    return next((functions[0] for functions in found if functions), None)


def own_function(handler: Handler, program: Program) -> Lambda | None:
    """The resource that deploys a handler."""
    found = (_of(stack).functions.get(handler.resource) for stack in _stacks(handler, program)) if handler.resource else ()
    return next((functions[0] for functions in found if functions), None)


def sent_anew(triggers: tuple[Trigger, ...], handler: Handler, program: Program) -> str:
    """Why a template lets a source send an event again under another id; "" when it does not."""
    sources = {trigger.source for trigger in triggers}
    for stack in _stacks(handler, program):
        queues = {name for trigger in triggers if trigger.target is not None for name in _named(trigger.target)}
        if any(queue.redrive is not None and queues & {queue.name, queue.queue_name} for queue in stack.queues):
            return "the template gives its queue a dead-letter queue, and a redrive from there sends a message under a new id"
        if Source.EVENTBRIDGE in sources and any(resource.type in _ARCHIVES for resource in stack.resources):
            return "the template archives the events of a bus, and a replay sends an event under a new id"
    return ""


_ARCHIVES = frozenset({"AWS::Events::Archive", "aws_cloudwatch_event_archive"})


def names_of(place: Place, program: Program) -> set[str]:
    """The words by which code may mean a table or function: its names, and variables of the environment that say them."""
    tables = {name for stack in program.stacks for one in stack.tables if one.place == place for name in (one.name, one.table_name)}
    own = {name for name in tables if name} | {f.name for stack in program.stacks for f in stack.functions if f.place == place}
    variables = (pair for stack in program.stacks for function in stack.functions for pair in function.environment)
    return own | {variable for variable, value in variables if not own.isdisjoint(_named(value))}


def _names(value: Value | None, handler: Handler, program: Program) -> Iterator[tuple[Stack, str]]:
    """The names a value may have in each stack: its own text, or what the environment says."""
    if value is None:
        return
    for leaf in leaves(value):
        written = text(leaf)
        for stack in _stacks(handler, program):
            if written:
                yield stack, written.replace(":", "/").rpartition("/")[2]
            elif isinstance(leaf, Env):
                for name in _environment(stack, handler, leaf.name):
                    yield stack, name


def _stacks(handler: Handler, program: Program) -> Sequence[Stack]:
    """The template that deploys a handler; where none does, those in the folders above it."""
    if handler.evidence is not None:
        return program.stacks_at(handler.evidence)
    return [stack for stack in program.stacks if folder(stack.path) in ancestors(handler.path)]


def _environment(stack: Stack, handler: Handler, variable: str) -> Iterator[str]:
    for function in _of(stack).functions.get(handler.resource or "") or stack.functions:
        for name, value in function.environment:
            if name == variable:
                yield from _named(value)


def _named(value: TemplateValue) -> Iterator[str]:
    if value.kind in ("ref", "attribute"):
        yield value.text
    elif value.kind == "text":
        yield value.text.replace(":", "/").rpartition("/")[2]


# --- what is looked up again and again ---


class _Declared(msgspec.Struct, frozen=True):
    """What a template declares, by each of its names; the first of a name counts."""

    queues: dict[str, Queue]
    topics: dict[str, Topic]
    tables: dict[str, Table]
    functions: dict[str, list[Lambda]]


@remembered(512)
def _of(stack: Stack) -> _Declared:
    functions: dict[str, list[Lambda]] = {}
    for function in stack.functions:
        functions.setdefault(function.name, []).append(function)
    return _Declared(
        _named_by((one, (one.name, one.queue_name)) for one in stack.queues),
        _named_by((one, (one.name, one.topic_name)) for one in stack.topics),
        _named_by((one, (one.name, one.table_name)) for one in stack.tables),
        functions,
    )


def _named_by(declared: Iterable[tuple[T, tuple[str | None, ...]]]) -> dict[str, T]:
    found: dict[str, T] = {}
    for one, names in declared:
        for name in names:
            if name is not None:
                found.setdefault(name, one)
    return found
