"""What stands for what a store listed: an empty list where it listed nothing, the first page and those that follow."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeGuard

from lintdem.interpreter.domain import AnyOf, Derived, DictObj, Known, ListObj, Path, Ref, Test, Value
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.machine import Machine
from lintdem.interpreter.values import NONE
from lintdem.knowledge import Kind

_COMPARED: dict[str, Callable[[int, int], bool]] = {
    "==": lambda a, b: a == b, "!=": lambda a, b: a != b, ">": lambda a, b: a > b, "<": lambda a, b: a < b,
    ">=": lambda a, b: a >= b, "<=": lambda a, b: a <= b,
}  # fmt: skip


def is_none_left(m: Machine, test: Test, flow: Flow) -> bool | None:
    """How a comparison of the length of an empty list comes out: `len(found if listed else []) > 0`; None of another."""
    first, second = test.args
    if test.op not in _COMPARED or not isinstance(second, Known) or not isinstance(second.value, int):
        return None
    return _COMPARED[test.op](0, second.value) if _is_empty(m, first, flow) else None


def _is_empty(m: Machine, value: Value, flow: Flow) -> bool:
    counted = value.parts[0] if isinstance(value, Derived) and value.op == "len" and len(value.parts) == 1 else None
    found = m.get(flow, counted) if isinstance(counted, Ref) and counted.id not in m.base else None
    return isinstance(found, ListObj) and not found.items and not found.open


def of_pages(m: Machine, test: Test) -> bool:
    """Whether a test is asked of what the same read has given in two places: the first page, and the next ones by a token."""
    several = [arg for arg in test.args if isinstance(arg, AnyOf)]
    return len(several) == 1 and _is_one_read(m, several[0])


def _is_one_read(m: Machine, value: AnyOf) -> bool:
    paths = [one for one in value.values if isinstance(one, Path) and one.root == "result" and one.place is not None]
    sites = [m.sites.get(one.place) for one in paths if one.place is not None]
    names = {(call.name, call.kind) if call is not None else None for call in sites}
    same = len(paths) == len(value.values) and len({one.steps for one in paths}) == 1 and len(names) == 1
    return same and None not in names and all(kind is Kind.READ for _, kind in names - {None})  # type: ignore[misc]


def tells_how_many(value: Value) -> bool:
    """Whether this is what a store answered, or how many it listed."""
    return value.op == "len" if isinstance(value, Derived) else isinstance(value, Path) and value.root == "result"


def is_listed(value: Value) -> TypeGuard[Path]:
    """Whether this is one of those that a store has listed, or lies within one."""
    return isinstance(value, Path) and value.root == "result" and "*" in value.steps


def is_of(value: Value | None, listed: Path) -> bool:
    """Whether this is one of those listed, or something of it."""
    return isinstance(value, Path) and value.place == listed.place and value.steps[: len(listed.steps)] == listed.steps


def is_denied(m: Machine, value: Value, truth: bool, flow: Flow) -> bool:
    """Whether an outcome would say of what somebody found or made that it is nothing, where None is given back of nothing: one
    of those listed, or an answer that has something in it."""
    if isinstance(value, Test) and value.op == "not":
        return is_denied(m, value.args[0], not truth, flow)
    if isinstance(value, Test) and value.args[1:] == (NONE,) and value.op in _NOTHING:
        return is_listed(value.args[0]) and value.args[0].steps[-1] == "*" and truth == _NOTHING[value.op]
    if isinstance(value, Ref):
        held = m.get(flow, value)
        return not truth and isinstance(held, DictObj) and bool(held.entries)
    return is_listed(value) and value.steps[-1] == "*" and not truth


_NOTHING = {"is": True, "==": True, "is not": False, "!=": False}
