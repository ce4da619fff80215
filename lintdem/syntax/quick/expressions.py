"""Expressions of Python's own tree to expressions of the model, as `lintdem.syntax.expressions` does it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

from msgspec.structs import replace

from lintdem.model.span import Span
from lintdem.model.values import (
    Arg,
    Attr,
    Await,
    Binary,
    Bytes,
    Call,
    Choice,
    Clause,
    Compare,
    Comprehension,
    Const,
    Dict,
    Dots,
    Entry,
    Expr,
    Format,
    Item,
    Lambda,
    Logic,
    Name,
    Opaque,
    Parameter,
    Slice,
    Star,
    Unary,
    Walrus,
    Yield,
)
from lintdem.model.values import Sequence as Display
from lintdem.syntax.quick.places import Places, Refused
from lintdem.syntax.quick.texts import Texts

MOST_LEVELS = 120
"""Deeper values and blocks are left to the pass that says where they are too deep."""
_LONG_CHAIN = 100
_MOST_DIGITS = 70

BINARY: dict[type[ast.operator], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.MatMult: "@", ast.LShift: "<<", ast.RShift: ">>", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^",
}  # fmt: skip
_UNARY: dict[type[ast.unaryop], str] = {ast.Not: "not", ast.USub: "-", ast.UAdd: "+", ast.Invert: "~"}
_COMPARE: dict[type[ast.cmpop], str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
    ast.Is: "is", ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in",
}  # fmt: skip


class Expressions:
    """Lowers expressions. One instance per file."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.span = places.span
        self.levels = 0
        self.yields: list[bool] = [False]
        self._texts = Texts(places, self.expr)

    def expr(self, node: ast.expr) -> Expr:
        """The expression of a node."""
        self.levels += 1
        if self.levels > MOST_LEVELS:
            raise Refused
        handler = _HANDLERS.get(type(node))
        if handler is None:
            raise Refused
        value = handler(self, node)
        self.levels -= 1
        return value

    def optional(self, node: ast.expr | None) -> Expr | None:
        """The expression of a node that may be missing."""
        return None if node is None else self.expr(node)

    def many(self, nodes: Sequence[ast.expr]) -> tuple[Expr, ...]:
        """The expressions of several nodes."""
        expr = self.expr
        return tuple([expr(node) for node in nodes])

    def args(self, positional: Sequence[ast.expr], keywords: Sequence[ast.keyword]) -> tuple[Arg, ...]:
        """The arguments of a call, in the order they are written."""
        found = [
            Arg(self.expr(node.value), None, "*") if type(node) is ast.Starred else Arg(self.expr(node))
            for node in positional
        ]
        if not keywords:
            return tuple(found)
        named = [Arg(self.expr(node.value), node.arg, "" if node.arg else "**") for node in keywords]
        if positional and _start(positional[-1]) > _start(keywords[0].value):
            places = [*map(_start, positional), *(_start(node.value) for node in keywords)]
            return tuple(arg for _, arg in sorted(zip(places, [*found, *named], strict=True), key=lambda pair: pair[0]))
        return (*found, *named)

    def params(self, node: ast.arguments) -> tuple[Parameter, ...]:
        """The parameters of a function or lambda, in the order they are written."""
        plain = [*((arg, "positional") for arg in node.posonlyargs), *((arg, "normal") for arg in node.args)]
        without = len(plain) - len(node.defaults)
        found = [
            self._param(arg, kind, node.defaults[index - without] if index >= without else None)
            for index, (arg, kind) in enumerate(plain)
        ]
        if node.vararg is not None:
            found.append(self._param(node.vararg, "star"))
        found += [
            self._param(arg, "keyword", default) for arg, default in zip(node.kwonlyargs, node.kw_defaults, strict=True)
        ]
        if node.kwarg is not None:
            found.append(self._param(node.kwarg, "stars"))
        return tuple(found)

    def _param(self, node: ast.arg, kind: str, default: ast.expr | None = None) -> Parameter:
        return Parameter(node.arg, kind, self.optional(node.annotation), self.optional(default))

    def _attribute(self, node: ast.Attribute) -> Expr:
        return Attr(self.span(node), self.expr(node.value), node.attr)

    def _call(self, node: ast.Call) -> Expr:
        func = self.expr(node.func)
        if len(node.args) == 1 and not node.keywords and type(node.args[0]) is ast.GeneratorExp:
            return Call(self.span(node), func, (Arg(self._only_argument(node, node.args[0])),))
        return Call(self.span(node), func, self.args(node.args, node.keywords))

    def _only_argument(self, call: ast.Call, node: ast.GeneratorExp) -> Expr:
        """A generator that shares its brackets with a call stands inside of them."""
        value = self.expr(node)
        if (node.end_lineno, node.end_col_offset) != (call.end_lineno, call.end_col_offset):
            return value
        start, end = self.places.extent(node)
        _, last = self.places.extent(([node.generators[-1].iter, *node.generators[-1].ifs])[-1])
        text = self.places.text
        inside, behind = text[start + 1 : end - 1], text[last : end - 1]
        if "#" in behind or "\\" in behind:
            raise Refused
        start += 1 + len(inside) - len(inside.lstrip())
        if text[start] in "#\\":
            raise Refused
        return replace(value, span=self.places.at(start, last + len(behind.rstrip())))

    def _constant(self, node: ast.Constant) -> Expr:
        value, span = node.value, self.span(node)
        if isinstance(value, str):
            if not value.isascii():
                _refuse_surrogates(value)
        elif isinstance(value, bytes):
            return Bytes(span, value)
        elif isinstance(value, complex):
            return Opaque(span, "complex number")
        elif value is ...:
            return Dots(span)
        elif type(value) is int and (value >= 2**64 or span.end_column - span.column > _MOST_DIGITS):
            return Opaque(span, "large integer")
        return Const(span, value)

    def _joined(self, node: ast.JoinedStr) -> Expr:
        return Format(self.span(node), self._texts.parts(node))

    def _subscript(self, node: ast.Subscript) -> Expr:
        value, index = self.expr(node.value), self.expr(node.slice)
        if isinstance(node.slice, ast.Tuple) and node.slice.elts:
            index = replace(index, span=self._indices(node.slice))
        return Item(self.span(node), value, index)

    def _indices(self, node: ast.Tuple) -> Span:
        """The place of several indices: a last comma does not belong to it."""
        if any(type(one) is ast.Starred for one in node.elts):
            raise Refused  # `a[*b]` and `a[*b,]` look the same here
        start, end = self.places.extent(node)
        if self.places.text[end - 1] != ",":
            return self.span(node)
        _, last = self.places.extent(node.elts[-1])
        behind = self.places.text[last : end - 1]
        if "#" in behind or "\\" in behind:
            raise Refused
        return self.places.at(start, last + len(behind.rstrip()))

    def _slice(self, node: ast.Slice) -> Expr:
        return Slice(self.span(node), self.optional(node.lower), self.optional(node.upper), self.optional(node.step))

    def _binary(self, node: ast.BinOp) -> Expr:
        """A chain is walked along its left edge, so that its length costs no recursion."""
        chain = [node]
        while isinstance(left := chain[-1].left, ast.BinOp):
            chain.append(left)
        if len(chain) > _LONG_CHAIN:
            raise Refused
        self.levels += len(chain)
        value = self.expr(chain[-1].left)
        self.levels -= len(chain)
        for link in reversed(chain):
            value = Binary(self.span(link), BINARY[type(link.op)], value, self.expr(link.right))
        return value

    def _boolean(self, node: ast.BoolOp) -> Expr:
        return Logic(self.span(node), "and" if type(node.op) is ast.And else "or", self.many(node.values))

    def _comparison(self, node: ast.Compare) -> Expr:
        ops = tuple([_COMPARE[type(op)] for op in node.ops])
        return Compare(self.span(node), self.expr(node.left), ops, self.many(node.comparators))

    def _choice(self, node: ast.IfExp) -> Expr:
        return Choice(self.span(node), self.expr(node.test), self.expr(node.body), self.expr(node.orelse))

    def _lambda(self, node: ast.Lambda) -> Expr:
        params = self.params(node.args)
        self.yields.append(False)
        body = self.expr(node.body)
        self.yields.pop()
        return Lambda(self.span(node), params, body)

    def _yield(self, node: ast.Yield | ast.YieldFrom) -> Expr:
        self.yields[-1] = True
        return Yield(self.span(node), self.optional(node.value), type(node) is ast.YieldFrom)

    def _dict(self, node: ast.Dict) -> Expr:
        entries = [
            Entry(self.optional(key), self.expr(value)) for key, value in zip(node.keys, node.values, strict=True)
        ]
        return Dict(self.span(node), tuple(entries))

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, kind: str) -> Expr:
        return Comprehension(self.span(node), kind, self.expr(node.elt), self._clauses(node.generators))

    def _dict_comprehension(self, node: ast.DictComp) -> Expr:
        key, value = self.expr(node.key), self.expr(node.value)
        return Comprehension(self.span(node), "dict", value, self._clauses(node.generators), key)

    def _clauses(self, nodes: Sequence[ast.comprehension]) -> tuple[Clause, ...]:
        return tuple(
            Clause(self.expr(node.target), self.expr(node.iter), self.many(node.ifs), bool(node.is_async))
            for node in nodes
        )


def _start(node: ast.expr) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _refuse_surrogates(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Refused from error


_HANDLERS: dict[type[ast.expr], Callable[[Any, Any], Expr]] = {
    ast.Name: lambda self, node: Name(self.span(node), node.id),
    ast.Attribute: Expressions._attribute,
    ast.Call: Expressions._call,
    ast.Constant: Expressions._constant,
    ast.Subscript: Expressions._subscript,
    ast.Slice: Expressions._slice,
    ast.JoinedStr: Expressions._joined,
    ast.Compare: Expressions._comparison,
    ast.UnaryOp: lambda self, node: Unary(self.span(node), _UNARY[type(node.op)], self.expr(node.operand)),
    ast.BinOp: Expressions._binary,
    ast.BoolOp: Expressions._boolean,
    ast.IfExp: Expressions._choice,
    ast.Lambda: Expressions._lambda,
    ast.Await: lambda self, node: Await(self.span(node), self.expr(node.value)),
    ast.Yield: Expressions._yield,
    ast.YieldFrom: Expressions._yield,
    ast.NamedExpr: lambda self, node: Walrus(self.span(node), self.expr(node.target), self.expr(node.value)),
    ast.List: lambda self, node: Display(self.span(node), "list", self.many(node.elts)),
    ast.Set: lambda self, node: Display(self.span(node), "set", self.many(node.elts)),
    ast.Tuple: lambda self, node: Display(self.span(node), "tuple", self.many(node.elts)),
    ast.Starred: lambda self, node: Star(self.span(node), self.expr(node.value)),
    ast.Dict: Expressions._dict,
    ast.ListComp: lambda self, node: self._comprehension(node, "list"),
    ast.SetComp: lambda self, node: self._comprehension(node, "set"),
    ast.GeneratorExp: lambda self, node: self._comprehension(node, "generator"),
    ast.DictComp: Expressions._dict_comprehension,
}
