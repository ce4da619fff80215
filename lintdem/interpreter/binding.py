"""Assignments: to names, attributes, items and patterns of them."""

from __future__ import annotations

from lintdem.interpreter.altering import replace
from lintdem.interpreter.domain import (
    Cases,
    DictObj,
    External,
    Func,
    Known,
    ListObj,
    Made,
    Method,
    Mod,
    Path,
    Ref,
    Value,
)
from lintdem.interpreter.elements import source_of
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.joins import passed
from lintdem.interpreter.leftovers import grown
from lintdem.interpreter.machine import Args, Machine
from lintdem.interpreter.requesting import put_on
from lintdem.interpreter.rows import keep_attribute
from lintdem.interpreter.values import NONE, any_of, known, members, text
from lintdem.model.span import Place
from lintdem.model.values import (
    Attr,
    Expr,
    Item,
    Name,
    Sequence,
    Slice,
    Star,
)  # fmt: skip


def bind_target(m: Machine, target: Expr, value: Value, flow: Flow) -> None:
    """Assign a value to a name, attribute, item or pattern of them."""
    if isinstance(target, Name):
        _bind_name(m, target.id, value, flow)
    elif isinstance(target, Attr):
        set_attribute(m, m.evaluate(target.value, flow), target.name, value, flow)
    elif isinstance(target, Item) and not isinstance(target.index, Slice):
        owner, index = m.evaluate(target.value, flow), m.evaluate(target.index, flow)
        if text(index) is not None:
            owner = opened(m, target.value, owner, flow)
        set_item(m, owner, index, value, flow, m.place(flow, target.span))
    elif isinstance(target, Sequence):
        found = m.elements(flow, value)
        for count, part in enumerate(target.items):
            if isinstance(part, Star):
                bind_target(m, part.value, value, flow)
            elif found is not None and not found.open and count < len(found.items):
                bind_target(m, part, found.items[count], flow)
            else:
                bind_target(m, part, m.item(value, known(count), flow, m.place(flow, part.span)), flow)
    elif isinstance(target, Star):
        bind_target(m, target.value, value, flow)


def _bind_name(m: Machine, name: str, value: Value, flow: Flow) -> None:
    if name in flow.scope.globals:
        module = m.parts.module(m, flow.scope.path)
        old = module.names.get(name)
        # A later run may find either value: what a global is when a handler starts is not known.
        m.share(module, name, value if old is None or old == NONE else any_of([value, old]), flow)
        return
    if name in flow.scope.nonlocals:
        scope = flow.scope.parent
        while scope is not None and name not in scope.names:
            scope = scope.parent
        if scope is not None:
            m.set_outside(scope, name, value)
            return
    flow.scope.names[name] = value


def opened(m: Machine, expr: Expr, value: Value, flow: Flow) -> Value:
    """What came with the event or was read, as a dict that is written to: it takes the old value's place under this name."""
    parts = members(value)
    if isinstance(expr, Name) and expr.id not in flow.scope.names:
        return value
    if isinstance(value, Cases) or not isinstance(expr, (Name, Attr, Item)) or not any(map(_came, parts)):
        return value
    if isinstance(expr, Item) and text(m.evaluate(expr.index, flow)) is None:
        return value
    m.altered |= {one for one in parts if isinstance(one, Path) and one.root == "result"}
    dicts = any_of([m.new(flow, DictObj({}, (), (one,))) if _came(one) else one for one in parts])
    bind_target(m, expr, dicts, flow)
    return dicts


def _came(value: Value) -> bool:
    return isinstance(value, Path) and value.root in ("event", "result")


def set_attribute(m: Machine, owner: Value, name: str, value: Value, flow: Flow) -> None:
    """`owner.name = value`."""
    from lintdem.interpreter.domain import Cls, Instance  # noqa: PLC0415 - only for this test

    for one in members(owner):
        found = m.get(flow, one)
        if isinstance(found, Instance) and isinstance(one, Ref):
            m.put(flow, one, Instance(found.cls, {**found.attrs, name: value}))
        elif isinstance(one, Cls):
            m.share(one.scope, name, value, flow)
        elif isinstance(one, Mod):
            m.share(m.parts.module(m, one.path), name, value, flow)
        elif isinstance(one, Made) and name == "get_method" and isinstance(value, (Func, Method)):
            # urllib asks the request for its method: https://docs.python.org/3/library/urllib.request.html
            put_on(m, one, "method", m.call(value, Args(), one.place, flow, name))
        elif isinstance(one, Made):
            put_on(m, one, name, value)
        elif isinstance(one, Path):
            keep_attribute(m, one, name, value, flow)


def set_item(m: Machine, owner: Value, index: Value, value: Value, flow: Flow, place: Place) -> None:
    """`owner[index] = value`."""
    from lintdem.interpreter.trace import Configured, Recorded  # noqa: PLC0415 - only here

    for one in members(owner):
        found = m.get(flow, one)
        if isinstance(one, (Made, Method)) and (key := text(index)) is not None:
            put_on(m, one, key, value)
        if isinstance(one, Path):
            m.altered.add(one)
        if isinstance(one, External) and one.name == "os.environ" and (key := text(index)) is not None:
            m.record(Configured(place, key, value, must=flow.must, may=flow.may))
        if not isinstance(one, Ref):
            continue
        if isinstance(found, DictObj):
            if one.id in m.base and not m.importing:
                m.record(Recorded(place, one, index, must=flow.must, may=flow.may))
            less = grown(m, found, index, flow)
            here = passed(flow.must) & (found.passed if found.entries or found.rest or found.spread else passed(flow.must))
            entries, rest, spread = found.entries, found.rest, found.spread
            if isinstance(index, Known) and not isinstance(index.value, (bytes, float)):
                entries = {**entries, index.value: value}
            elif (source := source_of(m, index, value, flow)) is not None:
                spread = (*spread, source)[-8:]
            else:
                rest = (*rest, (index, value))[-20:]
            held = replace(found, entries=entries, rest=rest, spread=spread, places=(), without=less, passed=here)
            m.put(flow, one, held)
        elif isinstance(found, ListObj):
            m.put(flow, one, ListObj(found.kind, (*found.items, value)[-20:], True, found.place, found.module_level))
