"""Comprehensions: over a few known items each is kept apart, else one stands for all."""

from __future__ import annotations

from lintdem.interpreter.binding import bind_target
from lintdem.interpreter.domain import (
    EMPTY,
    AnyOf,
    Derived,
    DictObj,
    Fact,
    Given,
    Known,
    ListObj,
    Path,
    Scope,
    Unknown,
    Value,
)
from lintdem.interpreter.elements import SHUFFLED, are_named, element_of, iterated, taken_along
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.joins import aged, passed
from lintdem.interpreter.leftovers import NOTHING, asked, excluded, missing_from
from lintdem.interpreter.libraries.copies import from_pairs
from lintdem.interpreter.machine import Machine, Stop
from lintdem.interpreter.trace import Loop
from lintdem.interpreter.values import known
from lintdem.model.values import (
    Call,
    Clause,
    Comprehension,
    Name,
    Sequence,
)  # fmt: skip


def comprehension(m: Machine, expr: Comprehension, flow: Flow) -> Value:
    inner = Flow(Scope(flow.scope.path, {}, flow.scope), flow.heap, flow.must, flow.may)
    if len(expr.clauses) == 1:
        unrolled = _copied(m, expr, inner) or _unrolled(m, expr, inner)
        if unrolled is not None:
            flow.heap, flow.may = inner.heap, inner.may
            return unrolled
    loops = len(m.loops)
    before = flow.must
    empty = shuffled = False
    less = NOTHING
    try:
        for clause in expr.clauses:
            over = m.elements(inner, m.evaluate(clause.iter, inner)) if isinstance(clause.iter, Name) else None
            shuffled = shuffled or (over is not None and over.kind in SHUFFLED and (over.open or len(over.items) > 1))
            possible, less = _clause(m, clause, inner)
            empty = not possible or empty
        less = less if len(expr.clauses) == 1 else NOTHING
        value = m.evaluate(expr.element, inner)
        key = m.evaluate(expr.key, inner) if expr.key is not None else None
    except Stop:
        value, key = Unknown("never reached"), None
    finally:
        del m.loops[loops:]
    flow.heap, flow.may = inner.heap, inner.may
    same = _converted(m, expr, key, value, inner)
    if same is not None:
        flow.must = before
        return same
    # What is too old is left out: whoever takes an element takes one that was looked at.
    flow.must = before | aged(inner.must)
    if expr.kind == "dict":
        named = key or Unknown("no key")
        return m.new(flow, DictObj({}, ((Derived("shuffled", (named,)) if shuffled else named, value),), without=less))
    kind = {"generator": "list"}.get(expr.kind, expr.kind)
    kind = "shuffled" if shuffled and kind == "list" else kind
    place = m.place(flow, expr.span)
    return m.new(flow, ListObj(kind, () if empty else (value,), True, place, passed=passed(inner.must), without=less))


def _converted(m: Machine, expr: Comprehension, key: Value | None, value: Value, inner: Flow) -> Value | None:
    """What a function makes of data that it goes through part by part, and leaves as it is where it has nothing to convert:
    the same data. `{k: plain(v) for k, v in given.items()}`, `[plain(v) for v in given]`. A dict is so too where each part
    is taken over as it is, or only in another coding: `{k: of_dynamodb.deserialize(v) for k, v in item.items()}`."""
    clause = expr.clauses[0]
    if len(expr.clauses) > 1 or clause.tests or not (isinstance(expr.element, Call) or expr.kind == "dict"):
        return None
    if expr.kind == "dict":
        source = key.parts[0] if isinstance(key, Derived) and key.op == "key" and key.parts else None
    else:
        source = m.evaluate(clause.iter, inner) if isinstance(clause.iter, Name) else None
    if not isinstance(source, Path):
        return None
    part = element_of(m, source, inner)
    same = (isinstance(value, AnyOf) and part in value.values) or (expr.kind == "dict" and value == part)
    return source if same else None


def _copied(m: Machine, expr: Comprehension, inner: Flow) -> Value | None:
    """`{k: f(v) for k, v in given.items() if …}` over a dict of which not all is known: what is known stays under its
    name, the rest stays unknown."""
    clause = expr.clauses[0]
    target = clause.target.items if isinstance(clause.target, Sequence) else ()
    name = expr.key.id if isinstance(expr.key, Name) else None
    same = len(target) == 2 and isinstance(target[0], Name) and target[0].id == name
    if expr.kind != "dict" or not same:
        return None
    iterated = m.evaluate(clause.iter, inner)
    found = from_pairs(m, iterated, inner)
    if found is None or not found.entries or not (found.rest or found.spread):
        return None
    must = inner.must
    entries: dict[object, Value] = {}
    rest: list[tuple[Value, Value]] = []
    others = [(Derived("key", (source,)), element_of(m, source, inner)) for source in found.spread]
    m.loops.append(Loop(m.place(inner, clause.iter.span), iterated))
    try:
        for key, value in (*((known(k), v) for k, v in found.entries.items()), *found.rest, *others):
            inner.must = must
            bind_target(m, target[0], key, inner)
            bind_target(m, target[1], value, inner)
            if not all(m.assume(m.evaluate(test, inner), True, inner) for test in clause.tests):
                continue
            element = m.evaluate(expr.element, inner)
            if isinstance(key, Known):
                entries[key.value] = element
            elif (key, value) not in others:
                rest.append((key, element))
    except Stop:
        return None
    finally:
        m.loops.pop()
    inner.must = must
    return m.new(inner, DictObj(entries, tuple(rest), found.spread))


def _unrolled(m: Machine, expr: Comprehension, inner: Flow) -> Value | None:
    """A comprehension over a few known items keeps them apart; None when they are not known."""
    clause = expr.clauses[0]
    iterated = m.evaluate(clause.iter, inner)
    over = m.elements(inner, iterated)
    keys = m.dict_entries(inner, iterated)
    if keys is not None and not keys.rest and not keys.spread:
        over = ListObj("list", tuple(known(key) for key in keys.entries))
    if over is None or not 0 < len(over.items) <= UNROLLED or (over.open and not are_named(m, over, inner)):
        return None
    decided = not over.open
    ways: list[frozenset[Fact]] = []
    none: frozenset[Fact] = EMPTY
    entries: dict[object, Value] = {}
    rest: list[tuple[Value, Value]] = []
    items: list[Value] = []
    must = inner.must
    for item in over.items:
        inner.must = must
        try:
            bind_target(m, clause.target, item, inner)
            tests = [m.evaluate(test, inner) for test in clause.tests]
            decided = decided and all(isinstance(test, Known) for test in tests)
            none |= _left_out(m, tests, inner)
            if not all(m.assume(test, True, inner) for test in tests):
                continue
            value = m.evaluate(expr.element, inner)
            key = m.evaluate(expr.key, inner) if expr.key is not None else None
        except Stop:
            continue
        if isinstance(key, Known) and not isinstance(key.value, (bytes, float)):
            entries[key.value] = value
        elif key is not None:
            rest.append((key, value))
        items.append(value)
        ways.append(passed(inner.must))
    inner.must = must
    if expr.kind == "dict":
        return m.new(inner, DictObj(entries, tuple(rest)))
    kind = {"generator": "list"}.get(expr.kind, expr.kind)
    each = frozenset.intersection(*ways) if ways else EMPTY
    return m.new(inner, ListObj(kind, tuple(items), not decided, m.place(inner, expr.span), passed=each, none=none))


def _left_out(m: Machine, tests: list[Value], inner: Flow) -> frozenset[Fact]:
    """What is known when an item was not taken: of `[f for f in NAMES if f not in order]`, that the event has it."""
    branch = inner.branch()
    if len(tests) != 1 or not m.assume(tests[0], False, branch):
        return EMPTY
    return frozenset(f for f in branch.must if isinstance(f, Given))


UNROLLED = 32


def _clause(m: Machine, clause: Clause, inner: Flow) -> tuple[bool, frozenset[Value]]:
    """Whether a clause can give something, and what was taken away from what it gives."""
    over = iterated(m, m.evaluate(clause.iter, inner), m.place(inner, clause.iter.span), inner)
    m.loops.append(Loop(m.place(inner, clause.iter.span), over))
    inner.must |= taken_along(m, over, inner) | asked(m, over, m.place(inner, clause.iter.span), inner)
    bind_target(m, clause.target, element_of(m, over, inner), inner)
    less = missing_from(m, over, inner)
    for test in clause.tests:
        told = m.evaluate(test, inner)
        less |= excluded(m, told, inner)
        if not m.assume(told, True, inner):
            return False, less
    return True, less
