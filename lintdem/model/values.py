"""What a Python expression can be, no more.

Lowering never drops a sub-expression: what has no node of its own becomes `Opaque` and keeps its
parts, so a call inside it is still seen.
"""

from __future__ import annotations

from typing import Union

import msgspec

from lintdem.model.span import Span


class Node(msgspec.Struct, frozen=True, tag=True, array_like=True, kw_only=False):
    """Base of every expression: `span` is where it stands."""

    span: Span


class Const(Node, frozen=True, tag=True, array_like=True):
    """A literal. Integers beyond 64 bits and complex numbers are `Opaque` instead."""

    value: bool | int | float | str | None


class Bytes(Node, frozen=True, tag=True, array_like=True):
    """A bytes literal."""

    value: bytes


class Dots(Node, frozen=True, tag=True, array_like=True):
    """The literal `...`."""


class Name(Node, frozen=True, tag=True, array_like=True):
    """A name as written; binding happens later."""

    id: str


class Attr(Node, frozen=True, tag=True, array_like=True):
    """`value.name`."""

    value: Expr
    name: str


class Item(Node, frozen=True, tag=True, array_like=True):
    """`value[index]`; several indices become a `Sequence` of kind tuple."""

    value: Expr
    index: Expr


class Slice(Node, frozen=True, tag=True, array_like=True):
    """`lower:upper:step` inside an `Item`."""

    lower: Expr | None = None
    upper: Expr | None = None
    step: Expr | None = None


class Arg(msgspec.Struct, frozen=True, array_like=True):
    """One argument: `name=` if a keyword, `star` is "", "*" or "**"."""

    value: Expr
    name: str | None = None
    star: str = ""


class Call(Node, frozen=True, tag=True, array_like=True):
    """`func(args…)`; also a class instantiation."""

    func: Expr
    args: tuple[Arg, ...] = ()


class Format(Node, frozen=True, tag=True, array_like=True):
    """An f-string or t-string, or literals written side by side; literal text stands as `Const` parts."""

    parts: tuple[Expr, ...] = ()


class Sequence(Node, frozen=True, tag=True, array_like=True):
    """A list, tuple or set display; `kind` is "list", "tuple" or "set"."""

    kind: str
    items: tuple[Expr, ...] = ()


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """One `key: value` of a dict display; `key` is None for `**value`."""

    key: Expr | None
    value: Expr


class Dict(Node, frozen=True, tag=True, array_like=True):
    """A dict display."""

    entries: tuple[Entry, ...] = ()


class Star(Node, frozen=True, tag=True, array_like=True):
    """`*value` in a display or a target."""

    value: Expr


class Unary(Node, frozen=True, tag=True, array_like=True):
    """`not`, `-`, `+`, `~`; `op` is the operator as written."""

    op: str
    operand: Expr


class Binary(Node, frozen=True, tag=True, array_like=True):
    """Arithmetic and bit operators; `op` as written (`+`, `|`, `@`, …)."""

    op: str
    left: Expr
    right: Expr


class Compare(Node, frozen=True, tag=True, array_like=True):
    """`left ops[0] rights[0] ops[1] rights[1]…`; operators as written, such as `not in`."""

    left: Expr
    ops: tuple[str, ...]
    rights: tuple[Expr, ...]


class Logic(Node, frozen=True, tag=True, array_like=True):
    """`and` / `or` over two or more values, in order."""

    op: str
    values: tuple[Expr, ...]


class Choice(Node, frozen=True, tag=True, array_like=True):
    """`then if test else other`."""

    test: Expr
    then: Expr
    other: Expr


class Parameter(msgspec.Struct, frozen=True, array_like=True):
    """`kind`: "positional" (before /), "normal", "star", "keyword" (after *), "stars"."""

    name: str
    kind: str = "normal"
    annotation: Expr | None = None
    default: Expr | None = None


class Lambda(Node, frozen=True, tag=True, array_like=True):
    """`lambda params: body`."""

    params: tuple[Parameter, ...]
    body: Expr


class Clause(msgspec.Struct, frozen=True, array_like=True):
    """`for target in iter if tests…` of a comprehension."""

    target: Expr
    iter: Expr
    tests: tuple[Expr, ...] = ()
    is_async: bool = False


class Comprehension(Node, frozen=True, tag=True, array_like=True):
    """`kind` is "list", "set", "dict" or "generator"; `key` only for dict."""

    kind: str
    element: Expr
    clauses: tuple[Clause, ...]
    key: Expr | None = None


class Await(Node, frozen=True, tag=True, array_like=True):
    """`await value`."""

    value: Expr


class Yield(Node, frozen=True, tag=True, array_like=True):
    """`yield value`, or `yield from value` when `delegates`."""

    value: Expr | None = None
    delegates: bool = False


class Walrus(Node, frozen=True, tag=True, array_like=True):
    """`(target := value)`."""

    target: Expr
    value: Expr


class Opaque(Node, frozen=True, tag=True, array_like=True):
    """An expression the model has no node for; `reason` says which, `parts` are its sub-expressions."""

    reason: str
    parts: tuple[Expr, ...] = ()


Expr = Union[  # noqa: UP007 - `|` of forward references fails at run time
    Const, Bytes, Dots, Name, Attr, Item, Slice, Call, Format, Sequence, Dict, Star, Unary, Binary, Compare,
    Logic, Choice, Lambda, Comprehension, Await, Yield, Walrus, Opaque,
]  # fmt: skip
