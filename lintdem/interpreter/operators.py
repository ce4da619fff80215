"""Operators, comparisons and text made of parts."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator
from typing import Any

from lintdem.interpreter.altering import replace
from lintdem.interpreter.domain import (
    Cases,
    Derived,
    DictObj,
    External,
    Fresh,
    Func,
    Known,
    ListObj,
    Made,
    Mod,
    Path,
    Ref,
    Test,
    Value,
)
from lintdem.interpreter.elements import LONGEST
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.leftovers import joined, taken
from lintdem.interpreter.machine import Machine
from lintdem.interpreter.senders import is_told_within
from lintdem.interpreter.trace import Tested
from lintdem.interpreter.values import FALSE, NONE, TRUE, known, leaves, members, text
from lintdem.model.span import Place
from lintdem.regexes import late

FINE = late(r"%-?[MSfsTXcR]")
"""What makes a formatted time differ between two deliveries of one hour."""
_HOUR = 13
"""So many letters of `2026-11-30T21:…` say the hour, and less than that."""


def is_now(value: Value) -> bool:
    """Whether a value is the time of the run, or reckoned from that alone: the first of this month."""
    if isinstance(value, Fresh):
        return True
    counted = (leaf for leaf in leaves(value) if not (isinstance(leaf, Derived) and leaf.op == "index"))
    found = [leaf for leaf in counted if not isinstance(leaf, Known)]
    return bool(found) and all(isinstance(leaf, Fresh) and leaf.kind == "clock" for leaf in found)


def is_hour(value: Value, bounds: list[Value]) -> bool:
    """Whether the beginning of the time of the run, written out, is its hour or its day: `now.isoformat()[:10]`."""
    moment = value.parts[0] if isinstance(value, Derived) and value.op == "text" and len(value.parts) == 1 else value
    dated = isinstance(moment, Fresh) and moment.kind == "clock" and "now" in moment.made
    return dated and len(bounds) == 1 and isinstance(upper := getattr(bounds[0], "value", None), int) and 0 < upper <= _HOUR


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


_UNITS = {"days": 86_400, "seconds": 1, "microseconds": 1e-6, "milliseconds": 1e-3, "minutes": 60, "hours": 3600, "weeks": 604_800}
"""The parameters of `timedelta` in order, with their seconds."""


def span_of(positional: tuple[Value, ...], keywords: tuple[tuple[str, Value], ...]) -> Value:
    """`timedelta(hours=1)`: its seconds, if they are written out."""
    given = [*zip(_UNITS, positional, strict=False), *keywords]
    seconds = [
        v.value * _UNITS[n] for n, v in given if n in _UNITS and isinstance(v, Known) and isinstance(v.value, (int, float))
    ]
    if len(seconds) < len(given):
        return Derived("call", tuple(v for _, v in given))
    return Derived("span", (known(int(sum(seconds))),))


def negated(value: Value, place: Place) -> Value:
    """`not value`."""
    if isinstance(value, Known):
        return FALSE if value.value else TRUE
    if isinstance(value, Cases):
        return Cases(tuple((negated(v, place), must, may) for v, must, may in value.cases))
    return Test("not", (value,), place)


def operate(m: Machine, op: str, left: Value, right: Value, flow: Flow, place: Place) -> Value:
    """A binary operator on two values."""
    if op in ("+", "|"):
        both = m.elements(flow, left), m.elements(flow, right)
        if both[0] is not None or both[1] is not None:
            items = tuple(i for b, v in zip(both, (left, right), strict=True) for i in (b.items if b else (v,)))
            less = joined(both[0], both[1]) if both[0] and both[1] else frozenset[Value]()
            kind = (both[0] or both[1] or ListObj("list", ())).kind
            closed = op == "+" and len(items) < LONGEST and all(b is not None and not b.open for b in both) and not m.loops
            return m.new(flow, ListObj(kind, items, not closed, place, without=less))
        one, two = m.dict_entries(flow, left), m.dict_entries(flow, right)
        if one is not None or two is not None:
            one, two = one or DictObj({}, (), (left,)), two or DictObj({}, (), (right,))
            return m.new(flow, DictObj({**one.entries, **two.entries}, one.rest + two.rest, one.spread + two.spread))
    if op == "-" and (whole := m.elements(flow, left)) is not None and whole.kind == "set":
        return m.new(flow, replace(whole, open=True, place=place, without=whole.without | taken(m, right, flow)))
    if op == "/" and isinstance(left, Made) and left.type == "pathlib.Path":
        return replace(left, place=place, args=(*left.args, (str(len(left.args)), right)))
    if isinstance(left, Known) and isinstance(right, Known):
        folded = _fold(op, left.value, right.value)
        if folded is not None:
            return known(folded)
    if op == "+" and (is_text(left) or is_text(right)):
        return Derived("format", (left, right))
    if op == "%" and is_text(left):
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


def is_text(value: Value) -> bool:
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


_ORDERS: dict[str, Callable[[Any, Any], bool]] = {"<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge}


def _is_object(value: Value) -> bool:
    """Whether a value surely is no None. What a function gives back that cannot be read may be one, an object of a class not."""
    return isinstance(value, (Ref, Func, Mod)) or (isinstance(value, Made) and value.type.rpartition(".")[2][:1].isupper())


def _is_filled(m: Machine, value: Value, flow: Flow) -> bool:
    """Whether a dict has something under a name."""
    found = m.dict_entries(flow, value) if isinstance(value, Ref) and value.id not in m.base else None
    return found is not None and bool(found.entries)


def _is_bare(m: Machine, value: Value, flow: Flow) -> bool:
    """Whether a dict is empty where it is written: `{}`."""
    found = m.dict_entries(flow, value) if isinstance(value, Ref) and value.id not in m.base else None
    return found is not None and not (found.entries or found.rest or found.spread)


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
    if op in ("is", "is not") and right == NONE and _is_object(left):
        return known(op == "is not")
    if op in ("==", "!=") and _is_filled(m, left, flow) and _is_bare(m, right, flow):
        return known(op == "!=")
    if isinstance(left, Path) and op in ("==", "!=", "in", "not in"):
        # What a text may be, for whoever takes it for a name.
        held = m.elements(flow, right)
        m.words.setdefault(left, set()).update(word for v in (held.items if held else (right,)) if (word := text(v)) is not None)
    if op in ("in", "not in"):
        found = m.elements(flow, right)
        if found is not None and not found.open and found.items and (found.kind == "tuple" or not found.module_level):
            literal = [v.value for v in found.items if isinstance(v, Known)]
            if isinstance(left, Known) and not found.module_level and len(literal) == len(found.items):
                return known((left.value in literal) == (op == "in"))
            right = Derived("members", found.items, found.place)
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Path) and one.root == "event" and (constant := text(other)) and not is_told_within(one):
            m.constants.add(constant)
    test = Test(op, (left, right), place)
    if op in _ORDERS or (op in ("==", "!=") and _is_asked_of_record(left, right)):
        m.record(Tested(place, test, must=flow.must, may=flow.may))
        return test
    for said in _said(m, test, flow):
        m.record(Tested(place, said, must=flow.must, may=flow.may))
    if op in ("==", "!=") and all(isinstance(v, Path) and v.root == "result" for v in (left, right)):
        m.record(Tested(place, Test("beside", (left, right), place), must=flow.must, may=flow.may))
    if op in ("==", "!=") and any(isinstance(v, Path) and v.root == "result" for v in members(left)) and isinstance(right, Path):
        m.record(Tested(place, Test("differs", (left, right, known(op)), place), must=flow.must, may=flow.may))
    return test


def _said(m: Machine, test: Test, flow: Flow) -> Iterator[Test]:
    """What a test asks of a word that a store holds: whether it is one ("said"), or one of several ("among")."""
    left, right = test.args
    stored = [one for one in members(left) if isinstance(one, Path) and one.root == "result"]
    if test.op in ("==", "!=") and _is_constant(right):
        yield from (Test("said", (one, right, known(test.op)), test.place) for one in stored)
    if test.op in ("in", "not in") and stored:
        listed = right.parts if isinstance(right, Derived) and right.op == "members" else _listed(m, right, flow)
        if listed and all(map(_is_constant, listed)):
            yield from (Test("among", (one, known(test.op), *listed), test.place) for one in stored)


def _listed(m: Machine, value: Value, flow: Flow) -> tuple[Value, ...]:
    """The words of a list of a module to which nothing is added."""
    found = m.elements(flow, value)
    return found.items if found is not None and not found.open else ()


def _is_constant(value: Value) -> bool:
    """Whether a value is one word: written out, or a constant of a package that cannot be read."""
    return text(value) is not None or (isinstance(value, External) and value.name.rpartition(".")[2].isupper())


def _is_asked_of_record(left: Value, right: Value) -> bool:
    """Whether what a call returned is compared with what the event says."""
    return {one.root for one in (left, right) if isinstance(one, Path)} == {"event", "result"}


def is_condition(value: Value) -> bool:
    """Whether a value is a condition object of boto3, for which `and` and `or` keep one side only."""
    if isinstance(value, Derived) and value.op in ("op&", "op|", "op~", "dropped and", "dropped or"):
        return any(map(is_condition, value.parts))
    return isinstance(value, Made) and (".conditions.Attr." in value.type or ".conditions.Key." in value.type)


def chooses(test: Test) -> str:
    """How what hangs on a test comes to one of its values: "chosen" by the event, "drawn" by chance, "" by neither."""
    if any(isinstance(one, Path) and one.root == "event" for one in test.args):
        return "chosen"
    chance = any(isinstance(leaf, Fresh) and leaf.kind == "random" for one in test.args for leaf in leaves(one))
    return "drawn" if chance else ""
