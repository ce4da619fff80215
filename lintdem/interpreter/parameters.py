"""Parameters: what each is bound to by a call, by its default, by a framework or by its annotation."""

from __future__ import annotations

from lintdem.interpreter.domain import Derived, DictObj, Func, ListObj, Made, Unknown, Value
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.gaps import ARGUMENT
from lintdem.interpreter.injection import provided
from lintdem.interpreter.machine import Args, Machine
from lintdem.interpreter.values import NONE, any_of, known
from lintdem.knowledge import library_call
from lintdem.model.span import Place
from lintdem.model.values import Expr


def bind_parameters(m: Machine, func: Func, args: Args, place: Place, flow: Flow) -> None:
    """Give the parameters of a function their values."""
    names = flow.scope.names
    positional = list(args.positional)
    keywords = dict(args.keywords)
    if func.bound is not None:
        positional.insert(0, func.bound)
    extra = any_of([*args.spread]) if args.spread else None
    for parameter in func.definition.params:
        name = parameter.name
        if parameter.kind == "star":
            items = tuple(positional) + args.spread
            names[name] = m.new(flow, ListObj("tuple", items, bool(args.spread)))
            positional = []
        elif parameter.kind == "stars":
            names[name] = m.new(flow, DictObj(dict(keywords), (), args.spreads))
            keywords = {}
        elif positional and parameter.kind != "keyword":
            names[name] = positional.pop(0)
        elif name in keywords:
            names[name] = keywords.pop(name)
        elif args.spreads and name not in keywords:
            names[name] = any_of([m.item(s, known(name), flow, place) for s in args.spreads])
        elif extra is not None and parameter.kind != "keyword":
            names[name] = extra
        elif parameter.default is not None:
            outer = Flow(func.scope or flow.scope, flow.heap)
            default = m.evaluate(parameter.default, outer)
            names[name] = provided(m, default, place, outer) or default
            flow.heap = outer.heap
        else:
            names[name] = Unknown(f"{ARGUMENT}{name}", (), Place(func.path, func.definition.span))
        _use_annotation(m, parameter.annotation, name, func, place, flow)


def _use_annotation(m: Machine, annotation: Expr | None, name: str, func: Func, place: Place, flow: Flow) -> None:
    value = flow.scope.names[name]
    if annotation is None or not (isinstance(value, Unknown) or value == NONE or _is_foreign(value)):
        return
    outer = Flow(func.scope or flow.scope, flow.heap)
    named = m.evaluate(annotation, outer)
    if value == NONE and isinstance(named, Derived) and named.op in ("Optional", "Union", "op|"):
        return
    typed = m.typed(named, place, outer)
    flow.heap = outer.heap
    if typed is not None:
        flow.scope.names[name] = any_of([value, typed]) if value == NONE else typed


def _is_foreign(value: Value) -> bool:
    """Made by a library nothing is known of: then the annotation says more."""
    return isinstance(value, Made) and library_call(value.type) is None

