"""What expressions mean: from the model's expressions to abstract values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lintdem.interpreter.altering import replace
from lintdem.interpreter.binding import bind_target, opened
from lintdem.interpreter.comprehensions import comprehension
from lintdem.interpreter.cutting import slice_of
from lintdem.interpreter.demands import note_demand
from lintdem.interpreter.domain import (
    AnyOf,
    Cases,
    Derived,
    DictObj,
    External,
    Fact,
    Func,
    Known,
    ListObj,
    Made,
    Method,
    Path,
    Scope,
    Test,
    Unknown,
    Value,
)
from lintdem.interpreter.elements import element_of, iterated
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.joins import merge, passed
from lintdem.interpreter.libraries.copies import one_dict
from lintdem.interpreter.machine import Args, Machine, Stop
from lintdem.interpreter.operators import (
    FINE,
    chooses,
    compared,
    is_condition,
    is_now,
    negated,
    operate,
)
from lintdem.interpreter.passing import handed
from lintdem.interpreter.placeholders import literal
from lintdem.interpreter.trace import Tested
from lintdem.interpreter.valueobjects import put_together
from lintdem.interpreter.values import FALSE, NONE, TRUE, any_of, known, members, text
from lintdem.model.span import Place
from lintdem.model.values import (
    Attr,
    Await,
    Binary,
    Bytes,
    Call,
    Choice,
    Compare,
    Comprehension,
    Const,
    Dict,
    Dots,
    Expr,
    Format,
    Item,
    Lambda,
    Logic,
    Name,
    Opaque,
    Sequence,
    Slice,
    Star,
    Unary,
    Walrus,
    Yield,
)  # fmt: skip


def evaluate(m: Machine, expr: Expr, flow: Flow) -> Value:
    """The value of an expression."""
    return _EVALUATORS[type(expr)](m, expr, flow)


def _name(m: Machine, expr: Name, flow: Flow) -> Value:
    return _noted(m, expr, look_up(m, expr.id, flow), flow)


def _noted(m: Machine, expr: Name | Attr | Item, found: Value, flow: Flow) -> Value:
    """Remember which expression reads a part of the event."""
    if type(found) is Path and found.root == "event":
        m.reads[flow.scope.path, expr.span] = found
    return found


def look_up(m: Machine, name: str, flow: Flow) -> Value:
    """The value of a name: local, enclosing, module, builtin. Functions do not see the names of the class around them."""
    scope: Scope | None = flow.scope
    if name in flow.scope.globals:
        scope = m.parts.module(m, flow.scope.path)
    while scope is not None:
        if name in scope.names and not (scope.of_class and scope is not flow.scope):
            return scope.names[name]
        scope = scope.parent
    return External(f"builtins.{name}")


def _attr(m: Machine, expr: Attr, flow: Flow) -> Value:
    value = evaluate(m, expr.value, flow)
    return _noted(m, expr, m.attribute(value, expr.name, flow, m.place(flow, expr.span)), flow)


def _item(m: Machine, expr: Item, flow: Flow) -> Value:
    value = evaluate(m, expr.value, flow)
    if isinstance(expr.index, Slice):
        return slice_of(m, value, expr.index, flow)
    found = m.item(value, evaluate(m, expr.index, flow), flow, m.place(flow, expr.span))
    m.note_required(found, "tried" if m.tries else "read")
    note_demand(m, found, flow)
    return _noted(m, expr, found, flow)


def _call(m: Machine, expr: Call, flow: Flow) -> Value:
    func = evaluate(m, expr.func, flow)
    args = arguments(m, expr, flow)
    if isinstance(expr.func, Attr) and expr.func.name in ("update", "setdefault"):
        func = _changing(m, expr.func, func, args, flow)
    return m.call(func, handed(m, expr, func, args, flow), m.place(flow, expr.span), flow, written(expr.func))


def _changing(m: Machine, expr: Attr, func: Value, args: Args, flow: Flow) -> Value:
    """The method of something that it changes: a dict that came with the event, a digest that goes on."""
    if isinstance(func, (Path, AnyOf)):
        before = evaluate(m, expr.value, flow) if isinstance(expr.value, (Name, Attr, Item)) else NONE
        # A record of a mapper has methods of these names that store it.
        given = not args.keywords and any(m.dict_entries(flow, value) is not None for value in args.positional)
        if isinstance(before, Path) and before.root == "result" and (expr.name != "update" or not given):
            return func
        after = opened(m, expr.value, before, flow)
        return func if after is before else m.attribute(after, expr.name, flow, m.place(flow, expr.span))
    digest = func.receiver if isinstance(func, Method) else None
    if isinstance(digest, Made) and digest.type.startswith(DIGESTS) and len(digest.args) < MAX_PIECES:
        pieces = tuple((f"{len(digest.args)}.{n}", value) for n, value in enumerate(args.positional))
        bind_target(m, expr.value, replace(digest, args=(*digest.args, *pieces)), flow)
    return func


DIGESTS = ("hashlib.", "hmac.", "xxhash.")
MAX_PIECES = 8


def arguments(m: Machine, expr: Call, flow: Flow) -> Args:
    """Evaluate the arguments of a call; literal dicts behind `**` become keywords."""
    positional: list[Value] = []
    keywords: list[tuple[str, Value]] = []
    spread: list[Value] = []
    spreads: list[Value] = []
    places = tuple((a.name or str(i), m.place(flow, a.value.span)) for i, a in enumerate(expr.args) if not a.star)
    for arg in expr.args:
        value = evaluate(m, arg.value, flow)
        if arg.star == "*":
            found = m.elements(flow, value)
            if found is not None and not found.open and not spread:
                positional.extend(found.items)
            else:
                spread.append(element_of(m, value, flow))
        elif arg.star == "**":
            entries = one_dict(m, value, flow)
            if entries is not None:
                keywords += [(k, v) for k, v in entries.entries.items() if isinstance(k, str)]
                spreads += entries.spread
                spreads += [v for _, v in entries.rest]
            else:
                spreads.append(value)
        elif arg.name:
            keywords.append((arg.name, value))
        else:
            positional.append(value)
    return Args(tuple(positional), tuple(dict(keywords).items()), tuple(spread), tuple(spreads), places)


def written(expr: Expr) -> str:
    """An expression as short text for messages."""
    if isinstance(expr, Name):
        return expr.id
    if isinstance(expr, Attr):
        return f"{written(expr.value)}.{expr.name}"
    if isinstance(expr, Call):
        return f"{written(expr.func)}(…)"
    if isinstance(expr, Item):
        return f"{written(expr.value)}[…]"
    if isinstance(expr, Await):
        return written(expr.value)
    return "…"


def _format(m: Machine, expr: Format, flow: Flow) -> Value:
    return put_together(m, tuple(evaluate(m, part, flow) for part in expr.parts), m.place(flow, expr.span), flow)


def _sequence(m: Machine, expr: Sequence, flow: Flow) -> Value:
    items: list[Value] = []
    is_open = False
    for item in expr.items:
        if isinstance(item, Star):
            value = evaluate(m, item.value, flow)
            found = m.elements(flow, value)
            items += found.items if found else (element_of(m, value, flow),)
            is_open = is_open or found is None or found.open
        else:
            items.append(evaluate(m, item, flow))
    return m.new(flow, ListObj(expr.kind, tuple(items), is_open, m.place(flow, expr.span), m.importing > 0))


def _dict(m: Machine, expr: Dict, flow: Flow) -> Value:
    entries: dict[object, Value] = {}
    rest: list[tuple[Value, Value]] = []
    spread: list[Value] = []
    places: list[tuple[object, Place]] = []
    for entry in expr.entries:
        value = evaluate(m, entry.value, flow)
        if entry.key is None:
            inner = m.dict_entries(flow, value)
            if inner is not None:
                entries.update(inner.entries)
                rest += inner.rest
                spread += inner.spread
            else:
                spread.append(value)
            continue
        key = evaluate(m, entry.key, flow)
        if isinstance(key, Known) and not isinstance(key.value, (bytes, float)):
            entries[key.value] = value
            places.append((key.value, m.place(flow, entry.value.span)))
        else:
            rest.append((key, value))
    return m.new(flow, DictObj(entries, tuple(rest), tuple(spread), tuple(places)))


def _star(m: Machine, expr: Star, flow: Flow) -> Value:
    return evaluate(m, expr.value, flow)


def _unary(m: Machine, expr: Unary, flow: Flow) -> Value:
    value = evaluate(m, expr.operand, flow)
    if expr.op == "not":
        return negated(value, m.place(flow, expr.span))
    if isinstance(value, Known) and isinstance(value.value, (int, float)) and expr.op == "-":
        return known(-value.value)
    return Derived("op~" if expr.op == "~" else "arith", (value,))


def _binary(m: Machine, expr: Binary, flow: Flow) -> Value:
    left, right = evaluate(m, expr.left, flow), evaluate(m, expr.right, flow)
    return operate(m, expr.op, left, right, flow, m.place(flow, expr.span))


def _compare(m: Machine, expr: Compare, flow: Flow) -> Value:
    values = [evaluate(m, expr.left, flow), *(evaluate(m, right, flow) for right in expr.rights)]
    place = m.place(flow, expr.span)
    tests = [compared(m, op, a, b, place, flow) for op, a, b in zip(expr.ops, values, values[1:], strict=False)]
    return tests[0] if len(tests) == 1 else Test("and", tuple(tests), place)


def _logic(m: Machine, expr: Logic, flow: Flow) -> Value:
    """`and` / `or`: later operands run only when the earlier ones allow it."""
    place = m.place(flow, expr.span)
    values: list[Value] = []
    stopped: list[Flow] = []
    here = flow.branch()
    for index, operand in enumerate(expr.values):
        try:
            value = evaluate(m, operand, here)
        except Stop:
            break
        values.append(value)
        if index == len(expr.values) - 1:
            break
        out = here.branch()
        if m.assume(value, expr.op == "or", out):
            stopped.append(out)
        if not m.assume(value, expr.op == "and", here):
            return _settle(flow, stopped, values, expr.op, place)
    else:
        return NONE
    return _settle(flow, [*stopped, here], values, expr.op, place)


def _settle(flow: Flow, flows: list[Flow], values: list[Value], op: str, place: Place) -> Value:
    if not flows:
        raise Stop
    # Facts learned inside belong to the branch that the whole expression later takes; keep the names and heap only.
    must, may = flow.must, flow.may
    merge(flow, flows)
    flow.must |= must
    flow.may |= may
    if any(map(is_condition, values[:-1])):
        return Derived(f"dropped {op}", tuple(values), place)
    if all(isinstance(v, (Test, Cases)) or v in (TRUE, FALSE) for v in values):
        return values[0] if len(values) == 1 else Test(op, tuple(values), place)
    if op == "or":
        useful = [one for v in values[:-1] for one in members(v) if not (isinstance(one, Known) and not one.value)]
        useful += [v for v in values[-1:] if not useful or not (isinstance(v, Known) and not v.value)]
        if any(isinstance(v, (Test, Cases)) for v in values):
            return Test(op, tuple(values), place)
        return any_of(useful)
    return values[0] if len(values) == 1 else Test(op, tuple(values), place)


def _choice(m: Machine, expr: Choice, flow: Flow) -> Value:
    test = evaluate(m, expr.test, flow)
    results: list[Value] = []
    cases: list[tuple[Value, frozenset[Fact], frozenset[Fact]]] = []
    flows: list[Flow] = []
    before = flow.must
    for truth, side in ((True, expr.then), (False, expr.other)):
        branch = flow.branch()
        if not m.assume(test, truth, branch):
            continue
        try:
            value = evaluate(m, side, branch)
        except Stop:
            continue
        results.append(value)
        cases.append((value, branch.must - before, branch.may))
        flows.append(branch)
    if not flows:
        raise Stop
    merge(flow, flows)
    if any(must for _, must, _ in cases) and len(cases) > 1:
        return Cases(tuple(cases))
    chosen = any_of(results)
    if isinstance(test, Test) and isinstance(chosen, AnyOf) and (by := chooses(test)):
        place = m.place(flow, expr.span)
        m.record(Tested(place, Test(by, (test, chosen), place), must=flow.must, may=flow.may))
    return chosen


def _lambda(m: Machine, expr: Lambda, flow: Flow) -> Value:
    return Func(flow.scope.path, expr, flow.scope)


def _await(m: Machine, expr: Await, flow: Flow) -> Value:
    return evaluate(m, expr.value, flow)


def _yield(m: Machine, expr: Yield, flow: Flow) -> Value:
    value = evaluate(m, expr.value, flow) if expr.value is not None else NONE
    if not m.frames:
        return NONE
    if expr.delegates:
        value = element_of(m, iterated(m, value, m.place(flow, expr.span), flow), flow)
    m.frame.yields.append((value, passed(flow.must)))
    if m.frame.on_yield is not None:
        return m.frame.on_yield(value, flow)
    return Unknown("sent into a generator")


def _walrus(m: Machine, expr: Walrus, flow: Flow) -> Value:
    value = evaluate(m, expr.value, flow)
    if isinstance(expr.target, Name):
        flow.scope.names[expr.target.id] = value
    return value


def _opaque(m: Machine, expr: Opaque, flow: Flow) -> Value:
    if expr.reason == "format" and expr.parts:
        value, *spec = (evaluate(m, part, flow) for part in expr.parts)
        wanted = "".join(text(s) or "" for s in spec)
        coarse = wanted and is_now(value) and not FINE.search(wanted)
        return Derived("coarse", ()) if coarse else value
    return Unknown(expr.reason, tuple(evaluate(m, part, flow) for part in expr.parts))


def _slice(m: Machine, expr: Slice, flow: Flow) -> Value:
    return Unknown("a slice")


_EVALUATORS: dict[type, Callable[[Machine, Any, Flow], Value]] = {
    Const: literal, Bytes: literal, Name: _name, Attr: _attr, Item: _item, Call: _call, Format: _format,
    Sequence: _sequence, Dict: _dict, Star: _star, Unary: _unary, Binary: _binary, Compare: _compare, Logic: _logic,
    Choice: _choice, Lambda: _lambda, Await: _await, Yield: _yield, Walrus: _walrus, Opaque: _opaque, Slice: _slice,
    Comprehension: comprehension, Dots: lambda m, e, f: known(...),
}  # fmt: skip

