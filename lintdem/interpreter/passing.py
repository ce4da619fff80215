"""What a function does to what it is handed: a dict of the event that is written to in there is written to for its caller, too."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from lintdem.interpreter.altering import replace
from lintdem.interpreter.binding import opened
from lintdem.interpreter.domain import Func, Instance, Path, Ref, Value
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.lineage import find_in_class
from lintdem.interpreter.machine import Args, Machine
from lintdem.interpreter.written import nodes
from lintdem.model.function import Assign, Augment, Delete, Function
from lintdem.model.values import Attr, Call, Dict, Expr, Item, Name

_CHANGE = ("update", "setdefault")
_HANDED_ON = 4
"""So many functions are looked into that hand on what they were handed."""
Changed = tuple[frozenset[str], frozenset[str]]
"""The parameters that are dicts which are changed, and with them those that may be: a record of a mapper has an `update` of its
own, so of what was read only the first are taken."""
_NOTHING: Changed = (frozenset(), frozenset())


def handed(m: Machine, expr: Call, func: Value, args: Args, flow: Flow) -> Args:
    """The arguments of a call; what came with the event, and is changed in the function, as the dict that both then share."""
    if not isinstance(func, Func) or args.spread or not isinstance(func.definition, Function):
        return args
    if not any(isinstance(arg.value, Name) and isinstance(flow.scope.names.get(arg.value.id), Path) for arg in expr.args):
        return args
    names = _parameters(expr, func)
    plain = iter(args.positional)
    values = {name: next(plain, None) for name, arg in zip(names, expr.args, strict=True) if not arg.name and not arg.star}
    sure, likely = _changed(m, func, {**values, **dict(args.keywords)}, flow)
    if not likely:
        return args
    positional, keywords = list(args.positional), dict(args.keywords)
    places = iter(range(len(positional)))
    for arg, name in zip(expr.args, names, strict=True):
        at = next(places, None) if not arg.name and not arg.star else None
        before = flow.scope.names.get(arg.value.id) if isinstance(arg.value, Name) else None
        if not isinstance(before, Path) or name not in (sure if before.root == "result" else likely):
            continue
        after = opened(m, arg.value, before, flow)
        if at is not None:
            positional[at] = after
        elif arg.name:
            keywords[arg.name] = after
    return replace(args, positional=tuple(positional), keywords=tuple(keywords.items()))


def _parameters(expr: Call, func: Func) -> list[str]:
    """The parameter that each argument of a call goes to; "" where that is not known."""
    names = [one.name for one in func.definition.params if one.kind in ("positional", "normal")]
    rest = iter(names[func.bound is not None :])
    return ["" if arg.star else arg.name or next(rest, "") for arg in expr.args]


class _Inside(msgspec.Struct, frozen=True):
    """A function that is looked into, with what is known of its parameters: the objects whose methods it calls."""

    func: Func
    definition: Function
    values: Mapping[str, Value | None]

    def value(self, name: str) -> Value | None:
        """What a name stands for, as far as that is known before the function runs."""
        if any(one.name == name for one in self.definition.params):
            return self.values.get(name)
        scope = self.func.scope
        while scope is not None and (scope.of_class or name not in scope.names):
            scope = scope.parent
        return scope.names[name] if scope is not None else None

    def called(self, m: Machine, expr: Expr, flow: Flow) -> Func | None:
        """The function of the program that a name, or a method of an object, stands for."""
        if isinstance(expr, Name):
            found = self.value(expr.id)
            return found if isinstance(found, Func) else None
        owner = self.value(expr.value.id) if isinstance(expr, Attr) and isinstance(expr.value, Name) else None
        held = m.get(flow, owner) if isinstance(owner, Ref) else None
        method = find_in_class(held.cls, expr.name) if isinstance(held, Instance) and isinstance(expr, Attr) else None
        return replace(method, bound=owner) if isinstance(method, Func) else None


def _changed(m: Machine, func: Func, values: Mapping[str, Value | None], flow: Flow, depth: int = _HANDED_ON) -> Changed:
    """The parameters of a function that it, or one that it hands them on to, writes into, and that get no other value."""
    assert isinstance(func.definition, Function)
    first = func.definition.params[:1] if func.bound is not None else ()
    inside = _Inside(func, func.definition, {**values, **{one.name: func.bound for one in first}})
    held = ((name, m.get(flow, one)) for name, one in inside.values.items() if isinstance(one, Ref))
    owners = tuple((name, one.cls.key) for name, one in held if isinstance(one, Instance))
    key = ("changed", func.path, func.definition.span, owners, depth)
    found = m.memo.get(key)
    if not isinstance(found, tuple):
        found = m.memo[key] = _written_into(m, inside, flow, depth)
    return found


def _written_into(m: Machine, inside: _Inside, flow: Flow, depth: int) -> Changed:
    found = list(nodes(inside.definition.body))
    targets = [target for node in found for target in _targets(node)]
    sure = {target.value.id for target in targets if isinstance(target, Item) and isinstance(target.value, Name)}
    likely: set[str] = set()
    for call in (node for node in found if isinstance(node, Call)):
        if isinstance(call.func, Attr) and call.func.name in _CHANGE and isinstance(call.func.value, Name):
            given = [type(arg.value) for arg in call.args]
            (sure if call.func.name == "update" and given == [Dict] else likely).add(call.func.value.id)
        for more, further in zip((sure, likely), _handed_on(m, inside, call, flow, depth), strict=True):
            more.update(further)
    bound = {target.id for target in targets if isinstance(target, Name)}
    own = frozenset(one.name for one in inside.definition.params) - bound
    return own & sure, own & (sure | likely)


def _handed_on(m: Machine, inside: _Inside, call: Call, flow: Flow, depth: int) -> Changed:
    """The names of a function's own that a call in it gives to a function that changes them."""
    given = [arg.value.id if isinstance(arg.value, Name) else "" for arg in call.args]
    func = inside.called(m, call.func, flow) if depth and any(given) else None
    if func is None or not isinstance(func.definition, Function):
        return _NOTHING
    names = dict(zip(_parameters(call, func), given, strict=True))
    values = {name: inside.value(own) for name, own in names.items() if own}
    sure, likely = _changed(m, func, values, flow, depth - 1)
    return frozenset(names[name] for name in sure & names.keys()), frozenset(names[name] for name in likely & names.keys())


def _targets(node: object) -> tuple[Expr, ...]:
    if isinstance(node, (Assign, Delete)):
        return node.targets
    return (node.target,) if isinstance(node, Augment) else ()
