"""What of the source stands where: remedies name places of the model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from lintdem.interpreter.written import dotted, function_at, nodes
from lintdem.model.function import DefineFunction, Function
from lintdem.model.module import Module
from lintdem.model.span import Place, Span
from lintdem.model.values import Attr, Call, Node
from lintdem.program import Handler, Program
from lintdem.program.remembering import remembered

N = TypeVar("N", bound=Node)


def within(program: Program, place: Place, kind: type[N]) -> Iterator[N]:
    """The expressions of a kind inside of a place, outermost first."""
    module = program.modules.get(place.path)
    if module is None:
        return
    for node in nodes(module.body):
        if isinstance(node, kind) and inside(node.span, place.span):
            yield node


def exactly(program: Program, place: Place, kind: type[N]) -> N | None:
    """The expression of a kind at a place."""
    module = program.modules.get(place.path)
    found = _by_span(module).get(place.span, ()) if module is not None else ()
    return next((node for node in found if isinstance(node, kind)), None)


@remembered(64)
def _by_span(module: Module) -> dict[Span, list[Node]]:
    """The expressions of a file by where they stand, outer ones first."""
    found: dict[Span, list[Node]] = {}
    for node in nodes(module.body):
        if isinstance(node, Node):
            found.setdefault(node.span, []).append(node)
    return found


def around(program: Program, place: Place) -> Function | None:
    """The function around a place."""
    module = program.modules.get(place.path)
    return function_at(module, place.span) if module is not None else None


def at_handler(program: Program, handler: Handler) -> Function | None:
    """The function that a handler is, where that is a function of its file."""
    module = program.modules.get(handler.path)
    for statement in module.body if module is not None else ():
        if isinstance(statement, DefineFunction) and statement.function.name == handler.function:
            return statement.function
    return None


def inside(inner: Span, outer: Span) -> bool:
    """Whether one span lies within another."""
    start, end = (inner.line, inner.column), (inner.end_line, inner.end_column)
    return (outer.line, outer.column) <= start and end <= (outer.end_line, outer.end_column)


def last_name(path: str, attr: Attr) -> Place:
    """Where the name of an attribute stands."""
    span = attr.span
    return Place(path, Span(span.end_line, span.end_column - len(attr.name), span.end_line, span.end_column))


def before(place: Place) -> Place:
    """The empty place before another."""
    span = place.span
    return Place(place.path, Span(span.line, span.column, span.line, span.column))


def behind(place: Place) -> Place:
    """The empty place behind another."""
    span = place.span
    return Place(place.path, Span(span.end_line, span.end_column, span.end_line, span.end_column))


def passes(program: Program, function: str, keyword: str) -> bool:
    """Whether somebody calls what has this name with this keyword."""
    return any(
        isinstance(node, Call) and dotted(node.func)[-1] == function and any(arg.name == keyword for arg in node.args)
        for _, module in program.modules.mentioning(function, keyword)
        for node in nodes(module.body)
    )
