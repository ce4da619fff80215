"""What an update of a DynamoDB item sets: update expressions and the older attribute updates, read into values."""

from __future__ import annotations

import re

from lintdem.interpreter.domain import AnyOf, Cases, Derived, Known, ListObj, Made, Unknown, Value
from lintdem.interpreter.dynamodb.itemconditions import HOLE, plain, resolve_name
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.machine import Machine
from lintdem.interpreter.values import NONE, any_of, known, members, text
from lintdem.knowledge import expressions as ddb
from lintdem.knowledge import parse_update
from lintdem.regexes import late

TYPED = frozenset({"S", "N", "B", "BOOL", "NULL", "M", "L", "SS", "NS", "BS"})


def entries(m: Machine, value: Value | None, flow: Flow) -> dict[str, Value]:
    """The entries of a dict with text keys; those behind `**` of an unknown are left out. Of several dicts the first that
    holds any: an empty one stands for nothing to do."""
    for one in members(value) if value is not None else ():
        found = m.dict_entries(flow, one)
        named = {k: v for k, v in found.entries.items() if isinstance(k, str)} if found is not None else {}
        if named:
            return named
    return {}


def untyped(m: Machine, value: Value, flow: Flow) -> Value:
    """A value without the low-level client's type tag: `{"S": v}` is v. Where the tag is chosen by the type of what is
    tagged, each choice without its own."""
    if isinstance(value, (AnyOf, Cases)):
        choices = [one for one in members(value) if one != NONE]
        plain = [untyped(m, one, flow) for one in choices]
        return any_of(plain) if plain != choices else value
    found = m.dict_entries(flow, value)
    if found is not None and len(found.entries) == 1:
        (key, inner), *_ = found.entries.items()
        if key in TYPED:
            if key in ("SS", "NS", "BS"):
                return m.new(flow, ListObj("set", (inner,), True))
            return _number(inner) if key == "N" and isinstance(inner, Known) else inner
    if isinstance(value, Made) and value.type.endswith(".serialize"):
        return dict(value.args).get("0", value)
    return value


_NUMBER = late(r"-?\d{1,38}(\.\d{1,38})?")
"""As long as DynamoDB keeps them: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html"""


def _number(value: Known) -> Value:
    """The number that the low-level client writes as text."""
    written = text(value) or ""
    if not _NUMBER.fullmatch(written):
        return value
    return known(float(written) if "." in written else int(written))


def read_update(
    m: Machine, args: dict[str, Value], names: dict[str, str], values: dict[str, Value], flow: Flow
) -> tuple[dict[str, Value], str, bool]:
    """The attributes that an update sets, the clause that adds, and whether it may set others. An expression that is one of
    several, `expression += ", #p = :p"` on some of the ways, sets what any of them does."""
    given = args.get("UpdateExpression")
    if given is None:
        return _legacy_updates(m, args.get("AttributeUpdates"), flow)
    counted = _gives_numbers(m, args.get("ExpressionAttributeValues"), flow)
    found = [_read_expression(m, one, names, values, flow, counted) for one in members(given)]
    sets: dict[str, Value] = {}
    for each, _, _ in found:
        sets.update(each)
    return sets, next((adds for _, adds, _ in found if adds), ""), any(opaque for _, _, opaque in found)


def _gives_numbers(m: Machine, value: Value | None, flow: Flow) -> bool:
    """Whether the values of an expression have numbers among them, also under names that are not known."""
    found = m.dict_entries(flow, value) if value is not None else None
    if found is None:
        return False
    given = (*found.entries.values(), *(one for pair in found.rest for one in pair))
    tagged = (m.dict_entries(flow, one) for all_of in given for one in members(all_of))
    return any(one is not None and set(one.entries) == {"N"} for one in tagged)


def _read_expression(
    m: Machine, given: Value, names: dict[str, str], values: dict[str, Value], flow: Flow, counted: bool
) -> tuple[dict[str, Value], str, bool]:
    written = plain(given)
    update = parse_update(written) if written is not None else None
    counts = counted or any(isinstance(value, Known) and isinstance(value.value, int) for value in values.values())
    if update is None:
        # ADD counts with a number; what is added to a set is in it once.
        bare = _APPENDS.sub(lambda one: "" if _appends_nothing(m, one[0], values, flow) else one[0], written or "")
        match = re.search(r"(list_append|=\s*[#\w]+\s*[+-]\s*:)" + (r"|\bADD\b" if counts else ""), bare)
        return {}, _LED.sub(r"\1 ", (written or "").strip().replace(HOLE, "…")) if match else "", True
    sets: dict[str, Value] = {}
    accumulates = ""
    for action in update.actions:
        name = resolve_name(action.path, names)
        value, adds = _action(m, action, name, names, values, flow, counts)
        sets[name] = value
        if adds and not accumulates:
            accumulates = f"{action.clause} {name} {adds}".strip()
    return sets, accumulates.replace(HOLE, "…"), HOLE in (written or "")


_LED = late(r"^(SET|ADD)[\s,]+", re.IGNORECASE)
"""What a list of parts that is not known leaves of its separator."""

_APPENDS = late(r"list_append\s*\((?:[^()]|\([^()]*\))*\)")


def _appends_nothing(m: Machine, written: str, values: dict[str, Value], flow: Flow) -> bool:
    named = re.findall(r":\w+", written)
    return bool(named) and all(name in values and _is_nothing(m, values[name], flow) for name in named)


_COUNTS = late(
    r"count|total|amount|balance|number|(^|[_ :#])(num|sum|inc|incr|n|one|delta|qty|quantity|points|credits)($|[_ ])",
    re.IGNORECASE,
)
"""What an attribute or value is called that holds a number, where the values of an expression cannot be seen: ADD takes
sets, too."""


def _action(
    m: Machine, action: ddb.Action, name: str, names: dict[str, str], values: dict[str, Value], flow: Flow, numbers: bool
) -> tuple[Value, str]:  # fmt: skip
    operand = action.operand
    if action.clause == "REMOVE":
        return Known(None, "deleted"), "(the later elements move up)" if re.search(r"\[\d+\]$", name) else ""
    if action.clause in ("ADD", "DELETE"):
        value = values.get(operand.name, Unknown("a value")) if isinstance(operand, ddb.ValueOperand) else Unknown("?")
        named = isinstance(operand, ddb.ValueOperand) and operand.name not in values
        # Which of the values it is cannot be told: with a number among them, or by its name, it counts.
        counts = action.clause == "ADD" and not _is_set(m, value, flow)
        counts = counts and (not named or numbers or bool(_COUNTS.search(name)))
        return Derived("accumulates" if counts else "merged", (value,)), _operand(operand) if counts else ""
    if isinstance(operand, ddb.ValueOperand):
        return values.get(operand.name, Unknown("a value")), ""
    # A sum of other attributes comes out the same again.
    if _adds(operand) and name in {resolve_name(path, names) for path in _paths(operand)}:
        inner = [values[n] for n in _value_names(operand) if n in values]
        if inner and all(_is_nothing(m, one, flow) for one in inner):
            return Derived("item", tuple(inner)), ""
        return Derived("accumulates", tuple(inner)), f"= {_operand(operand)}"
    inner = [values[n] for n in _value_names(operand) if n in values]
    return inner[0] if len(inner) == 1 else Derived("item", tuple(inner)), ""


def _adds(operand: ddb.Operand | None) -> bool:
    if isinstance(operand, ddb.Arithmetic):
        return bool(_paths(operand))
    return isinstance(operand, ddb.Function) and operand.name == "list_append" and bool(_paths(operand))


def _paths(operand: ddb.Operand | None) -> list[str]:
    if isinstance(operand, ddb.PathOperand):
        return [operand.path]
    if isinstance(operand, ddb.Arithmetic):
        return [*_paths(operand.left), *_paths(operand.right)]
    if isinstance(operand, ddb.Function):
        return [p for arg in operand.args for p in _paths(arg)]
    return []


def _value_names(operand: ddb.Operand | None) -> list[str]:
    if isinstance(operand, ddb.ValueOperand):
        return [operand.name]
    if isinstance(operand, ddb.Arithmetic):
        return [*_value_names(operand.left), *_value_names(operand.right)]
    if isinstance(operand, ddb.Function):
        return [n for arg in operand.args for n in _value_names(arg)]
    return []


def _operand(operand: ddb.Operand | None) -> str:
    if isinstance(operand, ddb.ValueOperand):
        return operand.name
    if isinstance(operand, ddb.PathOperand):
        return operand.path
    if isinstance(operand, ddb.Arithmetic):
        return f"{_operand(operand.left)} {operand.op} {_operand(operand.right)}"
    if isinstance(operand, ddb.Function):
        return f"{operand.name}({', '.join(_operand(a) for a in operand.args)})"
    return ""


def _is_set(m: Machine, value: Value, flow: Flow) -> bool:
    found = m.elements(flow, value)
    if found is not None:
        return found.kind == "set"
    if isinstance(value, Made):
        return value.type.endswith("set")
    return False


def _is_nothing(m: Machine, value: Value, flow: Flow) -> bool:
    """Whether nothing is added: an empty list that is appended, a zero."""
    found = m.elements(flow, value)
    return (found is not None and not found.items and not found.open) or (isinstance(value, Known) and value.value == 0)


def _legacy_updates(m: Machine, value: Value | None, flow: Flow) -> tuple[dict[str, Value], str, bool]:
    sets: dict[str, Value] = {}
    accumulates = ""
    for name, change in entries(m, value, flow).items():
        fields = entries(m, change, flow)
        sets[name] = untyped(m, fields.get("Value", Unknown("a value")), flow)
        added = text(fields.get("Action", Unknown(""))) == "ADD"
        if added and not _is_set(m, sets[name], flow):
            accumulates = accumulates or f"ADD {name}"
        elif added:
            sets[name] = Derived("merged", (sets[name],))
    return sets, accumulates, value is None
