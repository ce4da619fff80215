"""What expressions mean: from the model's expressions to abstract values."""

from __future__ import annotations

import re
import operator
from collections.abc import Callable
from typing import Any

from lintdem.analyses.domain import (
    EMPTY, FALSE, NONE, TRUE, AnyOf, Cases, Claim, Derived, DictObj, External, Fact, Flow, Fresh, Func, Known, ListObj, Made,
    Mod, Path, Ref, Scope, Test, Unknown, Value, any_of, known, members, text,
)  # fmt: skip
from lintdem.analyses.machine import Args, Machine, Stop, merge
from lintdem.analyses.trace import Loop, Tested
from lintdem.model.span import Place
from lintdem.model.values import (
    Attr, Await, Binary, Bytes, Call, Choice, Clause, Compare, Comprehension, Const, Dict, Ellipsis_, Expr, Format,
    Item, Lambda, Logic, Name, Opaque, Sequence, Slice, Star, Unary, Walrus, Yield,
)  # fmt: skip


FINE = re.compile(r"%-?[HMSfsTXcIpR]")
"""What makes a formatted time differ between two deliveries of one day."""


def evaluate(m: Machine, expr: Expr, flow: Flow) -> Value:
    """The value of an expression."""
    return _EVALUATORS[type(expr)](m, expr, flow)


def _const(m: Machine, expr: Const, flow: Flow) -> Value:
    return known(expr.value)


def _name(m: Machine, expr: Name, flow: Flow) -> Value:
    return look_up(m, expr.id, flow)


def look_up(m: Machine, name: str, flow: Flow) -> Value:
    """The value of a name: local, enclosing, module, builtin."""
    scope: Scope | None = flow.scope
    if name in flow.scope.globals:
        scope = m.parts.module(m, flow.scope.path)
    while scope is not None:
        if name in scope.names:
            return scope.names[name]
        scope = scope.parent
    return External(f"builtins.{name}")


def _attr(m: Machine, expr: Attr, flow: Flow) -> Value:
    value = evaluate(m, expr.value, flow)
    return m.attribute(value, expr.name, flow, m.place(flow, expr.span))


def _item(m: Machine, expr: Item, flow: Flow) -> Value:
    value = evaluate(m, expr.value, flow)
    if isinstance(expr.index, Slice):
        return slice_of(m, value, expr.index, flow)
    found = m.item(value, evaluate(m, expr.index, flow), flow, m.place(flow, expr.span))
    m.note_required(found)
    return found


def slice_of(m: Machine, value: Value, index: Slice, flow: Flow) -> Value:
    """`value[a:b:c]`: of text it keeps where it comes from, of a list its elements."""
    bounds = [evaluate(m, bound, flow) for bound in (index.lower, index.upper, index.step) if bound is not None]
    found = m.elements(flow, value)
    if found is not None:
        return m.new(flow, ListObj(found.kind, found.items, True, found.place))
    if isinstance(value, Known) and isinstance(value.value, (str, bytes)):
        return Derived("slice", (value,))
    if isinstance(value, Path) and not any(isinstance(b, Known) for b in bounds):
        return value
    return Derived("slice", (value,))


def _call(m: Machine, expr: Call, flow: Flow) -> Value:
    func = evaluate(m, expr.func, flow)
    args = arguments(m, expr, flow)
    return m.call(func, args, m.place(flow, expr.span), flow, written(expr.func))


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
            entries = m.dict_entries(flow, value)
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
    return formatted(tuple(evaluate(m, part, flow) for part in expr.parts))


def formatted(parts: tuple[Value, ...]) -> Value:
    """Text made of parts; literal when all are."""
    joined: list[Value] = []
    for part in parts:
        last = joined[-1] if joined else None
        if isinstance(part, Known) and isinstance(last, Known):
            joined[-1] = known(f"{last.value}{part.value}")
        else:
            joined.append(part)
    if not joined:
        return known("")
    if len(joined) == 1 and isinstance(joined[0], Known):
        return known(str(joined[0].value))
    return Derived("format", tuple(joined))


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


def negated(value: Value, place: Place) -> Value:
    """`not value`."""
    if isinstance(value, Known):
        return FALSE if value.value else TRUE
    if isinstance(value, Cases):
        return Cases(tuple((negated(v, place), must, may) for v, must, may in value.cases))
    return Test("not", (value,), place)


def _binary(m: Machine, expr: Binary, flow: Flow) -> Value:
    left, right = evaluate(m, expr.left, flow), evaluate(m, expr.right, flow)
    return operate(m, expr.op, left, right, flow, m.place(flow, expr.span))


def operate(m: Machine, op: str, left: Value, right: Value, flow: Flow, place: Place) -> Value:
    """A binary operator on two values."""
    if op in ("+", "|"):
        both = m.elements(flow, left), m.elements(flow, right)
        if both[0] is not None or both[1] is not None:
            items = tuple(i for b, v in zip(both, (left, right), strict=True) for i in (b.items if b else (v,)))
            return m.new(flow, ListObj((both[0] or both[1] or ListObj("list", ())).kind, items, True, place))
        dicts = m.dict_entries(flow, left), m.dict_entries(flow, right)
        if dicts[0] is not None and dicts[1] is not None:
            return m.new(
                flow, DictObj({**dicts[0].entries, **dicts[1].entries}, dicts[0].rest + dicts[1].rest,
                              dicts[0].spread + dicts[1].spread)
            )  # fmt: skip
    if isinstance(left, Known) and isinstance(right, Known):
        folded = _fold(op, left.value, right.value)
        if folded is not None:
            return known(folded)
    if op == "+" and (_is_text(left) or _is_text(right)):
        return Derived("format", (left, right))
    if op == "%" and _is_text(left):
        inner = m.elements(flow, right)
        return _percent(left, inner.items if inner is not None else (right,))
    if op in ("&", "|", "~"):
        return Derived(f"op{op}", (left, right), place)
    return Derived(f"arith{op}", (left, right), place)


def _percent(template: Value, values: tuple[Value, ...]) -> Value:
    """`"order-%s" % x`: the text with its values in their places."""
    written = text(template)
    if written is None or written.count("%s") + written.count("%d") != len(values):
        return Derived("format", (template, *values))
    pieces = re.split(r"%[sd]", written)
    parts: list[Value] = [known(pieces[0])]
    for value, piece in zip(values, pieces[1:], strict=True):
        parts += [value, known(piece)]
    return formatted(tuple(parts))


def _is_text(value: Value) -> bool:
    return text(value) is not None or (isinstance(value, Derived) and value.op == "format")


def _fold(op: str, left: Any, right: Any) -> object | None:
    try:
        if op == "+" and type(left) is type(right) and len(str(left)) < 10_000:
            return left + right  # type: ignore[no-any-return]
        if op in ("-", "*", "//", "%", "/") and isinstance(left, (int, float)) and isinstance(right, (int, float)):
            return {"-": left - right, "*": left * right, "//": left // right, "%": left % right, "/": left / right}[op]
    except (ArithmeticError, TypeError, ValueError):
        return None
    return None


def _compare(m: Machine, expr: Compare, flow: Flow) -> Value:
    values = [evaluate(m, expr.left, flow), *(evaluate(m, right, flow) for right in expr.rights)]
    place = m.place(flow, expr.span)
    tests = [compared(m, op, a, b, place, flow) for op, a, b in zip(expr.ops, values, values[1:], strict=False)]
    return tests[0] if len(tests) == 1 else Test("and", tuple(tests), place)


_ORDERS: dict[str, Callable[[Any, Any], bool]] = {"<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge}


def compared(m: Machine, op: str, left: Value, right: Value, place: Place, flow: Flow) -> Value:
    """The result of a comparison, kept symbolic unless both sides are literals."""
    left, right = (m.counted(left), right) if isinstance(right, Known) else (left, right)
    if isinstance(left, Cases):
        return Cases(tuple((compared(m, op, v, right, place, flow), must, may) for v, must, may in left.cases))
    if isinstance(right, Cases):
        return Cases(tuple((compared(m, op, left, v, place, flow), must, may) for v, must, may in right.cases))
    if isinstance(left, Known) and isinstance(right, Known) and op in ("==", "!=", "is", "is not"):
        same = left.value == right.value and (left.type == right.type or op in ("==", "!="))
        return known(same if op in ("==", "is") else not same)
    if isinstance(left, Known) and isinstance(right, Known) and left.type == right.type == "int" and op in _ORDERS:
        return known(_ORDERS[op](left.value, right.value))
    if isinstance(left, Derived) and left.op == "counted" and isinstance(right, Known) and right.value in (0, 1):
        return known(op in ("!=", ">", ">=", "is not"))
    if isinstance(left, External) and isinstance(right, External) and op in ("==", "!=", "is", "is not"):
        return known((left == right) == (op in ("==", "is")))
    if op in ("is", "is not") and right == NONE and isinstance(left, (Ref, Func, Made, Mod)):
        return known(op == "is not")
    if op in ("in", "not in"):
        found = m.elements(flow, right)
        if found is not None and not found.open and found.items and (found.kind == "tuple" or not found.module_level):
            right = Derived("members", found.items, found.place)
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Path) and one.root == "event" and (constant := text(other)):
            m.constants.add(constant)
    test = Test(op, (left, right), place)
    if op in ("<", ">", "<=", ">="):
        m.record(Tested(place, test, flow.must, flow.may))
    return test


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
        useful = [v for v in values if not (isinstance(v, Known) and not v.value)] or values[-1:]
        if any(isinstance(v, (Test, Cases)) for v in values):
            return Test(op, tuple(values), place)
        return any_of(useful)
    return values[0] if len(values) == 1 else Test(op, tuple(values), place)


def is_condition(value: Value) -> bool:
    """Whether a value is a condition object of boto3, for which `and` and `or` keep one side only."""
    if isinstance(value, Derived) and value.op in ("op&", "op|", "op~", "dropped and", "dropped or"):
        return any(map(is_condition, value.parts))
    return isinstance(value, Made) and (".conditions.Attr." in value.type or ".conditions.Key." in value.type)


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
    return any_of(results)


def _lambda(m: Machine, expr: Lambda, flow: Flow) -> Value:
    return Func(flow.scope.path, expr, flow.scope)


def _await(m: Machine, expr: Await, flow: Flow) -> Value:
    return evaluate(m, expr.value, flow)


def _yield(m: Machine, expr: Yield, flow: Flow) -> Value:
    value = evaluate(m, expr.value, flow) if expr.value is not None else NONE
    if not m.frames:
        return NONE
    if expr.delegates:
        value = element_of(m, value, flow)
    m.frame.yields.append(value)
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
        coarse = isinstance(value, Fresh) and value.kind == "clock" and wanted and not FINE.search(wanted)
        return Derived("coarse", ()) if coarse else value
    return Unknown(expr.reason, tuple(evaluate(m, part, flow) for part in expr.parts))


def _slice(m: Machine, expr: Slice, flow: Flow) -> Value:
    return Unknown("a slice")


def _comprehension(m: Machine, expr: Comprehension, flow: Flow) -> Value:
    inner = Flow(Scope(flow.scope.path, {}, flow.scope), flow.heap, flow.must, flow.may)
    if len(expr.clauses) == 1:
        unrolled = _unrolled(m, expr, inner)
        if unrolled is not None:
            flow.heap, flow.may = inner.heap, inner.may
            return unrolled
    loops = len(m.loops)
    before = flow.must
    empty = shuffled = False
    try:
        for clause in expr.clauses:
            over = m.elements(inner, evaluate(m, clause.iter, inner)) if isinstance(clause.iter, Name) else None
            shuffled = shuffled or (over is not None and over.kind in SHUFFLED and (over.open or len(over.items) > 1))
            empty = not _clause(m, clause, inner, expr.span.line) or empty
        value = evaluate(m, expr.element, inner)
        key = evaluate(m, expr.key, inner) if expr.key is not None else None
    except Stop:
        value, key = Unknown("never reached"), None
    finally:
        del m.loops[loops:]
    flow.heap, flow.may = inner.heap, inner.may
    flow.must = before
    if expr.kind == "dict":
        named = key or Unknown("no key")
        return m.new(flow, DictObj({}, ((Derived("shuffled", (named,)) if shuffled else named, value),)))
    kind = {"generator": "list"}.get(expr.kind, expr.kind)
    kind = "shuffled" if shuffled and kind == "list" else kind
    return m.new(flow, ListObj(kind, () if empty else (value,), True, m.place(flow, expr.span)))


def _unrolled(m: Machine, expr: Comprehension, inner: Flow) -> Value | None:
    """A comprehension over a few known items keeps them apart; None when they are not known."""
    clause = expr.clauses[0]
    iterated = evaluate(m, clause.iter, inner)
    over = m.elements(inner, iterated)
    keys = m.dict_entries(inner, iterated)
    if keys is not None and not keys.rest and not keys.spread:
        over = ListObj("list", tuple(known(key) for key in keys.entries))
    if over is None or over.open or not 0 < len(over.items) <= UNROLLED:
        return None
    decided = True
    entries: dict[object, Value] = {}
    rest: list[tuple[Value, Value]] = []
    items: list[Value] = []
    must = inner.must
    for item in over.items:
        inner.must = must
        try:
            bind_target(m, clause.target, item, inner)
            tests = [evaluate(m, test, inner) for test in clause.tests]
            decided = decided and all(isinstance(test, Known) for test in tests)
            if not all(m.assume(test, True, inner) for test in tests):
                continue
            value = evaluate(m, expr.element, inner)
            key = evaluate(m, expr.key, inner) if expr.key is not None else None
        except Stop:
            continue
        if isinstance(key, Known) and not isinstance(key.value, (bytes, float)):
            entries[key.value] = value
        elif key is not None:
            rest.append((key, value))
        items.append(value)
    inner.must = must
    if expr.kind == "dict":
        return m.new(inner, DictObj(entries, tuple(rest)))
    kind = {"generator": "list"}.get(expr.kind, expr.kind)
    return m.new(inner, ListObj(kind, tuple(items), not decided, m.place(inner, expr.span)))


UNROLLED = 32


def _clause(m: Machine, clause: Clause, inner: Flow, line: int) -> bool:
    over = evaluate(m, clause.iter, inner)
    m.loops.append(Loop(m.place(inner, clause.iter.span), over))
    bind_target(m, clause.target, element_of(m, over, inner), inner)
    return all(m.assume(evaluate(m, test, inner), True, inner) for test in clause.tests)


def element_of(m: Machine, value: Value, flow: Flow) -> Value:
    """One element of an iterable."""
    found = m.get(flow, value)
    if isinstance(found, ListObj):
        return any_of(found.items) if found.items else Unknown("element of an empty list")
    if isinstance(found, DictObj):
        keys: list[Value] = [known(k) for k in found.entries] + [k for k, _ in found.rest]
        keys += [Derived("key", (s,)) for s in found.spread]
        return any_of(keys) if keys else Unknown("key of an empty dict")
    if isinstance(value, Path):
        return Path(value.root, (*value.steps, "*"), value.place)
    if isinstance(value, (AnyOf, Cases)):
        return any_of([element_of(m, v, flow) for v in members(value)])
    if isinstance(value, Known):
        return Derived("element", (value,))
    if isinstance(value, Derived) and value.op == "each":
        return value.parts[0]
    return Derived("element", (value,))


SHUFFLED = frozenset({"set", "shuffled"})
"""Kinds of collections whose order is another in every process."""


def unordered(m: Machine, value: Value, place: Place, flow: Flow) -> Value | None:
    """Text made of a set, or of a list made of one, without sorting; None when the order is certain."""
    found = m.elements(flow, value)
    if found is not None and found.kind in SHUFFLED and (found.open or len(found.items) > 1):
        return Derived("unordered", (Fresh("order", place), *found.items), place)
    inner = m.dict_entries(flow, value)
    if inner is not None:
        for held in (*inner.entries.values(), *(v for _, v in inner.rest)):
            text_of = unordered(m, held, place, flow) if isinstance(held, Ref) else None
            if text_of is not None:
                return text_of
        if any(isinstance(k, Derived) and k.op == "shuffled" for k, _ in inner.rest):
            return Derived("unordered", (Fresh("order", place), *(v for _, v in inner.rest)), place)
    return None


def bind_target(m: Machine, target: Expr, value: Value, flow: Flow) -> None:
    """Assign a value to a name, attribute, item or pattern of them."""
    if isinstance(target, Name):
        _bind_name(m, target.id, value, flow)
    elif isinstance(target, Attr):
        set_attribute(m, evaluate(m, target.value, flow), target.name, value, flow)
    elif isinstance(target, Item) and not isinstance(target.index, Slice):
        owner = evaluate(m, target.value, flow)
        set_item(m, owner, evaluate(m, target.index, flow), value, flow, m.place(flow, target.span))
    elif isinstance(target, Sequence):
        found = m.elements(flow, value)
        for index, part in enumerate(target.items):
            if isinstance(part, Star):
                bind_target(m, part.value, value, flow)
            elif found is not None and not found.open and index < len(found.items):
                bind_target(m, part, found.items[index], flow)
            else:
                bind_target(m, part, m.item(value, known(index), flow, m.place(flow, part.span)), flow)
    elif isinstance(target, Star):
        bind_target(m, target.value, value, flow)


def _bind_name(m: Machine, name: str, value: Value, flow: Flow) -> None:
    scope: Scope | None = flow.scope
    if name in flow.scope.globals:
        m.globals_version += 1
        module = m.parts.module(m, flow.scope.path)
        old = module.names.get(name)
        # A later run may find either value: what a global is when a handler starts is not known.
        module.names[name] = value if old is None or old == NONE else any_of([value, old])
        return
    if name in flow.scope.nonlocals:
        scope = flow.scope.parent
        while scope is not None and name not in scope.names:
            scope = scope.parent
    (scope or flow.scope).names[name] = value


def set_attribute(m: Machine, owner: Value, name: str, value: Value, flow: Flow) -> None:
    """`owner.name = value`."""
    from lintdem.analyses.domain import Cls, Instance  # noqa: PLC0415 - only for this test

    for one in members(owner):
        found = m.get(flow, one)
        if isinstance(found, Instance) and isinstance(one, Ref):
            m.put(flow, one, Instance(found.cls, {**found.attrs, name: value}))
        elif isinstance(one, Cls):
            m.globals_version += 1
            one.scope.names[name] = value
        elif isinstance(one, Mod):
            m.parts.module(m, one.path).names[name] = value


def set_item(m: Machine, owner: Value, index: Value, value: Value, flow: Flow, place: Place) -> None:
    """`owner[index] = value`."""
    from lintdem.analyses.trace import Recorded  # noqa: PLC0415 - only here

    for one in members(owner):
        found = m.get(flow, one)
        if not isinstance(one, Ref):
            continue
        if isinstance(found, DictObj):
            if one.id in m.base and not m.importing:
                m.record(Recorded(place, one, index, flow.must, flow.may))
            if isinstance(index, Known) and not isinstance(index.value, (bytes, float)):
                m.put(flow, one, DictObj({**found.entries, index.value: value}, found.rest, found.spread))
            else:
                m.put(flow, one, DictObj(found.entries, (*found.rest, (index, value))[-20:], found.spread))
        elif isinstance(found, ListObj):
            m.put(flow, one, ListObj(found.kind, (*found.items, value)[-20:], True, found.place, found.module_level))


_EVALUATORS: dict[type, Callable[[Machine, Any, Flow], Value]] = {
    Const: _const, Bytes: _const, Name: _name, Attr: _attr, Item: _item, Call: _call, Format: _format,
    Sequence: _sequence, Dict: _dict, Star: _star, Unary: _unary, Binary: _binary, Compare: _compare, Logic: _logic,
    Choice: _choice, Lambda: _lambda, Await: _await, Yield: _yield, Walrus: _walrus, Opaque: _opaque, Slice: _slice,
    Comprehension: _comprehension, Ellipsis_: lambda m, e, f: known(...),
}  # fmt: skip

