"""Lambda durable functions, and decorators that make middlewares.

A durable function runs from its start again whenever it continues: what a step returned is kept, so a
step that is done does not run again; everything outside of steps does.
https://docs.aws.amazon.com/lambda/latest/dg/durable-execution-sdk.html
"""

from __future__ import annotations

from collections.abc import Iterable

from lintdem.interpreter.altering import replace
from lintdem.interpreter.domain import (
    AnyOf,
    Cases,
    Claim,
    Derived,
    DictObj,
    Done,
    Fresh,
    Func,
    ListObj,
    Made,
    Partial,
    Path,
    Scope,
    Unknown,
    Value,
)
from lintdem.interpreter.elements import element_of
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.machine import Args, Machine, Stop
from lintdem.interpreter.trace import Operated
from lintdem.interpreter.values import any_of, members, parts_of
from lintdem.model.span import Place

LATER: dict[str, tuple[str, ...] | None] = {
    "durable_step": ("step",),
    "durable_wait_for_callback": ("step",),
    "durable_with_child_context": (),
    "durable_parallel_branch": (),
    "lambda_handler_decorator": None,
}
"""Decorators whose functions, when called, give something to be called later; with what comes first then: the
context or a part of it, or the handler around which a middleware is put."""

STEPS = {"step": ("func", 1), "wait_for_callback": ("submitter", 2), "wait_for_condition": ("check", 2)}
"""Operations that run their function once for good, with the number of arguments that it gets."""
CONFIGS = {"step": 2, "wait_for_callback": 2, "wait_for_condition": 1}
"""Where the configuration stands among the arguments of a step."""
OPERATIONS = frozenset({*STEPS, "run_in_child_context", "map", "parallel", "wait", "invoke", "create_callback"})
STEP, CHILD = "a durable step", "a durable child context"
"""What is done inside of them is not done again when they are over."""
CALLBACK = "durable_callback"
LIMIT = 400
"""So many values are looked at for what a step is handed."""


def postponed(func: Func, args: Args) -> Value | None:
    """What the call of such a function gives; None when it is called in earnest."""
    kind = next(w.kind for w in func.wrappers if w.kind in LATER)
    first = LATER[kind]
    if first is None:
        return Partial(func, (), args.keywords) if not args.positional else None
    inner = replace(func, wrappers=tuple(w for w in func.wrappers if w.kind != kind))
    return Partial(inner, (Path("context", first), *args.positional), args.keywords)


def around(decorator: Value) -> bool:
    """Whether a decorator is a middleware: a function that gets the handler, the event and the context."""
    func = decorator.func if isinstance(decorator, Partial) else decorator
    return isinstance(func, Func) and any(w.kind in LATER and LATER[w.kind] is None for w in func.wrappers)


def handed(decorator: Value, value: Value) -> Value:
    """A handler inside a middleware."""
    if isinstance(decorator, Partial):
        return replace(decorator, args=(*decorator.args, value))
    return Partial(decorator, (value,), ())


def durable(m: Machine, context: Path, name: str, args: Args, place: Place, flow: Flow) -> Value | None:
    """An operation of a durable context; None when the call is something else."""
    if context.steps == (CALLBACK,) and name == "result":
        m.record(Operated(place, name, must=flow.must, may=flow.may))
        return Path("result", (), place)
    if name not in OPERATIONS or context.steps:
        return None
    if name in STEPS:
        argument, count = STEPS[name]
        given: tuple[Value, ...] = (Path("context", ("step",)),)
        if count > 1:
            given = (Unknown("what the operation gives"), *given)
        func = args.get(0, argument)
        config = args.get(CONFIGS[name], "config")
        m.record(Operated(place, name, config, _handed_in(m, func, flow), must=flow.must, may=flow.may))
        return _remembered(m, _within(m, STEP, func, Args(given), place, flow), place, flow)
    told = _handed(m, args.all(), flow) if name == "invoke" else frozenset[Fresh]()
    m.record(Operated(place, name, outer=told, must=flow.must, may=flow.may))
    if name == "create_callback":
        return Path("context", (CALLBACK,), place)
    if name == "run_in_child_context":
        return _within(m, CHILD, args.get(0, "func"), Args((Path("context"),)), place, flow)
    if name == "map":
        inputs = args.get(0, "inputs") or Unknown("inputs")
        item = element_of(m, inputs, flow)
        return _within(m, CHILD, args.get(1, "func"), Args((Path("context"), item, Unknown("index"), inputs)), place, flow)
    if name == "parallel":
        listed = m.elements(flow, args.get(0, "functions") or args.get(0, "branches") or Unknown("functions"))
        branches = [_branch(one) for one in listed.items] if listed is not None else []
        found = [_within(m, CHILD, one, Args((Path("context"),)), place, flow) for one in branches]
        return any_of(found) if found else Path("result", (), place)
    return Path("result", (), place)


def _branch(value: Value) -> Value:
    """The function of `ParallelBranch(func, name)`."""
    if isinstance(value, Made) and value.type.endswith(".ParallelBranch"):
        return next((v for name, v in value.args if name in ("0", "func")), value)
    return value


def _within(m: Machine, kind: str, func: Value | None, args: Args, place: Place, flow: Flow) -> Value:
    """Inside of a step it is kept that it is done. What was done inside of it, or of a child context that is over, is not
    done again with what comes later; but a child context holds nothing back while it goes on."""
    open_ = "a child context runs again until it is over" if kind == CHILD else ""
    claim = Claim(place, kind, Path("context", ("durable_execution",)), useless=open_)
    inner = Flow(flow.scope, flow.heap, flow.must | {claim}, flow.may)
    if kind == STEP:
        m.claim(claim, inner)
    value = _run(m, func, args, place, inner)
    flow.heap = inner.heap
    flow.may |= {fact for fact in inner.may if not isinstance(fact, Done)}
    return value


def _run(m: Machine, func: Value | None, args: Args, place: Place, flow: Flow) -> Value:
    if func is None or isinstance(func, (Unknown, Made)):
        return Path("result", (), place)
    inner = flow.branch()
    try:
        value = m.call(func, Args() if _has_context(func) else args, place, inner, "")
    except Stop:
        return Path("result", (), place)
    flow.heap, flow.may = inner.heap, inner.may
    return value


def _has_context(func: Value) -> bool:
    """Whether the function was called in the program already, so that it only waits to be run."""
    first = func.args[0] if isinstance(func, Partial) and func.args else None
    return isinstance(first, Path) and first.root == "context"


def _remembered(m: Machine, value: Value, place: Place, flow: Flow, depth: int = 4) -> Value:
    """What a step returned is kept: what was new in it stays as it was."""
    if isinstance(value, Fresh):
        return Path("result", (value.kind,), place)
    if not depth:
        return value
    if isinstance(value, (AnyOf, Cases)):
        return any_of([_remembered(m, one, place, flow, depth) for one in members(value)])
    if isinstance(value, Derived):
        return replace(value, parts=tuple(_remembered(m, part, place, flow, depth - 1) for part in value.parts))
    found = m.get(flow, value)
    if isinstance(found, DictObj):
        entries = {key: _remembered(m, held, place, flow, depth - 1) for key, held in found.entries.items()}
        return m.new(flow, replace(found, entries=entries))
    if isinstance(found, ListObj):
        return m.new(flow, replace(found, items=tuple(_remembered(m, one, place, flow, depth - 1) for one in found.items)))
    return value


def _handed_in(m: Machine, func: Value | None, flow: Flow) -> frozenset[Fresh]:
    """The fresh values that a step can see from outside: its arguments, and the variables of the function around it."""
    work: list[Value] = list(flow.scope.names.values())
    if isinstance(func, Partial):
        work += [*func.args, *(value for _, value in func.keywords)]
        func = func.func
    if isinstance(func, Func):
        scope: Scope | None = func.scope
        while scope is not None and scope.parent is not None:
            work += scope.names.values()
            scope = scope.parent
    return _handed(m, work, flow)


def _handed(m: Machine, values: Iterable[Value], flow: Flow) -> frozenset[Fresh]:
    """The fresh values inside of values, and of the dicts and lists they refer to."""
    found: set[Fresh] = set()
    work, seen = list(values), set[int]()
    while work and len(seen) < LIMIT:
        value = work.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, Fresh):
            found.add(value)
        obj = m.get(flow, value)
        if isinstance(obj, DictObj):
            work += obj.entries.values()
        elif isinstance(obj, ListObj):
            work += obj.items
        work += parts_of(value)
    return frozenset(found)
