"""Conditions of DynamoDB writes: does the write make its own condition false?

A condition holds a redelivery back only if it is true before the first run and the write makes it
false. The table of cases is in AWS's developer guide, "Conditional writes can be idempotent if the
conditional check is on the same attribute that is being updated"
(https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithItems.html).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeAlias

import msgspec

from lintdem.interpreter.domain import Derived, Fresh, Known, Made, Path, Test, Value
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.machine import Machine
from lintdem.interpreter.values import leaves, members, text
from lintdem.knowledge import expressions as ddb
from lintdem.knowledge import parse_condition

HOLE = "lintdemhole"
LIMIT = "may hold again after the write"
"""How the words end that say that a condition is a limit: nobody means it as deduplication."""


class Exists(msgspec.Struct, frozen=True):
    """The attribute is there, or is not."""

    attribute: str
    present: bool


class Compares(msgspec.Struct, frozen=True):
    """`attribute op value`."""

    op: str
    attribute: str
    value: Value


class Contains(msgspec.Struct, frozen=True):
    """`contains(attribute, value)`."""

    attribute: str
    value: Value


class Junction(msgspec.Struct, frozen=True):
    """`op` "and", "or" or "not" over parts."""

    op: str
    parts: tuple[Condition, ...]


class Other(msgspec.Struct, frozen=True):
    """A condition that does not tell anything about repetition; `known` when it could be read."""

    text: str
    known: bool


Condition: TypeAlias = Exists | Compares | Contains | Junction | Other


class Verdict(msgspec.Struct, frozen=True):
    """Whether the write makes its condition false; `reason` says why not."""

    holds: bool
    reason: str = ""


def read_condition(m: Machine, value: Value, names: Mapping[str, str], values: Mapping[str, Value], flow: Flow) -> Condition:
    """The condition an argument stands for: text or a condition object, or one of several."""
    either = members(value)
    if len(either) > 1:
        return Junction("or", tuple(read_condition(m, one, names, values, flow) for one in either))
    written = plain(value)
    if written is not None:
        parsed = parse_condition(written)
        return _from_text(parsed, names, values) if parsed is not None else Other(written, False)
    return _from_object(m, value, flow)


def plain(value: Value) -> str | None:
    """Text with `HOLE` where it is not literal; None when there is nothing literal in it."""
    if isinstance(value, Known):
        return value.value if isinstance(value.value, str) else None
    if isinstance(value, Derived) and value.op == "format":
        return "".join(p if (p := plain(part)) is not None else HOLE for part in value.parts)
    return None


def _from_text(node: ddb.Condition, names: Mapping[str, str], values: Mapping[str, Value]) -> Condition:
    if isinstance(node, ddb.And):
        return Junction("and", tuple(_from_text(p, names, values) for p in node.parts))
    if isinstance(node, ddb.Or):
        return Junction("or", tuple(_from_text(p, names, values) for p in node.parts))
    if isinstance(node, ddb.Not):
        return Junction("not", (_from_text(node.part, names, values),))
    if isinstance(node, ddb.Exists):
        return Exists(resolve_name(node.path, names), node.present)
    if isinstance(node, ddb.Comparison):
        return _comparison(node, names, values)
    if isinstance(node, ddb.Call) and node.name == "contains" and isinstance(node.args[0], ddb.PathOperand):
        other = node.args[1]
        found = values.get(other.name) if isinstance(other, ddb.ValueOperand) else None
        return Contains(resolve_name(node.args[0].path, names), found or Other_value)
    if isinstance(node, ddb.In) and isinstance(node.operand, ddb.PathOperand):
        attribute = resolve_name(node.operand.path, names)
        parts = tuple(
            Compares("=", attribute, values.get(c.name, Other_value)) for c in node.choices if isinstance(c, ddb.ValueOperand)
        )
        return Junction("or", parts)
    return Other(node.name if isinstance(node, ddb.Call) else type(node).__name__.upper(), True)


Other_value: Value = Known("?", "unknown")


def _comparison(node: ddb.Comparison, names: Mapping[str, str], values: Mapping[str, Value]) -> Condition:
    left, right, op = node.left, node.right, node.op
    if isinstance(left, ddb.ValueOperand):
        left, right, op = right, left, {"<": ">", ">": "<", "<=": ">=", ">=": "<="}.get(op, op)
    if isinstance(left, ddb.PathOperand) and isinstance(right, ddb.ValueOperand):
        return Compares(op, resolve_name(left.path, names), values.get(right.name, Other_value))
    return Other("comparison", True)


def resolve_name(path: str, names: Mapping[str, str]) -> str:
    """An attribute path with `#names` replaced."""
    return re.sub(r"#\w+", lambda match: names.get(match[0], match[0]), path)


_METHODS = {"eq": "=", "ne": "<>", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}


def _from_object(m: Machine, value: Value, flow: Flow) -> Condition:
    either = members(value)
    if len(either) > 1:
        return Junction("or", tuple(_from_object(m, one, flow) for one in either))
    if isinstance(value, Derived) and value.op in ("op&", "op|"):
        return Junction("and" if value.op == "op&" else "or", tuple(_from_object(m, p, flow) for p in value.parts))
    if isinstance(value, Derived) and value.op == "op~":
        return Junction("not", (_from_object(m, value.parts[0], flow),))
    if isinstance(value, Derived) and value.op in ("dropped and", "dropped or"):
        return _from_object(m, value.parts[-1 if value.op == "dropped and" else 0], flow)
    if isinstance(value, Test) and value.op in ("and", "or"):
        return _from_object(m, value.args[-1], flow)
    if not isinstance(value, Made):
        return Other("a condition built elsewhere", False)
    method = value.type.rpartition(".")[2]
    named = dict(value.args)
    owner = named.get("self")
    attribute = text(dict(owner.args).get("0", Other_value)) if isinstance(owner, Made) else None
    if attribute is None and not isinstance(owner, Made):
        steps = value.type.split(".")
        attribute = steps[-2] if steps[0] == "dyntastic" else f"{getattr(owner, 'name', '')}"
    if method in ("not_exists", "does_not_exist"):
        return Exists(attribute or "?", False)
    if method == "exists":
        return Exists(attribute or "?", True)
    if method in _METHODS:
        return Compares(_METHODS[method], attribute or "?", named.get("0", Other_value))
    if method == "is_in":
        found = m.elements(flow, named.get("0", Other_value))
        items = found.items if found else (Other_value,)
        return Junction("or", tuple(Compares("=", attribute or "?", item) for item in items))
    if method == "contains":
        return Contains(attribute or "?", named.get("0", Other_value))
    return Other(method, True)


def worded(condition: Condition | None) -> str:
    """A condition that was built of objects, in words; values that are not written out are left out."""
    if isinstance(condition, Exists):
        return f"{condition.attribute} {'exists' if condition.present else 'does not exist'}"
    if isinstance(condition, Compares):
        return f"{condition.attribute} {condition.op} {text(condition.value) or '…'}"
    if isinstance(condition, Contains):
        return f"{condition.attribute} contains {text(condition.value) or '…'}"
    if isinstance(condition, Junction) and condition.parts:
        parts = [worded(part) for part in condition.parts]
        return f"NOT {parts[0]}" if condition.op == "not" else f" {condition.op.upper()} ".join(parts)
    return "a condition built elsewhere"


def orders(condition: Condition) -> tuple[tuple[str, str, Value], ...]:
    """The attributes that a condition compares by less or greater, with operator and value."""
    if isinstance(condition, Junction):
        return tuple(one for part in condition.parts for one in orders(part)) if condition.op != "not" else ()
    if isinstance(condition, Compares) and condition.op in ("<", "<=", ">", ">="):
        return ((condition.attribute, condition.op, condition.value),)
    return ()


def judge(condition: Condition, sets: Mapping[str, Value], keys: Mapping[str, Value], opaque: bool) -> Verdict:
    """Does a write that sets these attributes of the item with this key make the condition false?"""
    if isinstance(condition, Junction):
        return _judge_junction(condition, sets, keys, opaque)
    if isinstance(condition, Exists):
        return _judge_exists(condition, sets, keys, opaque)
    if isinstance(condition, Compares):
        return _judge_comparison(condition, sets)
    if isinstance(condition, Contains):
        return Verdict(False, f"contains({condition.attribute}, …) is still true after the write")
    return Verdict(not condition.known, f"the condition ({condition.text}) is still true after the write")


def needs_item(condition: Condition) -> bool:
    """Whether a condition holds only for an item that is there: deleted, it makes every such condition false."""
    if isinstance(condition, Junction):
        if condition.op == "not":
            inner = condition.parts[0]
            return isinstance(inner, Exists) and not inner.present
        return (any if condition.op == "and" else all)(map(needs_item, condition.parts))
    if isinstance(condition, Compares):
        return condition.op != "<>"
    return isinstance(condition, Contains) or (isinstance(condition, Exists) and condition.present)


def _judge_junction(node: Junction, sets: Mapping[str, Value], keys: Mapping[str, Value], opaque: bool) -> Verdict:
    if node.op == "not":
        inner = node.parts[0]
        if isinstance(inner, Exists):
            return _judge_exists(Exists(inner.attribute, not inner.present), sets, keys, opaque)
        if isinstance(inner, Contains):
            # A mapper's condition has the attribute itself, which does not know its name.
            added = inner.attribute in sets or inner.attribute == "?" or opaque or any(HOLE in name for name in sets)
            return Verdict(added, "" if added else f"the write does not add to {inner.attribute}")
        if isinstance(inner, Compares) and inner.op == "=":
            return _judge_comparison(Compares("<>", inner.attribute, inner.value), sets)
        return Verdict(True)
    verdicts = [judge(part, sets, keys, opaque) for part in node.parts]
    if node.op == "and":
        holding = [v for v in verdicts if v.holds]
        return holding[0] if holding else verdicts[0]
    # A lease that ran out may be taken over on purpose: such a disjunct compares with the clock.
    failing = [v for v, part in zip(verdicts, node.parts, strict=True) if not v.holds and not _takes_over(part)]
    if failing and any(v.holds for v in verdicts) and _is_state_set(node):
        return Verdict(True)
    return failing[0] if failing else Verdict(True)


def _is_state_set(node: Junction) -> bool:
    return all(isinstance(p, Compares) and p.op == "=" for p in node.parts)


def _takes_over(condition: Condition) -> bool:
    if isinstance(condition, Junction):
        return any(_takes_over(part) for part in condition.parts)
    return (
        isinstance(condition, Compares)
        and condition.op in ("<", "<=", ">", ">=")
        and any(isinstance(v, Fresh) and v.kind == "clock" for v in leaves(condition.value))
    )


def _judge_exists(node: Exists, sets: Mapping[str, Value], keys: Mapping[str, Value], opaque: bool) -> Verdict:
    name = node.attribute
    if node.present:
        return Verdict(False, f"attribute_exists({name}) is still true after the write")
    if name in keys or name in sets or opaque or name == "?" or name.startswith("#") or HOLE in name:
        return Verdict(True)
    return Verdict(False, f"attribute_not_exists({name}) stays true: the write never sets {name}")


def _judge_comparison(node: Compares, sets: Mapping[str, Value]) -> Verdict:
    name, value = node.attribute, node.value
    written = sets.get(name)
    if written is None:
        return Verdict(False, f"the condition on {name} is still true after the write, which does not change {name}")
    reads = any(isinstance(v, Path) and v.root == "result" for v in leaves(value))
    grows = isinstance(written, Derived) and written.op in ("accumulates", "arith+", "arith-")
    if node.op == "=":
        if reads:
            return Verdict(False, f"{name} is read again in the second run, so the comparison holds again")
        if isinstance(written, Known) and isinstance(value, Known):
            same = written == value
            return Verdict(not same, f"the write leaves {name} as the condition wants it" if same else "")
        return Verdict(written != value, f"the write leaves {name} as the condition wants it")
    if node.op == "<>":
        return Verdict(written == value or isinstance(written, Known) != isinstance(value, Known),
                       f"{name} still differs after the write")  # fmt: skip
    if grows and node.op in (">=", ">"):
        return Verdict(False, f"{name} {node.op} … is a limit and {LIMIT}")
    if written == value or not grows:
        fresh = any(isinstance(v, Fresh) for v in leaves(value))
        strict = node.op in ("<", ">")
        if fresh:
            return Verdict(False, f"{name} is compared with the time of the run, which moves on")
        return Verdict(strict, "" if strict else f"{name} {node.op} … accepts the same value again")
    return Verdict(False, f"the condition on {name} {LIMIT}")


def compared_values(condition: Condition) -> tuple[Value, ...]:
    """The values a condition compares attributes with."""
    if isinstance(condition, Junction):
        return tuple(v for part in condition.parts for v in compared_values(part))
    return (condition.value,) if isinstance(condition, Compares) else ()
