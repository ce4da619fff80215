"""Calls: functions of the program are run with their arguments; everything else is asked of the libraries.

A function's run in one calling context is a summary: its events, how it returns and raises, with facts
relative to its start. Summaries are kept and used again for the same function and arguments. A call
of a function that is already running (recursion) takes the summary found so far, and that function
is run again until its summary no longer changes, at most `ROUNDS` times.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TypeGuard

import msgspec

from lintdem.interpreter.altering import replace
from lintdem.interpreter.counting import settled
from lintdem.interpreter.demands import demand
from lintdem.interpreter.dispatching import DISPATCH, chosen
from lintdem.interpreter.domain import (
    EMPTY,
    AnyOf,
    Call,
    Cases,
    Cls,
    Derived,
    External,
    Fact,
    Func,
    HeapObject,
    Instance,
    ListObj,
    Made,
    Method,
    Partial,
    Path,
    Ref,
    Scope,
    Unknown,
    Value,
    handed,
)
from lintdem.interpreter.durable import LATER, postponed
from lintdem.interpreter.exceptions import of_text
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.interfaces import is_interface, is_service
from lintdem.interpreter.joins import aged, by_cases, gathered, merge, together
from lintdem.interpreter.libraries.clients import serving
from lintdem.interpreter.libraries.jmespaths import entered
from lintdem.interpreter.lineage import find_in_class, is_enum
from lintdem.interpreter.machine import BUDGET, DEPTH, Args, Frame, Machine, Raised, Stop
from lintdem.interpreter.objects import bind, found_name, instantiate
from lintdem.interpreter.outliving import held, lasting
from lintdem.interpreter.parameters import bind_parameters
from lintdem.interpreter.recursion import is_deep
from lintdem.interpreter.trace import HANDED_ON, Event, Gap, HandedOn
from lintdem.interpreter.values import NONE, any_of, leaves, members
from lintdem.model.function import Function
from lintdem.model.span import Place
from lintdem.model.values import Expr, Lambda


class Summary(msgspec.Struct, frozen=True):
    """One run of a function: facts are relative to its start; `keep` holds what its key names by its address."""

    events: tuple[Event, ...]
    value: Value
    returns: bool
    must: frozenset[Fact]
    may: frozenset[Fact]
    raises: tuple[Raised, ...]
    heap: dict[int, HeapObject]
    demanded: frozenset[Place] = frozenset()
    keep: tuple[object, ...] = ()


ROUNDS = 3
"""Further rounds for a function that calls itself; two suffice unless functions call one another crosswise."""

BOTTOM = Summary((), Unknown("recursion"), False, EMPTY, EMPTY, (), {})
"""What a function that calls itself is taken to do in its first round: it does not come back that way."""

NOTHING = Summary((), Unknown("recursion"), True, EMPTY, EMPTY, (), {})

_LEADING = frozenset({Ref, AnyOf, Cases})
"""Values that lead to objects."""


def call(m: Machine, func: Value, args: Args, place: Place, flow: Flow, text: str) -> Value:
    """Call any value."""
    if isinstance(func, Func):
        return call_function(m, func, args, place, flow, text)
    if isinstance(func, Cls):
        return _construct(m, func, args, place, flow)
    if isinstance(func, Partial):
        both = dict(func.keywords) | dict(args.keywords)
        merged = Args((*func.args, *args.positional), tuple(both.items()), args.spread, args.spreads)
        return m.call(func.func, merged, place, flow, text)
    raised = of_text(func, args, place)
    if raised is not None:
        return raised
    if isinstance(func, (AnyOf, Cases)):
        told = {f: (must, may) for case, must, may in func.cases for f in members(case)} if _all_known(func) else {}
        return _call_each(m, serving([f for f in members(func) if f != NONE]), told, args, place, flow, text)
    if isinstance(func, External):
        return m.parts.library(m, func.name, args, place, flow, None)
    if isinstance(func, Method):
        return m.parts.library(m, func.name, args, place, flow, func.receiver)
    if isinstance(func, Path) and func.steps:
        parent = Path(func.root, func.steps[:-1], func.place)
        return m.parts.library(m, func.steps[-1], args, place, flow, parent)
    if isinstance(func, Ref):
        return _call_object(m, func, args, place, flow, text)
    if isinstance(func, Made):
        return m.parts.library(m, "__call__", args, place, flow, func)
    return m.parts.library(m, text.rpartition(".")[2] or "?", args, place, flow, func)


def _all_known(func: AnyOf | Cases) -> TypeGuard[Cases]:
    """Whether it is known what is called in every case: one that is not may do what the others do, whatever led there."""
    owners = (f.receiver if isinstance(f, Method) else f for f in members(func))
    return isinstance(func, Cases) and not any(isinstance(owner, (Unknown, Derived)) for owner in owners)


def _construct(m: Machine, cls: Cls, args: Args, place: Place, flow: Flow) -> Value:
    if is_enum(cls):
        return args.positional[0] if args.positional else Unknown("an enum member")
    return instantiate(m, cls, args, place, flow)


def _call_object(m: Machine, func: Ref, args: Args, place: Place, flow: Flow, text: str) -> Value:
    found = m.get(flow, func)
    if isinstance(found, Instance):
        caller = find_in_class(found.cls, "__call__")
        if isinstance(caller, Func):
            return m.call(bind(m, caller, func, flow, place), args, place, flow, text)
    return m.parts.library(m, "__call__", args, place, flow, func)


def _call_each(
    m: Machine, funcs: list[Value], told: Mapping[Value, tuple[frozenset[Fact], frozenset[Fact]]], args: Args, place: Place,
    flow: Flow, text: str,
) -> Value:  # fmt: skip
    """Call one of several functions: what holds afterwards holds after each of them. `told` is what led to one of them."""
    if len(funcs) == 1:
        return m.call(funcs[0], args, place, flow, text)
    results: list[Value] = []
    flows: list[Flow] = []
    for func in funcs:
        branch = flow.branch()
        must, may = told.get(func, (EMPTY, EMPTY))
        branch.must, branch.may = branch.must | must, branch.may | may
        try:
            results.append(m.call(func, args, place, branch, text))
            flows.append(branch)
        except Stop:
            continue
    if not flows:
        if funcs:
            raise Stop
        return Unknown("call of None")
    merge(flow, flows)
    return any_of(results)


def call_function(m: Machine, func: Func, args: Args, place: Place, flow: Flow, text: str) -> Value:
    """Call a function of the program, inside the known decorators around it."""
    from lintdem.interpreter.declared import call_own, declared_of  # noqa: PLC0415 - mutual recursion
    from lintdem.interpreter.guarding import AROUND, enter_wrappers  # noqa: PLC0415 - the same

    declared = declared_of(m, func)
    if declared is not None:
        return call_own(m, func, declared, args, place, flow, lambda: _run_call(m, func, args, place, flow, text))
    kinds = {w.kind for w in func.wrappers}
    if DISPATCH in kinds:
        return m.call(chosen(m, func, args, flow), args, place, flow, text)
    if "event" in kinds:
        args = entered(m, func, args, place, flow)
    if "manager" in kinds and m.block is None:
        return Partial(func, args.positional, args.keywords, True)
    if kinds & LATER.keys():
        later = postponed(func, args)
        if later is not None:
            return later
    if m.spent > BUDGET or len(m.active) > DEPTH:
        m.record(Gap(place, f"{found_name(func)} lies too deep to be followed"))
        return Unknown("too deep")
    if kinds & AROUND:
        return enter_wrappers(m, func, args, place, flow, lambda inner: _run_call(m, func, args, place, inner, text))
    return _run_call(m, func, args, place, flow, text)


def _run_call(m: Machine, func: Func, args: Args, place: Place, flow: Flow, text: str) -> Value:
    m.note_forward(text)
    key, keep = _key(m, func, args := settled(args), flow)
    block, m.block = m.block, None
    maker = (func.path, func.definition.span)
    summary = m.memo.get((key, place if maker in m.makers else None)) if key is not None and block is None else None
    owner = m.get(flow, func.bound) if func.bound is not None else None
    home = (func.definition.span, func.path, owner.cls.key if isinstance(owner, Instance) else "", handed(func.scope))
    if not isinstance(summary, Summary):
        if key is not None and key in m.active:
            m.recursed.add(key)
            summary = m.assumed.get(key, BOTTOM)
            assert isinstance(summary, Summary)
        elif block is None and _is_costly(m, func, home) and isinstance(m.memo.get(home), Summary):
            last = m.memo[home]
            assert isinstance(last, Summary)
            summary = replace(last, value=Unknown(f"what {found_name(func)} returns", args.all()))
        elif is_deep(m, func, args):
            summary = NOTHING
        else:
            before = m.mutations
            with m.costing(home):
                summary = _to_fixpoint(m, lambda: _summarise(m, func, args, place, flow, key, block), key)
            m.memo[home] = summary
            if key is not None and block is None and m.mutations == before:
                m.memo[key, place if maker in m.makers else None] = replace(summary, keep=keep)
    return _take_over(m, summary, func, place, flow, text)


def _is_costly(m: Machine, func: Func, home: object) -> bool:
    """Whether a function has cost too much; what a lambda costs, and what it does, hangs on what it is given."""
    return not isinstance(func.definition, Lambda) and m.has_cost(home)


def _to_fixpoint(m: Machine, summarise: Callable[[], Summary], key: object) -> Summary:
    """Summarise a function; again, with what was found, for as long as it calls itself and finds more."""
    summary = summarise()
    for _ in range(ROUNDS):
        if key not in m.recursed or _says(summary) == _says(m.assumed.get(key, BOTTOM)):
            break
        m.assumed[key] = summary
        m.recursed.discard(key)
        summary = summarise()
    m.assumed.pop(key, None)
    m.recursed.discard(key)
    return summary


def _says(summary: object) -> object:
    """What of a summary another round may change."""
    assert isinstance(summary, Summary)
    return summary.returns, summary.must, summary.may, {(type(e), e.place, e.must) for e in summary.events}


def _key(m: Machine, func: Func, args: Args, flow: Flow) -> tuple[object, tuple[object, ...]]:
    """What a summary depends on: the function, its arguments and the objects they reach."""
    reached: dict[int, HeapObject] = {}
    work: list[Value] = [*args.all(), *([func.bound] if func.bound is not None else [])]
    while work and len(reached) < 60:
        value = work.pop()
        if isinstance(value, Ref) and value.id not in reached:
            obj = m.get(flow, value)
            if obj is None:
                continue
            reached[value.id] = obj
            work += [one for one in held(obj) if type(one) in _LEADING]
        elif isinstance(value, (AnyOf, Cases)):
            work.extend(members(value))
    shape = tuple(sorted((k, id(o)) for k, o in reached.items()))
    closure = id(func.scope.names) if func.scope is not None else 0
    key = (func.definition.span, func.path, closure, func.bound, args, shape, m.globals_version, handed(func.scope))
    return key, (*reached.values(), func.scope)


def _summarise(
    m: Machine, func: Func, args: Args, place: Place, flow: Flow, key: object, block: object
) -> Summary:  # fmt: skip
    definition = func.definition
    scope = Scope(func.path, {}, func.scope)
    inner = Flow(scope, dict(flow.heap))
    frame = Frame(func.path, found_name(func), definition.span.line, func.bound, called=place)
    frame.on_yield = block if callable(block) else None
    m.frames.append(frame)
    m.collectors.append({})
    m.active.append(key)
    try:
        bind_parameters(m, func, args, place, inner)
        if isinstance(definition, Lambda):
            with suppress(Stop):
                frame.returns.append((m.evaluate(definition.body, inner), inner))
        elif m.execute(definition.body, inner):
            frame.returns.append((NONE, inner))
    finally:
        m.active.pop()
        raises = m.collectors.pop()
        m.frames.pop()
    if frame.makes:
        m.makers.add((func.path, definition.span))
    return _summary(m, definition, frame, together(raises), flow)


def _summary(
    m: Machine, definition: Function | Lambda, frame: Frame, raises: tuple[Raised, ...], flow: Flow
) -> Summary:  # fmt: skip
    flows = [f for _, f in frame.returns]
    events = tuple(frame.events)
    if not flows:
        return Summary(events, Unknown("never returns"), False, EMPTY, EMPTY, raises, {}, frozenset(frame.demanded))
    joined = Flow(Scope(frame.path, {}), {})
    heaps = [Flow(Scope(frame.path, {}), f.heap, f.must, f.may) for f in flows]
    merge(joined, heaps)
    value = _returned(frame)
    if isinstance(value, (Unknown, Derived, Made)) and isinstance(definition, Function) and definition.returns is not None:
        value = _kept(m, value, definition.returns, frame, joined) or value
    if isinstance(definition, Function) and definition.is_generator:
        each = frozenset.intersection(*(passed for _, passed in frame.yields)) if frame.yields else EMPTY
        value = m.new(joined, ListObj("list", tuple(dict.fromkeys(v for v, _ in frame.yields)), True, passed=each))
        joined.must |= aged(each)
    heap = lasting(m, joined, flow, value)
    return Summary(events, value, True, joined.must, joined.may, raises, heap, frozenset(frame.demanded))


def _kept(m: Machine, value: Value, returns: Expr, frame: Frame, flow: Flow) -> Value | None:
    """An object of the interface or service that a function says it returns when nothing else is known of it."""
    place = Place(frame.path, returns.span)
    outer = Flow(m.parts.module(m, frame.path), flow.heap)
    named = m.evaluate(returns, outer)
    if not is_interface(named) and (not is_service(named) or any(isinstance(leaf, Path) for leaf in leaves(value))):
        return None
    return m.typed(named, place, outer)


def _returned(frame: Frame) -> Value:
    """The value a function returns; with cases when facts differ between its returns."""
    return by_cases([(value, flow.must, flow.may) for value, flow in frame.returns])


def _take_over(m: Machine, summary: Summary, func: Func, place: Place, flow: Flow, text: str) -> Value:
    """Add a summary to the calling function, its facts on top of what holds at the call."""
    step = HandedOn(place, found_name(func)) if text == HANDED_ON else Call(place, text or found_name(func))
    for event in summary.events:
        m.record(event, step, flow.must, flow.may)
    for raised in summary.raises:
        m.collectors[-1][Raised(raised.error, raised.must | flow.must, raised.may | flow.may, raised.loops | m.around())] = None
    demand(m, summary.demanded, flow)
    if not summary.returns:
        raise Stop
    flow.heap.update(gathered(summary.heap, flow))
    flow.must |= summary.must
    flow.may |= summary.may
    return summary.value
