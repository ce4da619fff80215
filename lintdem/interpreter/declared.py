"""Calls that the configuration describes: they are taken at its word."""

from __future__ import annotations

from collections.abc import Callable

from lintdem.interpreter.domain import Claim, Derived, Error, Failed, Func, Made, Unknown, Value, Wrapper
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.machine import Args, Frame, Machine, answered, result_of, wrapped
from lintdem.interpreter.roles import effect_or_read
from lintdem.interpreter.values import FALSE, TRUE
from lintdem.knowledge import DeclaredCall, LibraryCall
from lintdem.model.function import Function
from lintdem.model.span import Place, file_of


def declared_of(m: Machine, func: Func) -> tuple[str, DeclaredCall] | None:
    """The dotted name of a function of the program and what the configuration says of it."""
    if not m.program.declared or not isinstance(func.definition, Function):
        return None
    module = file_of(func.path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    dotted = f"{module}.{func.definition.qualname}"
    found = m.program.declared.find(dotted)
    return (dotted, found) if found is not None else None


def call_own(
    m: Machine, func: Func, named: tuple[str, DeclaredCall], args: Args, place: Place, flow: Flow, run: Callable[[], Value]
) -> Value:  # fmt: skip
    """Call a declared function of the program; `run` runs it as it is written, which only a safe one is."""
    name, call = named
    if call.role == "safe":
        m.frames.append(Frame(m.frame.path, m.frame.name))
        try:
            return run()
        finally:
            m.frames.pop()
    if call.role == "decorator" and _decorates(args):
        return call_declared(m, call, name, args, place, flow, None)
    return call_declared(m, call, name, _by_name(func, args), place, flow, func.bound)


def call_declared(
    m: Machine, call: DeclaredCall, name: str, args: Args, place: Place, flow: Flow, receiver: Value | None
) -> Value:
    """Call a declared function that is not run."""
    if call.role == "safe":
        return result_of(place)
    if call.role == "call":
        known = LibraryCall(target=name, role="call", kind=call.kind, phrase=call.phrase, source="", token=call.token)
        return effect_or_read(m, known, args, place, flow, receiver)
    if call.role == "decorator":
        first = args.positional[0] if _decorates(args) else None
        if isinstance(first, Func):
            return wrapped(first, Wrapper("guard", place, (), name))
        return Made(name, place, args.named())
    claim = Claim(place, f"the declared guard {name.rpartition('.')[2]}", _key(call, args))
    m.claim(claim, flow)
    if call.role == "raises":
        m.can_raise(Error(("any",), place, claim), flow, frozenset({Failed(claim)}))
        flow.must |= {claim}
        return result_of(place)
    return answered(claim, TRUE, FALSE) if call.role == "claims" else answered(claim, FALSE, TRUE)


def _decorates(args: Args) -> bool:
    return len(args.positional) == 1 and not args.keywords and isinstance(args.positional[0], Func)


def _key(call: DeclaredCall, args: Args) -> Value:
    named = dict(args.named())
    if call.key in named:
        return named[call.key]
    return Derived("format", args.all()) if args.all() else Unknown("the key")


def _by_name(func: Func, args: Args) -> Args:
    """The arguments of a call of a function of the program under the names of its parameters."""
    params = [p.name for p in func.definition.params if p.kind in ("normal", "positional")]
    params = params[1:] if func.bound is not None else params
    named = dict(zip(params, args.positional, strict=False)) | dict(args.keywords)
    return Args(args.positional[len(params) :], tuple(named.items()), args.spread, args.spreads, args.places)
