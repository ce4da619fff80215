"""Puts the interpreter together and runs handlers."""

from __future__ import annotations

import msgspec

from lintdem.interpreter.calling import call as call_value
from lintdem.interpreter.conditions import assume
from lintdem.interpreter.definitions import member_of, run_here, run_module
from lintdem.interpreter.domain import Fact, Func, Made, Partial, Path, Scope, Unknown, Value
from lintdem.interpreter.expressions import evaluate
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.libraries.lostupdates import origins
from lintdem.interpreter.library import call_library
from lintdem.interpreter.loading import Loader
from lintdem.interpreter.machine import BUDGET, Args, Frame, Machine, Parts, Raised, Stop
from lintdem.interpreter.objects import attribute, item, typed
from lintdem.interpreter.passedon import taken_by_name
from lintdem.interpreter.statements import execute
from lintdem.interpreter.stores import settled
from lintdem.interpreter.trace import Event, Invocation, Retry
from lintdem.interpreter.values import any_of, members
from lintdem.interpreter.worlds import Looked
from lintdem.model.function import Function
from lintdem.model.span import Place, Span
from lintdem.program import Handler, Program

PARTS = Parts(evaluate, execute, call_value, attribute, item, assume, run_module, call_library, typed, origins)


class Run(msgspec.Struct, frozen=True):
    """One handler, run once. `sites` are the calls by place; `returns` the values it returns; `raises` the
    exceptions that leave it; `complete` is False when the budget ended the run early."""

    handler: Handler
    events: tuple[Event, ...]
    sites: dict[Place, Invocation]
    returns: tuple[tuple[Value, frozenset[Fact]], ...]
    raises: tuple[Raised, ...]
    wrappers: tuple[str, ...]
    event_types: tuple[str, ...]
    complete: bool
    paths: frozenset[tuple[str, ...]]
    constants: frozenset[str]
    classes: frozenset[str]
    imported: tuple[Event, ...] = ()
    """What the bodies of modules did that were run for this handler first."""
    firsts: tuple[tuple[Place, tuple[str, ...]], ...] = ()
    """Where the first of several records is picked, with the path to the records."""
    optional: tuple[tuple[tuple[str, ...], Place], ...] = ()
    """What of the event is read with `get` and never tested, and where."""
    minted: tuple[tuple[Place, frozenset[Retry]], ...] = ()
    """Where fresh values are made, with the retries around it."""
    buffers: tuple[tuple[Place, frozenset[Place]], ...] = ()
    """Where writes are gathered into one call, with the loops around it."""
    certain: frozenset[tuple[str, ...]] = frozenset()
    """What of the event is read so that its absence raises, where nothing asks whether it is there."""
    reads: tuple[tuple[tuple[str, Span], Path], ...] = ()
    """The expressions that read a part of the event, by file and span, and which part."""
    demanded: frozenset[Place] = frozenset()
    """The reads whose `["Item"]` is taken although nothing asks whether there is one: its absence raises."""


class Engine:
    """Runs the handlers of one program, each in a world of its own: a run is the same whatever was run before."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.loader = Loader(program, PARTS, run_here)

    def run(self, handler: Handler) -> tuple[Run, Looked]:
        """Run one handler with an event it knows nothing of; and what the run depends on, beside the handler, what the program
        declares and which files there are."""
        with self.loader.world(f"handler {handler.path} {handler.function} {handler.resource} {handler.part}") as m:
            return self._run(m, handler), m.all_looked()

    def _run(self, m: Machine, handler: Handler) -> Run:
        scope = run_module(m, handler.path)
        flow = Flow(Scope(handler.path, {}, scope), {})
        place = Place(handler.path, handler.span)
        m.frames = [Frame(handler.path, handler.function)]
        target = _target(m, handler, flow)
        result: list[tuple[Value, frozenset[Fact]]] = []
        try:
            if not isinstance(target, Unknown):
                value = m.call(target, self._given(handler, target), place, flow, "")
                result.append((value, flow.must))
        except Stop:
            pass
        wrappers, types = _decorations(m, target)
        events = settled(tuple(m.frames[0].events), m.recognised)
        return Run(
            handler, events, dict(m.sites), tuple(result), tuple(m.collectors[0]), wrappers, types,
            m.spent <= BUDGET, frozenset(m.paths), frozenset(m.constants), frozenset(m.classes),
            tuple(e for events in m.import_events.values() for e in events),
            tuple(sorted(m.firsts.items())), tuple((s, p) for s, p in m.optional.items() if s not in m.required),
            tuple(m.minted.items()), tuple(m.buffers.items()), _certain(m.required),
            tuple(m.reads.items()), frozenset(m.frames[0].demanded),
        )  # fmt: skip

    def _given(self, handler: Handler, target: Value) -> Args:
        """What the handler is called with: Lambda's event and context, or what its framework makes of them."""
        if handler.part is None:
            return self._arguments(target)
        event = Path("event", handler.part)
        if not handler.takes_items:
            return Args((event,))
        names = [p.name for p, _ in taken_by_name(target)]
        return Args((), tuple((name, Path("event", (*handler.part, name))) for name in names))

    def _arguments(self, target: Value) -> Args:
        """The event and the context; further parameters keep their defaults."""
        event, context = Path("event"), Path("context")
        params = [p for f in members(target) if isinstance(f, Func) for p in f.definition.params]
        alone = len([p for p in params if p.kind in ("normal", "positional")]) == 1
        stars = any(p.kind == "star" for p in params)
        if isinstance(target, Func) and alone and not stars and target.bound is None:
            return Args((event,))
        return Args((event, context))


def _target(m: Machine, handler: Handler, flow: Flow) -> Value:
    value: Value | None = None
    for step in handler.function.split("."):
        if value is None:
            value = member_of(m, handler.path, step)
        elif isinstance(value, Func) and value.bound is None:
            value = _registered_by(m, value, handler, flow)
        else:
            value = attribute(m, value, step, Flow(Scope(handler.path, {}), {}), Place(handler.path, handler.span))
    return _inside(value) if value is not None else any_of([])


def _inside(value: Value) -> Value:
    """The function that something unknown was put around, as it is with a decorator that is not known."""
    inner: Value | None = value
    while isinstance(inner, Made):
        inner = dict(inner.args).get("0")
    return inner if isinstance(inner, Func) else value


def _registered_by(m: Machine, outer: Func, handler: Handler, flow: Flow) -> Value:
    """The handler inside of a function that registers it with the application that it makes or is given."""
    place = Place(handler.path, handler.span)
    given = (p.name for p in outer.definition.params if p.default is None and p.kind in ("normal", "positional"))
    m.call(outer, Args((), tuple((name, Made("chalice.Blueprint", place)) for name in given)), place, flow, "")
    found = [one.func for one in m.registered if _is_at(one.func, place)]
    return found[-1] if found else Unknown(f"{handler.function} is not registered")


def _is_at(func: Value, place: Place) -> bool:
    return isinstance(func, Func) and isinstance(func.definition, Function) and (func.path, func.definition.name_span) == (
        place.path, place.span,
    )  # fmt: skip


def _decorations(m: Machine, target: Value) -> tuple[tuple[str, ...], tuple[str, ...]]:
    wrappers: list[str] = []
    types: list[str] = []
    for value in (f for v in members(target) for f in _inner(v)):
        func = value.func if isinstance(value, Partial) else value
        if isinstance(func, Func):
            for wrapper in func.wrappers:
                wrappers.append(wrapper.kind)
                types += [str(getattr(v, "name", getattr(v, "type", ""))) for _, v in wrapper.args]
            types += _annotated(m, func)
    return tuple(wrappers), tuple(types)


def _annotated(m: Machine, func: Func) -> list[str]:
    """The type an event parameter is annotated with."""
    first = next((p for p in func.definition.params if p.name not in ("self", "cls")), None)
    if first is None or first.annotation is None or func.scope is None:
        return []
    value = evaluate(m, first.annotation, Flow(func.scope, {}))
    return [str(getattr(value, "name", getattr(value, "value", "")))]


def _certain(required: dict[tuple[str, ...], set[str]]) -> frozenset[tuple[str, ...]]:
    return frozenset(
        steps for steps, how in required.items() if "read" in how and "tested" not in required.get(steps[:-1], set())
    )


def _inner(value: Value) -> list[Value]:
    """A handler and the functions that a middleware was given around it."""
    return [value, *(f for v in value.args for f in _inner(v))] if isinstance(value, Partial) else [value]
