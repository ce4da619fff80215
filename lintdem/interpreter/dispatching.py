"""`functools.singledispatch`: which function runs is chosen by the class of the first argument.

https://docs.python.org/3/library/functools.html#functools.singledispatch
"""

from __future__ import annotations

from lintdem.interpreter.altering import replace
from lintdem.interpreter.domain import Cls, External, Func, Instance, Known, Made, Value
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.lineage import lineage
from lintdem.interpreter.machine import Args, Machine, Registered
from lintdem.interpreter.values import any_of, members
from lintdem.model.span import Place

DISPATCH = "dispatch"
REGISTER = "register"


def dispatches(func: Value) -> bool:
    """Whether a function of the program chooses by the class of its argument."""
    return isinstance(func, Func) and any(w.kind == DISPATCH for w in func.wrappers)


def register(m: Machine, func: Func, args: Args, place: Place) -> Value:
    """`func.register(Order)`, a decorator, or `func.register(Order, place_order)`."""
    if len(args.positional) > 1:
        m.registered.append(Registered(func, REGISTER, args.positional[1], Args(args.positional[:1]), place))
        return args.positional[1]
    return Made(f"functools.{REGISTER}", place, (("self", func), *(("0", v) for v in args.positional)))


def chosen(m: Machine, func: Func, args: Args, flow: Flow) -> Value:
    """The functions that one call may run: those for the class of what is given, or all when that is not known."""
    given = args.positional[0] if args.positional else None
    named = [(one, _classes(m, func, one)) for one in m.registered if one.kind == REGISTER and _is_of(one.owner, func)]
    plain = replace(func, wrappers=tuple(w for w in func.wrappers if w.kind != DISPATCH))
    found: list[Value] = []
    for value in members(given) if given is not None else ():
        own = _own_classes(m, value, flow)
        if own is None:
            found += [plain, *(_bound(one.func, func) for one, _ in named)]
            continue
        fit = [one for name in own for one, classes in reversed(named) if name in classes]
        found += [_bound(one.func, func) for one in fit[:1]] or [plain]
    return any_of(found) if found else plain


def _is_of(owner: Value, func: Func) -> bool:
    return isinstance(owner, Func) and (owner.path, owner.definition.span) == (func.path, func.definition.span)


def _bound(found: Value, func: Func) -> Value:
    return replace(found, bound=func.bound) if isinstance(found, Func) and func.bound is not None else found


def _classes(m: Machine, func: Func, one: Registered) -> set[str]:
    """The classes that a function was registered for: said where it was, or by the annotation of its first parameter."""
    said = [*one.args.positional, *(v for k, v in one.args.keywords if k == "0")]
    if not said and isinstance(one.func, Func):
        params = getattr(one.func.definition, "params", ())[1 if _is_method(m, func) else 0 :]
        annotation = params[0].annotation if params else None
        said = [m.evaluate(annotation, Flow(m.parts.module(m, one.func.path), {}))] if annotation is not None else []
    return {name for value in said for v in members(value) if (name := _name(v))}


def _is_method(m: Machine, func: Func) -> bool:
    return any(f.span == func.definition.span and c.path == func.path for c, f in m.methods(_name_of(func)))


def _name_of(func: Func) -> str:
    return str(getattr(func.definition, "name", ""))


def _name(value: Value) -> str:
    return value.key if isinstance(value, Cls) else value.name if isinstance(value, External) else ""


def _own_classes(m: Machine, value: Value, flow: Flow) -> list[str] | None:
    """The classes of a value, its own first; None when it is not known what it is."""
    held = m.get(flow, value)
    if isinstance(held, Instance):
        return [one.key for one in lineage(held.cls)]
    return [f"builtins.{value.type}"] if isinstance(value, Known) else None
