"""Expressions of the tree to expressions of the model.

Every kind of expression libcst knows has a method here; one it does not know yet becomes an `Opaque`
that keeps all its parts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import libcst as cst

from lintdem.errors import LoweringError
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
from lintdem.syntax import literals
from lintdem.syntax.operators import BINARY, COMPARE, LOGIC, UNARY
from lintdem.syntax.positions import Positions

MOST_LEVELS = 200
"""Deeper values and blocks are refused: every reader of the model is recursive."""

_LONG_CHAIN = 100
_WORDS = {"None": None, "True": True, "False": False}


class Expressions:
    """Lowers expressions. One instance per file."""

    def __init__(self, positions: Positions) -> None:
        self.positions = positions
        self.span = positions.span
        self.levels = 0
        # Whether the function being lowered, innermost last, has a yield of its own.
        self.yields: list[bool] = [False]

    def expr(self, node: cst.CSTNode) -> Expr:
        """The expression of a node."""
        self.levels += 1
        if self.levels > MOST_LEVELS:
            raise self.too_deep(node)
        handler = _HANDLERS.get(type(node))
        value = handler(self, node) if handler is not None else self.unknown(node)
        self.levels -= 1
        return value

    def optional(self, node: cst.CSTNode | None) -> Expr | None:
        """The expression of a node that may be missing."""
        return None if node is None else self.expr(node)

    def unknown(self, node: cst.CSTNode) -> Opaque:
        """Whatever libcst knows and this file does not: nothing of it is dropped."""
        return Opaque(self.span(node), type(node).__name__, self.parts(node))

    def parts(self, node: cst.CSTNode) -> tuple[Expr, ...]:
        """The outermost expressions below a node."""
        found: list[Expr] = []
        for child in node.children:
            if type(child) in _HANDLERS:
                found.append(self.expr(child))
            else:
                found.extend(self.parts(child))
        return tuple(found)

    def too_deep(self, node: cst.CSTNode) -> LoweringError:
        """The error for values or blocks that are nested beyond reason."""
        span = self.span(node)
        return LoweringError(f"nested too deeply (more than {MOST_LEVELS} levels)", span.line, span.column)

    def args(self, nodes: Sequence[cst.Arg]) -> tuple[Arg, ...]:
        """The arguments of a call or a class."""
        return tuple(
            Arg(self.expr(node.value), None if node.keyword is None else node.keyword.value, node.star)
            for node in nodes
        )

    def params(self, node: cst.Parameters) -> tuple[Parameter, ...]:
        """The parameters of a function or lambda, in the order they are written."""
        found = [self._param(param, "positional") for param in node.posonly_params]
        found += [self._param(param, "normal") for param in node.params]
        if isinstance(node.star_arg, cst.Param):
            found.append(self._param(node.star_arg, "star"))
        found += [self._param(param, "keyword") for param in node.kwonly_params]
        if node.star_kwarg is not None:
            found.append(self._param(node.star_kwarg, "stars"))
        return tuple(found)

    def _param(self, node: cst.Param, kind: str) -> Parameter:
        return Parameter(node.name.value, kind, self.optional(node.annotation), self.optional(node.default))

    def _outer(self, node: cst.Tuple | cst.GeneratorExp) -> Span:
        """The place of a node whose innermost parentheses belong to it."""
        if not node.lpar:
            return self.span(node)
        return self.positions.across(node.lpar[-1], node.rpar[0])

    def _name(self, node: cst.Name) -> Expr:
        if node.value in _WORDS:
            return Const(self.span(node), _WORDS[node.value])
        return Name(self.span(node), node.value)

    def _attribute(self, node: cst.Attribute) -> Expr:
        return Attr(self.span(node), self.expr(node.value), node.attr.value)

    def _call(self, node: cst.Call) -> Expr:
        return Call(self.span(node), self.expr(node.func), self.args(node.args))

    def _integer(self, node: cst.Integer) -> Expr:
        value = literals.integer(node.value)
        return Opaque(self.span(node), "large integer") if value is None else Const(self.span(node), value)

    def _string(self, node: cst.SimpleString) -> Expr:
        return self._text(self.span(node), literals.string(node.value))

    def _text(self, span: Span, value: str | bytes | None) -> Expr:
        if isinstance(value, str):
            return Const(span, value)
        return Opaque(span, "text that is not Unicode") if value is None else Bytes(span, value)

    def _concatenated(self, node: cst.ConcatenatedString) -> Expr:
        pieces: list[Expr] = []
        rest: cst.CSTNode = node
        while isinstance(rest, cst.ConcatenatedString):
            pieces.append(self.expr(rest.left))
            rest = rest.right
        pieces.append(self.expr(rest))
        span = self.span(node)
        texts = [piece.value for piece in pieces if isinstance(piece, Const) and isinstance(piece.value, str)]
        if len(texts) == len(pieces):
            return Const(span, "".join(texts))
        chunks = [piece.value for piece in pieces if isinstance(piece, Bytes)]
        if len(chunks) == len(pieces):
            return Bytes(span, b"".join(chunks))
        parts: list[Expr] = []
        for piece in pieces:
            parts.extend(piece.parts if isinstance(piece, Format) else (piece,))
        return Format(span, tuple(parts))

    def _formatted(self, node: Any) -> Expr:
        """An f-string or a t-string."""
        return Format(self.span(node), self._pieces(node.parts, "r" in node.start.lower()))

    def _pieces(self, nodes: Sequence[Any], raw: bool) -> tuple[Expr, ...]:
        found: list[Expr] = []
        for node in nodes:
            if hasattr(node, "value"):
                found.append(self._text(self.span(node), literals.piece(node.value, raw)))
                continue
            value = self.expr(node.expression)
            if node.equal is not None:
                # `{value = }` writes its own source before the value.
                first, last = node.expression, node.equal.whitespace_after
                found.append(Const(self.positions.across(first, last), self.positions.text(first, last)))
            if node.format_spec:
                value = Opaque(self.span(node), "format", (value, *self._pieces(node.format_spec, raw)))
            found.append(value)
        return tuple(found)

    def _subscript(self, node: cst.Subscript) -> Expr:
        indices = tuple(self._index(element.slice) for element in node.slice)
        first, last = node.slice[0], node.slice[-1]
        if len(indices) == 1 and not isinstance(first.comma, cst.Comma):
            index = indices[0]
        else:
            index = Display(self.positions.across(first, last), "tuple", indices)
        return Item(self.span(node), self.expr(node.value), index)

    def _index(self, node: cst.BaseSlice) -> Expr:
        if isinstance(node, cst.Slice):
            return Slice(
                self.span(node), self.optional(node.lower), self.optional(node.upper), self.optional(node.step)
            )
        if not isinstance(node, cst.Index):
            return self.unknown(node)
        value = self.expr(node.value)
        return value if node.star is None else Star(self.span(node), value)

    def _unary(self, node: cst.UnaryOperation) -> Expr:
        return Unary(self.span(node), UNARY[type(node.operator)], self.expr(node.expression))

    def _binary(self, node: cst.BinaryOperation) -> Expr:
        """A chain is walked along its left edge, so that its length costs no recursion."""
        chain = [node]
        while isinstance(chain[-1].left, cst.BinaryOperation):
            chain.append(chain[-1].left)
        if len(chain) > _LONG_CHAIN:
            parts = (chain[-1].left, *(link.right for link in reversed(chain)))
            return Opaque(self.span(node), "long chain", tuple(self.expr(part) for part in parts))
        self.levels += len(chain)
        value = self.expr(chain[-1].left)
        self.levels -= len(chain)
        for link in reversed(chain):
            value = Binary(self.span(link), BINARY[type(link.operator)], value, self.expr(link.right))
        return value

    def _boolean(self, node: cst.BooleanOperation) -> Expr:
        kind = type(node.operator)
        values: list[cst.BaseExpression] = []
        rest = [node.right, node.left]
        while rest:
            value = rest.pop()
            if isinstance(value, cst.BooleanOperation) and type(value.operator) is kind and not value.lpar:
                rest += [value.right, value.left]
            else:
                values.append(value)
        return Logic(self.span(node), LOGIC[kind], tuple(self.expr(value) for value in values))

    def _comparison(self, node: cst.Comparison) -> Expr:
        return Compare(
            self.span(node),
            self.expr(node.left),
            tuple(COMPARE[type(target.operator)] for target in node.comparisons),
            tuple(self.expr(target.comparator) for target in node.comparisons),
        )

    def _choice(self, node: cst.IfExp) -> Expr:
        return Choice(self.span(node), self.expr(node.test), self.expr(node.body), self.expr(node.orelse))

    def _lambda(self, node: cst.Lambda) -> Expr:
        params = self.params(node.params)
        self.yields.append(False)
        body = self.expr(node.body)
        self.yields.pop()
        return Lambda(self.span(node), params, body)

    def _yield(self, node: cst.Yield) -> Expr:
        self.yields[-1] = True
        if isinstance(node.value, cst.From):
            return Yield(self.span(node), self.expr(node.value.item), True)
        return Yield(self.span(node), self.optional(node.value))

    def _elements(self, nodes: Sequence[cst.BaseElement]) -> tuple[Expr, ...]:
        return tuple(self.expr(node.value if type(node) is cst.Element else node) for node in nodes)

    def _dict(self, node: cst.Dict) -> Expr:
        entries: list[Entry] = []
        for element in node.elements:
            key = self.expr(element.key) if isinstance(element, cst.DictElement) else None
            entries.append(Entry(key, self.expr(element.value)))
        return Dict(self.span(node), tuple(entries))

    def _comprehension(self, node: cst.BaseSimpleComp, kind: str) -> Expr:
        span = self._outer(node) if isinstance(node, cst.GeneratorExp) else self.span(node)
        return Comprehension(span, kind, self.expr(node.elt), self._clauses(node.for_in))

    def _dict_comprehension(self, node: cst.DictComp) -> Expr:
        key, value = self.expr(node.key), self.expr(node.value)
        return Comprehension(self.span(node), "dict", value, self._clauses(node.for_in), key)

    def _clauses(self, node: cst.CompFor | None) -> tuple[Clause, ...]:
        clauses: list[Clause] = []
        while node is not None:
            tests = tuple(self.expr(clause.test) for clause in node.ifs)
            is_async = node.asynchronous is not None
            clauses.append(Clause(self.expr(node.target), self.expr(node.iter), tests, is_async))
            node = node.inner_for_in
        return tuple(clauses)


# Functions, not bound methods: those would tie the instance, and with it the tree, into a cycle.
_HANDLERS: dict[type[cst.CSTNode], Callable[[Any, Any], Expr]] = {
    cst.Name: Expressions._name,
    cst.Attribute: Expressions._attribute,
    cst.Call: Expressions._call,
    cst.SimpleString: Expressions._string,
    cst.Subscript: Expressions._subscript,
    cst.Integer: Expressions._integer,
    cst.Float: lambda self, node: Const(self.span(node), float(node.value.replace("_", ""))),
    cst.Imaginary: lambda self, node: Opaque(self.span(node), "complex number"),
    cst.Ellipsis: lambda self, node: Dots(self.span(node)),
    cst.ConcatenatedString: Expressions._concatenated,
    cst.FormattedString: Expressions._formatted,
    cst.Comparison: Expressions._comparison,
    cst.UnaryOperation: Expressions._unary,
    cst.BinaryOperation: Expressions._binary,
    cst.BooleanOperation: Expressions._boolean,
    cst.IfExp: Expressions._choice,
    cst.Lambda: Expressions._lambda,
    cst.Await: lambda self, node: Await(self.span(node), self.expr(node.expression)),
    cst.Yield: Expressions._yield,
    cst.NamedExpr: lambda self, node: Walrus(self.span(node), self.expr(node.target), self.expr(node.value)),
    cst.List: lambda self, node: Display(self.span(node), "list", self._elements(node.elements)),
    cst.Set: lambda self, node: Display(self.span(node), "set", self._elements(node.elements)),
    cst.Tuple: lambda self, node: Display(self._outer(node), "tuple", self._elements(node.elements)),
    cst.Element: lambda self, node: self.expr(node.value),
    cst.StarredElement: lambda self, node: Star(self.span(node), self.expr(node.value)),
    cst.Dict: Expressions._dict,
    cst.ListComp: lambda self, node: self._comprehension(node, "list"),
    cst.SetComp: lambda self, node: self._comprehension(node, "set"),
    cst.GeneratorExp: lambda self, node: self._comprehension(node, "generator"),
    cst.DictComp: Expressions._dict_comprehension,
    cst.Annotation: lambda self, node: self.expr(node.annotation),
}
if hasattr(cst, "TemplatedString"):  # newer than the oldest libcst that is supported
    _HANDLERS[cst.TemplatedString] = Expressions._formatted
