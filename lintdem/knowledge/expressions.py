"""The pieces of DynamoDB's expression language."""

from __future__ import annotations

import msgspec


class PathOperand(msgspec.Struct, frozen=True):
    """An attribute as written: "#n", "a.b[0]"."""

    path: str


class ValueOperand(msgspec.Struct, frozen=True):
    """A placeholder of `ExpressionAttributeValues`: ":v"."""

    name: str


class Function(msgspec.Struct, frozen=True):
    """`if_not_exists`, `list_append` or `size`, used as a value."""

    name: str
    args: tuple[Operand, ...]


class Arithmetic(msgspec.Struct, frozen=True):
    """`left + right` or `left - right`."""

    op: str
    left: Operand
    right: Operand


Operand = PathOperand | ValueOperand | Function | Arithmetic


class Action(msgspec.Struct, frozen=True):
    """One action of an update: `clause` is "SET", "REMOVE", "ADD" or "DELETE"; REMOVE has no operand."""

    clause: str
    path: str
    operand: Operand | None = None


class Update(msgspec.Struct, frozen=True):
    """An update expression, its actions in the order written."""

    actions: tuple[Action, ...]


class Comparison(msgspec.Struct, frozen=True):
    """`left op right`; `op` is `=`, `<>`, `<`, `<=`, `>` or `>=`."""

    op: str
    left: Operand
    right: Operand


class Exists(msgspec.Struct, frozen=True):
    """`attribute_exists(path)` when `present`, else `attribute_not_exists(path)`."""

    path: str
    present: bool


class Call(msgspec.Struct, frozen=True):
    """`begins_with`, `contains` or `attribute_type`."""

    name: str
    args: tuple[Operand, ...]


class Between(msgspec.Struct, frozen=True):
    """`operand BETWEEN low AND high`."""

    operand: Operand
    low: Operand
    high: Operand


class In(msgspec.Struct, frozen=True):
    """`operand IN (choices…)`."""

    operand: Operand
    choices: tuple[Operand, ...]


class And(msgspec.Struct, frozen=True):
    """All of two or more parts."""

    parts: tuple[Condition, ...]


class Or(msgspec.Struct, frozen=True):
    """Any of two or more parts."""

    parts: tuple[Condition, ...]


class Not(msgspec.Struct, frozen=True):
    """The contrary of its part."""

    part: Condition


Condition = And | Or | Not | Comparison | Exists | Call | Between | In
