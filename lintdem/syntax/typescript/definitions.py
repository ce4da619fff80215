"""Functions and classes of TypeScript to those of the model."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lintdem.model.function import Assign, Class, DefineClass, DefineFunction, Function, Return, Stmt
from lintdem.model.span import Span
from lintdem.model.spelling import snake
from lintdem.model.values import Arg, Attr, Expr, Lambda, Name, Parameter
from lintdem.syntax.typescript.expressions import field, first_of, text
from lintdem.syntax.typescript.patterns import Patterns

if TYPE_CHECKING:
    from tree_sitter import Node

_FUNCTIONS = ("arrow_function", "function_expression")


class Definitions(Patterns):
    """Lowers definitions."""

    def __init__(self, source: str) -> None:
        super().__init__(source)
        self._prefixes = [""]

    @abstractmethod
    def block(self, nodes: Sequence[Node]) -> tuple[Stmt, ...]:
        """The statements of a block."""

    def function(self, node: Node) -> Expr:
        """A function as an expression: what it gives, when that is all it does; else the name of a definition before it."""
        body, span = field(node, "body"), self.span(node)
        params, first, _ = self._params_of(node)
        if body.type != "statement_block" and not first:
            return Lambda(span, params, self.expr(body))
        only = body.named_children
        if not first and len(only) == 1 and only[0].type == "return_statement" and only[0].named_children:
            return Lambda(span, params, self.expr(only[0].named_children[0]))
        name = f"function_{span.line}_{span.column}"
        self.before.append(self._defined(name, span, node, ()))
        return Name(span, name)

    def _params_of(self, node: Node) -> tuple[tuple[Parameter, ...], tuple[Stmt, ...], tuple[str, ...]]:
        single = node.child_by_field_name("parameter")
        if single is not None:
            return (Parameter(text(single)),), (), ()
        return self.params(node.child_by_field_name("parameters"))

    def _defined(
        self, name: str, name_span: Span, node: Node, fields: Sequence[Stmt], decorators: Sequence[str] = (), method: bool = False
    ) -> DefineFunction:
        """The definition of a function; `fields` are what a constructor begins with."""
        body, span = node.child_by_field_name("body"), self.span(node)
        params, first, kept = self._params_of(node)
        qualname = self._prefixes[-1] + name
        self._prefixes.append(f"{qualname}.<locals>.")
        waiting, self.before = self.before, []
        if body is None:
            inside: tuple[Stmt, ...] = ()
        elif body.type == "statement_block":
            inside = self.block(body.named_children)
        else:
            given = self.expr(body)
            inside = (*self.before, Return(self.span(body), given))
        self.before = waiting
        self._prefixes.pop()
        own = tuple(Assign(span, (Attr(span, Name(span, "self"), snake(one)),), Name(span, one)) for one in kept)
        made = Function(
            name=name,
            qualname=qualname,
            params=((Parameter("self"), *params) if method and "staticmethod" not in decorators else params),
            body=(*first, *own, *fields, *inside),
            span=span,
            name_span=name_span,
            decorators=tuple(Name(name_span, one) for one in decorators),
        )
        return DefineFunction(span, made)

    def defined_function(self, node: Node) -> Stmt:
        """`function name(…) { … }`."""
        name = field(node, "name")
        return self._defined(text(name), self.span(name), node, ())

    # --- classes ---

    def defined_class(self, node: Node) -> Stmt:
        """`class Name extends Base { … }`."""
        name, span = node.child_by_field_name("name"), self.span(node)
        called, name_span = (text(name), self.span(name)) if name is not None else ("default", span)
        qualname = self._prefixes[-1] + called
        self._prefixes.append(f"{qualname}.")
        body = self._members(field(node, "body"))
        self._prefixes.pop()
        made = Class(name=called, qualname=qualname, bases=self._bases(node), body=body, span=span, name_span=name_span)
        return DefineClass(span, made)

    def _bases(self, node: Node) -> tuple[Arg, ...]:
        heritage = first_of(node.named_children, "class_heritage")
        clauses = [child for child in heritage.named_children if child.type == "extends_clause"] if heritage is not None else []
        return tuple(Arg(self.expr(field(clause, "value"))) for clause in clauses)

    def _members(self, body: Node) -> tuple[Stmt, ...]:
        members = body.named_children
        fields = [one for one in members if one.type == "public_field_definition" and one.child_by_field_name("value") is not None]
        methods = [one for one in members if one.type == "method_definition" and one.child_by_field_name("body") is not None]
        built = any(text(field(node, "name")) == "constructor" for node in methods)
        found: list[Stmt] = []
        own: list[Stmt] = []
        for node in fields:
            name, value = field(node, "name"), field(node, "value")
            span, called = self.span(node), snake(text(name))
            if value.type in _FUNCTIONS:
                found.append(self._defined(called, self.span(name), value, (), method=True))
            elif _is(node, "static") or not built:
                found.append(Assign(span, (Name(span, called),), self.expr(value)))
            else:
                own.append(Assign(span, (Attr(span, Name(span, "self"), called),), self.expr(value)))
        own, self.before = [*self.before, *own], []
        return (*found, *(self._method(node, own) for node in methods))

    def _method(self, node: Node, own: Sequence[Stmt]) -> Stmt:
        name = field(node, "name")
        called = text(name)
        if called == "constructor":
            return self._defined("__init__", self.span(name), node, own, method=True)
        decorators = [one for one, word in (("staticmethod", "static"), ("property", "get")) if _is(node, word)]
        return self._defined(snake(called), self.span(name), node, (), decorators, method=True)

    def enumeration(self, node: Node) -> Stmt:
        """`enum Name { A = 'a' }`: a class with attributes."""
        name, span = field(node, "name"), self.span(node)
        body: list[Stmt] = []
        for child in field(node, "body").named_children:
            if child.type == "enum_assignment":
                target = Name(self.span(child), text(field(child, "name")))
                body.append(Assign(self.span(child), (target,), self.expr(field(child, "value"))))
        made = Class(text(name), self._prefixes[-1] + text(name), (), tuple(body), span, self.span(name))
        return DefineClass(span, made)


def _is(node: Node, word: str) -> bool:
    return any(child.type == word for child in node.children)


