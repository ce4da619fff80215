"""What a function does to what it is handed: a dict of the event that is written to in there is written to for its caller, too."""

from __future__ import annotations

from lintdem.interpreter.altering import replace
from lintdem.interpreter.binding import opened
from lintdem.interpreter.domain import Func, Path, Value
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.machine import Args, Machine
from lintdem.interpreter.written import nodes
from lintdem.model.function import Assign, Augment, Delete, Function
from lintdem.model.values import Attr, Call, Expr, Item, Name

_CHANGE = ("update", "setdefault")


def handed(m: Machine, expr: Call, func: Value, args: Args, flow: Flow) -> Args:
    """The arguments of a call; what came with the event, and is changed in the function, as the dict that both then share."""
    if not isinstance(func, Func) or args.spread or not isinstance(func.definition, Function):
        return args
    if not any(isinstance(arg.value, Name) and isinstance(flow.scope.names.get(arg.value.id), Path) for arg in expr.args):
        return args
    changed = _changed(m, func)
    if not changed:
        return args
    params = [one.name for one in func.definition.params if one.kind in ("positional", "normal")][func.bound is not None :]
    positional, keywords = list(args.positional), dict(args.keywords)
    places = iter(range(len(positional)))
    for arg in expr.args:
        at = next(places, None) if not arg.name and not arg.star else None
        name = arg.name or (params[at] if at is not None and at < len(params) else "")
        before = flow.scope.names.get(arg.value.id) if isinstance(arg.value, Name) else None
        if name not in changed or arg.star or not isinstance(before, Path):
            continue
        after = opened(m, arg.value, before, flow)
        if at is not None:
            positional[at] = after
        elif arg.name:
            keywords[arg.name] = after
    return replace(args, positional=tuple(positional), keywords=tuple(keywords.items()))


def _changed(m: Machine, func: Func) -> frozenset[str]:
    """The parameters of a function that it writes into, and gives no other value."""
    key = ("changed", func.path, func.definition.span)
    found = m.memo.get(key)
    if not isinstance(found, frozenset):
        assert isinstance(func.definition, Function)
        found = m.memo[key] = _written_into(func.definition)
    return found


def _written_into(function: Function) -> frozenset[str]:
    found = list(nodes(function.body))
    targets = [target for node in found for target in _targets(node)]
    written = {target.value.id for target in targets if isinstance(target, Item) and isinstance(target.value, Name)}
    calls = [node.func for node in found if isinstance(node, Call) and isinstance(node.func, Attr) and node.func.name in _CHANGE]
    written |= {method.value.id for method in calls if isinstance(method.value, Name)}
    bound = {target.id for target in targets if isinstance(target, Name)}
    return frozenset(written & {one.name for one in function.params}) - bound


def _targets(node: object) -> tuple[Expr, ...]:
    if isinstance(node, (Assign, Delete)):
        return node.targets
    return (node.target,) if isinstance(node, Augment) else ()
