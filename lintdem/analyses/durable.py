"""Lambda durable functions, and decorators that make middlewares.

A durable function runs from its start again whenever it continues: what a step returned is kept, so a
step that is done does not run again; everything outside of steps does.
"""

from __future__ import annotations

from dataclasses import replace

from lintdem.analyses.domain import Claim, Flow, Func, Made, Partial, Path, Unknown, Value, any_of
from lintdem.analyses.elements import element_of
from lintdem.analyses.machine import Args, Machine, Stop
from lintdem.model.span import Place

LATER: dict[str, tuple[str, ...] | None] = {
    "durable_step": ("step",),
    "durable_wait_for_callback": ("step",),
    "durable_with_child_context": (),
    "lambda_handler_decorator": None,
}
"""Decorators whose functions, when called, give something to be called later; with what comes first then: the
context or a part of it, or the handler around which a middleware is put."""

STEPS = {"step": ("func", 1), "wait_for_callback": ("submitter", 2), "wait_for_condition": ("check", 2)}
"""Operations that run their function once for good, with the number of arguments that it gets."""
OPERATIONS = frozenset({*STEPS, "run_in_child_context", "map", "parallel", "wait", "invoke", "create_callback"})


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
    if name not in OPERATIONS or context.steps:
        return None
    if name in STEPS:
        argument, count = STEPS[name]
        given: tuple[Value, ...] = (Path("context", ("step",)),)
        if count > 1:
            given = (Unknown("what the operation gives"), *given)
        return _step(m, args.get(0, argument), Args(given), place, flow)
    if name == "run_in_child_context":
        return _run(m, args.get(0, "func"), Args((Path("context"),)), place, flow)
    if name == "map":
        inputs = args.get(0, "inputs") or Unknown("inputs")
        item = element_of(m, inputs, flow)
        return _run(m, args.get(1, "func"), Args((Path("context"), item, Unknown("index"), inputs)), place, flow)
    if name == "parallel":
        listed = m.elements(flow, args.get(0, "functions") or args.get(0, "branches") or Unknown("functions"))
        found = [_run(m, one, Args((Path("context"),)), place, flow) for one in (listed.items if listed is not None else ())]
        return any_of(found) if found else Path("result", (), place)
    return Path("result", (), place)


def _step(m: Machine, func: Value | None, args: Args, place: Place, flow: Flow) -> Value:
    """Inside of a step it is kept that it is done; outside that says nothing."""
    claim = Claim(place, "a durable step", Path("context", ("durable_execution",)))
    inner = Flow(flow.scope, flow.heap, flow.must | {claim}, flow.may)
    m.claim(claim, inner)
    value = _run(m, func, args, place, inner)
    flow.heap, flow.may = inner.heap, inner.may
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
