"""Running statements: branches are joined, exceptions and early exits are followed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from lintdem.interpreter.binding import bind_target
from lintdem.interpreter.definitions import define_class, define_function, import_names
from lintdem.interpreter.domain import (
    EMPTY,
    Cases,
    Caught,
    Error,
    Fact,
    Failed,
    Known,
    Made,
    RuledOut,
    Scope,
    Unknown,
    Value,
)
from lintdem.interpreter.elements import element_of, gone_through, inside, iterated, taken_along
from lintdem.interpreter.exceptions import catches, error_of, exits, missing, swallow, told_missing, type_names
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.joins import merge
from lintdem.interpreter.leftovers import asked
from lintdem.interpreter.machine import Machine, Raised, Stop
from lintdem.interpreter.managers import left, run_with
from lintdem.interpreter.matching import run_match
from lintdem.interpreter.operators import operate
from lintdem.interpreter.registries import may_be_filled
from lintdem.interpreter.retries import is_numbered, of_block, of_call, of_object, retried_blocks
from lintdem.interpreter.rounds import carry, counted_on, may_end, one_by_one, unmatched
from lintdem.interpreter.trace import Left, Loop, Threw
from lintdem.interpreter.values import NONE, members
from lintdem.knowledge import library_call
from lintdem.model.function import (
    Assert,
    Assign,
    Augment,
    Break,
    Catch,
    Continue,
    Declare,
    DefineClass,
    DefineFunction,
    Delete,
    Eval,
    For,
    If,
    Import,
    Match,
    Pass,
    Raise,
    Return,
    Stmt,
    Try,
    While,
    With,
)  # fmt: skip
from lintdem.model.function import (
    Scope as ScopeStatement,
)
from lintdem.model.values import Attr, Item, Name


def execute(m: Machine, body: tuple[Stmt, ...], flow: Flow) -> bool:
    """Run statements in order; False when the end is not reached."""
    for statement in body:
        m.spent += 1
        try:
            if not _EXECUTORS[type(statement)](m, statement, flow):
                return False
        except Stop:
            return False
    return True


def _assign(m: Machine, s: Assign, flow: Flow) -> bool:
    with m.retrying(of_call(m, s, flow)):
        value = m.evaluate(s.value, flow)
    if s.annotation is not None and isinstance(value, Unknown):
        value = m.typed(m.evaluate(s.annotation, flow), m.place(flow, s.span), flow) or value
    for target in s.targets:
        bind_target(m, target, value, flow)
    return True


def _declare(m: Machine, s: Declare, flow: Flow) -> bool:
    return True


def _augment(m: Machine, s: Augment, flow: Flow) -> bool:
    value = m.evaluate(s.value, flow)
    before = m.evaluate(s.target, flow)
    after = operate(m, s.op, before, value, flow, m.place(flow, s.span))
    bind_target(m, s.target, after if m.importing or isinstance(s.target, Name) else counted_on(after), flow)
    return True


def _eval(m: Machine, s: Eval, flow: Flow) -> bool:
    m.evaluate(s.value, flow)
    return True


def _delete(m: Machine, s: Delete, flow: Flow) -> bool:
    for target in s.targets:
        if isinstance(target, Name):
            flow.scope.names.pop(target.id, None)
        elif isinstance(target, (Attr, Item)):
            m.evaluate(target.value, flow)
    return True


def _if(m: Machine, s: If, flow: Flow) -> bool:
    test = m.evaluate(s.test, flow)
    ends: list[Flow] = []
    for truth, body in ((True, s.then), (False, s.other)):
        branch = flow.branch()
        if m.assume(test, truth, branch) and m.execute(body, branch):
            ends.append(branch)
    if not ends:
        return False
    merge(flow, ends)
    return True


def _for(m: Machine, s: For, flow: Flow) -> bool:
    over = iterated(m, m.evaluate(s.iter, flow), m.place(flow, s.iter.span), flow)
    found = gone_through(m, over, flow)
    if found is not None and not found.items and not found.open and not m.importing and not may_be_filled(m, over):
        return m.execute(s.other, flow)
    element = element_of(m, over, flow)
    certain = found is not None and not found.open and len(found.items) > 0
    items = tuple(v for one in members(element) for v in (one, *inside(m, one, flow)))
    loop = Loop(m.place(flow, s.span), over, items)
    if found is not None and one_by_one(m, s, found, flow):
        return _each(m, s, loop, found.items, flow, certain)
    taken = taken_along(m, over, flow) | asked(m, over, m.place(flow, s.iter.span), flow)
    m.frame.retried |= retried_blocks(m.program.modules.get(m.frame.path), s, is_numbered(m, over, flow))
    with m.retrying(of_object(m, over, flow) if isinstance(over, Made) and _is_retry(over) else None):
        return _loop(m, loop, s.body, s.other, flow, not certain,
                     lambda inner: _enter(m, s, element, taken, inner))  # fmt: skip


def _each(m: Machine, s: For, loop: Loop, items: tuple[Value, ...], flow: Flow, certain: bool) -> bool:
    """A loop that collects, one round for each of the names or entries: every value stays under its name."""
    for one in items:
        if not _loop(m, loop, s.body, (), flow, not certain, partial(_enter, m, s, one, EMPTY), known=True):
            return False
    return m.execute(s.other, flow)


def _is_retry(over: Made) -> bool:
    call = library_call(over.type)
    return call is not None and call.role == "retry"


def _enter(m: Machine, s: For, element: Value, taken: frozenset[Fact], inner: Flow) -> None:
    """One round: what every item of a collection has passed when it was put there, this one has."""
    bind_target(m, s.target, element, inner)
    inner.must |= taken


def _while(m: Machine, s: While, flow: Flow) -> bool:
    test = m.evaluate(s.test, flow)
    certain = isinstance(test, Known) and bool(test.value)
    m.frame.retried |= retried_blocks(m.program.modules.get(m.frame.path), s, numbered=False)
    return _loop(m, Loop(m.place(flow, s.span), None), s.body, s.other, flow, not certain,
                 lambda inner: m.assume(test, True, inner), certain and not may_end(s.test, s.body))  # fmt: skip


def _loop(
    m: Machine, loop: Loop, body: tuple[Stmt, ...], other: tuple[Stmt, ...], flow: Flow, may_skip: bool,
    enter: Callable[[Flow], object], forever: bool = False, known: bool = False,
) -> bool:  # fmt: skip
    frame = m.frame
    before, returned = flow.may, len(frame.returns)
    frame.breaks.append([])
    frame.continues.append([])
    m.loops.append(loop)
    inner = flow.branch()
    if not known:
        carry(body, inner)
    ends: list[Flow] = []
    try:
        if enter(inner) is not False and m.execute(body, inner):
            ends.append(inner)
    finally:
        m.loops.pop()
        breaks, continues = frame.breaks.pop(), frame.continues.pop()
    ends = [] if forever else [*ends, *continues, *([flow.branch()] if may_skip else [])]
    finished: list[Flow] = []
    if ends:
        merge(flow, ends)
        flow.must |= unmatched(loop, body, breaks, frame.returns[returned:], flow)
        if m.execute(other, flow):
            finished.append(flow.branch())
    finished += breaks
    if not finished:
        return False
    merge(flow, finished)
    # A claim that failed inside the loop concerned one round, not what comes after.
    flow.may = frozenset(f for f in flow.may if f in before or not isinstance(f, Failed))
    return True


def _break(m: Machine, s: Break, flow: Flow) -> bool:
    if m.frame.breaks:
        m.frame.breaks[-1].append(flow.branch())
    return False


def _continue(m: Machine, s: Continue, flow: Flow) -> bool:
    if m.frame.continues:
        m.frame.continues[-1].append(flow.branch())
    return False


def _try(m: Machine, s: Try, flow: Flow) -> bool:
    start = flow.branch()
    before = len(m.frame.returns) if m.frames else 0
    collected: dict[Raised, None] = {}
    m.collectors.append(collected)
    m.tries.append(m.place(flow, s.span))
    inner = flow.branch()
    loop = m.frame.retried.get(s.span)
    try:
        with m.retrying(of_block(m, s, loop, start) if loop is not None else None):
            reached = m.execute(s.body, inner)
    finally:
        m.collectors.pop()
        m.tries.pop()
    ends: list[Flow] = []
    outer: dict[Raised, None] = {}
    if s.final:
        m.collectors.append(outer)
    try:
        if reached and m.execute(s.other, inner):
            ends.append(inner)
        _handle(m, s, start, inner, collected, ends)
    finally:
        if s.final:
            m.collectors.pop()
    return _finish(m, s, flow, start, ends, outer, before)


def _handle(
    m: Machine, s: Try, start: Flow, inner: Flow, collected: dict[Raised, None], ends: list[Flow]
) -> None:  # fmt: skip
    anything = Raised(Error(("any",), m.place(start, s.span)), start.must, start.may)
    pending = [*collected, anything]
    for catch in s.catches:
        # A tuple of classes is an object of the branch in which it is written.
        named = start.branch()
        types = m.evaluate(catch.type, named) if catch.type is not None else None
        sure = [r for r in pending if catches(m, types, r.error, named)]
        # Without an error that surely belongs here, the clause may get those that can be anything.
        entering = tuple(sure or [r for r in pending if catches(m, types, r.error, named) is None])
        entering = tuple(r for r in entering if r.error.claim not in m.never)
        pending = [r for r in pending if r not in sure]
        branch = start.branch()
        merge(branch, [start.branch(), inner.branch()])
        branch.may -= {f for f in inner.may - start.may if isinstance(f, Failed)}
        if not entering:
            continue
        _enter_catch(m, catch, entering, branch)
        classes = type_names(m, types, named) if types is not None else None
        branch.must |= missing(m, classes, tuple(r.error for r in entering), m.place(start, catch.span), branch.must)
        branch.must |= told_missing(m, entering)
        before = exits(m)
        reached = m.execute(catch.body, branch)
        m.frame.handling.pop()
        swallow(m, s, catch, types, named, entering, before, reached)
        if reached:
            ends.append(branch)
    for raised in pending:
        if raised is not anything:
            m.collectors[-1][raised] = None


def _enter_catch(m: Machine, catch: Catch, entering: tuple[Raised, ...], branch: Flow) -> None:
    caught = frozenset({Caught(m.place(branch, catch.span))})
    branch.must = frozenset.intersection(*(r.must for r in entering)) | caught
    branch.may = frozenset.union(branch.may, caught, *(r.may for r in entering))
    # What an earlier answer ruled out is open again when the claim is asked again.
    branch.must -= {RuledOut(fact.claim) for fact in branch.may if isinstance(fact, Failed)}
    if catch.name:
        cases = tuple((r.error, r.must, r.may) for r in entering)
        branch.scope.names[catch.name] = Cases(cases) if len(cases) > 1 else entering[0].error
    m.frame.handling.append(entering)


def _finish(
    m: Machine, s: Try, flow: Flow, start: Flow, ends: list[Flow], outer: dict[Raised, None], before: int
) -> bool:  # fmt: skip
    if not s.final:
        if not ends:
            return False
        merge(flow, ends)
        return True
    if ends:
        merge(flow, ends)
    else:
        # The block runs on the way out, with what is certain at the start.
        flow.become(start)
    known = flow.may
    flow.may = left(flow, [f for _, f in m.frame.returns[before:]]).may
    only = flow.may - known
    reached = m.execute(s.final, flow)
    flow.may -= only
    for raised in outer:
        m.collectors[-1][raised] = None
    return reached and bool(ends)


def _return(m: Machine, s: Return, flow: Flow) -> bool:
    value = m.evaluate(s.value, flow) if s.value is not None else NONE
    if m.frames:
        m.frame.returns.append((value, flow.branch()))
        if m.frame.loops:
            m.record(Left(m.place(flow, s.span), must=flow.must, may=flow.may))
    return False


def _raise(m: Machine, s: Raise, flow: Flow) -> bool:
    place = m.place(flow, s.span)
    if s.error is None:
        handled = m.frame.handling[-1] if m.frames and m.frame.handling else ()
        m.record(Threw(place, tuple(n for r in handled for n in r.error.names), must=flow.must, may=flow.may))
        failures = _failures(handled)
        for raised in handled:
            if not _is_ruled_out(m, raised.error, flow):
                _again(m, raised, failures, flow)
        return False
    errors = [error_of(m, value, place, flow) for value in members(m.evaluate(s.error, flow))]
    m.record(Threw(place, tuple(n for e in errors for n in e.names), must=flow.must, may=flow.may))
    handled = m.frame.handling[-1] if m.frames and m.frame.handling else ()
    for error in errors:
        same = [raised for raised in handled if raised.error == error]
        if _is_ruled_out(m, error, flow):
            continue
        failures = _failures(handled) if same else frozenset()
        for raised in same:
            _again(m, raised, failures, flow)
        if not same:
            m.can_raise(error, flow)
    return False


def _failures(handled: tuple[Raised, ...]) -> frozenset[Fact]:
    """Every failure that a clause catches."""
    return frozenset(f for may in {r.may for r in handled} for f in may if isinstance(f, Failed))


def _again(m: Machine, raised: Raised, failures: frozenset[Fact], flow: Flow) -> None:
    """What is raised again failed for its own reason, not because of what else the clause catches (`failures`)."""
    others = failures - raised.may
    m.collectors[-1][Raised(raised.error, flow.must | raised.must, (flow.may | raised.may) - others, raised.loops)] = None


def _is_ruled_out(m: Machine, error: Error, flow: Flow) -> bool:
    """Whether a test inside the `except`, or a function that it calls, has told that it is not the failure of this claim."""
    if error.claim is None or (failed := Failed(error.claim)) in flow.may:
        return False
    handled = m.frame.handling[-1] if m.frames and m.frame.handling else ()
    return RuledOut(error.claim) in flow.must or any(failed in raised.may and raised.error == error for raised in handled)


def _assert(m: Machine, s: Assert, flow: Flow) -> bool:
    test = m.evaluate(s.test, flow)
    failing = flow.branch()
    if m.assume(test, False, failing):
        m.can_raise(Error(("AssertionError",), m.place(flow, s.span)), failing)
    return m.assume(test, True, flow)


def _scope(m: Machine, s: ScopeStatement, flow: Flow) -> bool:
    scope = flow.scope
    names = frozenset(s.names)
    if s.kind == "global":
        flow.scope = Scope(scope.path, scope.names, scope.parent, scope.globals | names, scope.nonlocals, scope.of_class)
    else:
        flow.scope = Scope(scope.path, scope.names, scope.parent, scope.globals, scope.nonlocals | names, scope.of_class)
    return True


def _pass(m: Machine, s: Pass, flow: Flow) -> bool:
    return True


_EXECUTORS: dict[type, Callable[[Machine, Any, Flow], bool]] = {
    Assign: _assign, Declare: _declare, Augment: _augment, Eval: _eval, Delete: _delete, If: _if, For: _for,
    While: _while, Try: _try, With: run_with, Match: run_match, Return: _return, Raise: _raise, Assert: _assert,
    Break: _break, Continue: _continue, Pass: _pass, ScopeStatement: _scope, Import: import_names,
    DefineFunction: define_function, DefineClass: define_class,
}  # fmt: skip
