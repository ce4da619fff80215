"""Statements of TypeScript to statements of the model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from lintdem.errors import LoweringError
from lintdem.model.function import (
    Alias,
    Assign,
    Augment,
    Break,
    Catch,
    Continue,
    Eval,
    For,
    If,
    Import,
    Raise,
    Return,
    Stmt,
    Try,
    While,
)
from lintdem.model.values import Arg, Call, Compare, Const, Expr, Name
from lintdem.syntax.typescript.definitions import Definitions
from lintdem.syntax.typescript.expressions import MOST_LEVELS, expressions_in, field, first_of, part_of, text
from lintdem.syntax.typescript.packages import module_of

if TYPE_CHECKING:
    from tree_sitter import Node

_DEFAULT = "default"
_FUNCTIONS = ("arrow_function", "function_expression")


class Statements(Definitions):
    """Lowers whole files."""

    def block(self, nodes: Sequence[Node]) -> tuple[Stmt, ...]:
        """The statements of a block, each behind what its expressions need."""
        found: list[Stmt] = []
        for node in nodes:
            handler = _HANDLERS.get(node.type)
            waiting, self.before = self.before, []
            self.enter(node)
            made = list(handler(self, node)) if handler is not None else []
            self.leave()
            found += [*self.before, *made]
            self.before = waiting
        return tuple(found)

    def suite(self, node: Node | None) -> tuple[Stmt, ...]:
        """The statements of a body, which may be one without braces."""
        if node is None:
            return ()
        return self.block(node.named_children if node.type == "statement_block" else [node])

    # --- imports and exports ---

    def _import(self, node: Node) -> Iterator[Stmt]:
        source, clause = node.child_by_field_name("source"), first_of(node.named_children, "import_clause")
        required = first_of(node.named_children, "import_require_clause")
        if required is not None:  # import name = require("package")
            source, clause = required.child_by_field_name("source"), required
        if source is None or clause is None:
            return
        module, level = module_of(text(source)[1:-1])
        span = self.span(node)
        for child in clause.named_children:
            if child.type == "identifier" and level:
                yield Import(span, (Alias(_DEFAULT, text(child)),), module, level, True)
            elif child.type == "identifier":
                yield Import(span, (Alias(module, text(child)),))
            elif child.type == "namespace_import":
                bound = text(child.named_children[-1])
                folder, _, name = module.rpartition("/")
                yield Import(span, (Alias(name, bound),), folder, level, True) if level else Import(span, (Alias(module, bound),))
            elif child.type == "named_imports":
                names = tuple(_aliases(child, "import_specifier"))
                yield Import(span, tuple(_renamed(name, module) for name in names), module, level, True)

    def _export(self, node: Node) -> Iterator[Stmt]:
        source, span = node.child_by_field_name("source"), self.span(node)
        if source is not None:
            module, level = module_of(text(source)[1:-1])
            clause = first_of(node.named_children, "export_clause")
            names = tuple(_aliases(clause, "export_specifier")) if clause is not None else (Alias("*"),)
            yield Import(span, names, module, level, True)
            return
        declared = node.child_by_field_name("declaration")
        if declared is not None:
            yield from self.block([declared])
        value = declared or node.child_by_field_name("value")
        if value is not None and any(child.type == _DEFAULT for child in node.children):
            name = value.child_by_field_name("name") if declared is not None else None
            given: Expr = Name(span, text(name) if name is not None else _DEFAULT) if declared is not None else self.expr(value)
            yield Assign(span, (Name(span, _DEFAULT),), given)

    # --- simple statements ---

    def _declared(self, node: Node) -> Iterator[Stmt]:
        for one in node.named_children:
            value = one.child_by_field_name("value") if one.type == "variable_declarator" else None
            if value is not None:
                yield from self.bound(field(one, "name"), self.expr(value))

    def _expression(self, node: Node) -> Iterator[Stmt]:
        inner = next(expressions_in(node), None)
        while inner is not None and inner.type in ("await_expression", "parenthesized_expression"):
            inner = next(expressions_in(inner), None)
        if inner is None:
            return
        span = self.span(node)
        if inner.type == "assignment_expression":
            yield from self.bound(field(inner, "left"), self.expr(field(inner, "right")))
        elif inner.type == "augmented_assignment_expression":
            operator = text(field(inner, "operator")).removesuffix("=")
            yield Augment(span, self.expr(field(inner, "left")), operator, self.expr(field(inner, "right")))
        elif (each := self._each(inner)) is not None:
            yield each
        else:
            yield Eval(span, self.expr(inner))

    def _each(self, node: Node) -> Stmt | None:
        """`items.forEach(item => { … })` as the loop that it is."""
        called = node.child_by_field_name("function")
        args = node.child_by_field_name("arguments")
        function = next(expressions_in(args), None) if args is not None else None
        if called is None or called.type != "member_expression" or text(field(called, "property")) != "forEach":
            return None
        if function is None or function.type not in _FUNCTIONS:
            return None
        params, first, _ = self._params_of(function)
        body = field(function, "body")
        inside = self.suite(body) if body.type == "statement_block" else (Eval(self.span(body), self.expr(body)),)
        target = Name(self.span(function), params[0].name if params else "each")
        return For(self.span(node), target, self.expr(field(called, "object")), (*first, *inside))

    def _return(self, node: Node) -> Iterator[Stmt]:
        value = next(expressions_in(node), None)
        yield Return(self.span(node), self.expr(value) if value is not None else None)

    def _throw(self, node: Node) -> Iterator[Stmt]:
        yield Raise(self.span(node), self.expr(part_of(node)))

    # --- compound statements ---

    def _if(self, node: Node) -> Iterator[Stmt]:
        other = node.child_by_field_name("alternative")
        rest = self.block(other.named_children) if other is not None else ()
        yield If(self.span(node), self.expr(field(node, "condition")), self.suite(field(node, "consequence")), rest)

    def _loop(self, node: Node) -> Iterator[Stmt]:
        """`for (const x of xs)`, or over the keys with `in`."""
        left, right = field(node, "left"), self.expr(field(node, "right"))
        span = self.span(left)
        target = Name(span, text(left) if left.type == "identifier" else f"each_{span.line}")
        first = () if left.type == "identifier" else tuple(self.bound(left, target))
        yield For(self.span(node), target, right, (*first, *self.suite(field(node, "body"))))

    def _counted(self, node: Node) -> Iterator[Stmt]:
        """`for (let i = 0; i < n; i++)`."""
        start, test = node.child_by_field_name("initializer"), node.child_by_field_name("condition")
        test = next(expressions_in(test), None) if test is not None and test.type == "expression_statement" else test
        declared = first_of(start.named_children, "variable_declarator") if start is not None else None
        span, body = self.span(node), self.suite(field(node, "body"))
        if declared is not None and test is not None and test.type == "binary_expression":
            bound = Arg(self.expr(field(test, "right")))
            yield For(span, Name(span, text(field(declared, "name"))), Call(span, Name(span, "range"), (bound,)), body)
        else:
            yield While(span, Const(span, True) if test is None else self.expr(test), body)

    def _while(self, node: Node) -> Iterator[Stmt]:
        yield While(self.span(node), self.expr(field(node, "condition")), self.suite(field(node, "body")))

    def _try(self, node: Node) -> Iterator[Stmt]:
        caught, final = node.child_by_field_name("handler"), node.child_by_field_name("finalizer")
        catches: tuple[Catch, ...] = ()
        if caught is not None:
            name = caught.child_by_field_name("parameter")
            bound = text(name) if name is not None and name.type == "identifier" else None
            catches = (Catch(self.span(caught), None, bound, self.suite(field(caught, "body"))),)
        ended = self.suite(final.child_by_field_name("body")) if final is not None else ()
        yield Try(self.span(node), self.suite(field(node, "body")), catches, (), ended)

    def _switch(self, node: Node) -> Iterator[Stmt]:
        """A chain of `if`; a case without a body of its own goes on with the next one's."""
        subject, span = self.expr(field(node, "value")), self.span(node)
        arms: list[tuple[list[Expr], tuple[Stmt, ...]]] = []
        other: tuple[Stmt, ...] = ()
        tests: list[Expr] = []
        for case in field(node, "body").named_children:
            value = case.child_by_field_name("value")
            body = self.block([child for child in case.named_children if child != value])
            body = tuple(one for one in body if not isinstance(one, Break))
            if case.type == "switch_default":
                other = body
            elif value is not None:
                tests.append(Compare(self.span(value), subject, ("==",), (self.expr(value),)))
                if body:
                    arms.append((tests, body))
                    tests = []
        if sum(len(several) for several, _ in arms) > MOST_LEVELS:
            raise LoweringError("a switch of too many cases", span.line)
        for several, body in reversed(arms):
            for test in reversed(several):
                other = (If(span, test, body, other),)
        yield from other

    def _assigned_class(self, node: Node) -> Iterator[Stmt]:
        yield self.defined_class(node)


def _aliases(node: Node, kind: str) -> Iterator[Alias]:
    for child in node.named_children:
        if child.type == kind:
            alias = child.child_by_field_name("alias")
            yield Alias(text(field(child, "name")), text(alias) if alias is not None else None)


def _renamed(name: Alias, module: str) -> Alias:
    """A name of an import; `resolve` of paths is a `join` to us."""
    return Alias("join", name.bound or name.name) if (module, name.name) == ("os.path", "resolve") else name


_HANDLERS: dict[str, Callable[[Statements, Node], Iterator[Stmt]]] = {
    "import_statement": Statements._import,
    "export_statement": Statements._export,
    "lexical_declaration": Statements._declared,
    "variable_declaration": Statements._declared,
    "expression_statement": Statements._expression,
    "function_declaration": lambda self, node: iter((self.defined_function(node),)),
    "class_declaration": Statements._assigned_class,
    "abstract_class_declaration": Statements._assigned_class,
    "enum_declaration": lambda self, node: iter((self.enumeration(node),)),
    "if_statement": Statements._if,
    "for_in_statement": Statements._loop,
    "for_statement": Statements._counted,
    "while_statement": Statements._while,
    "return_statement": Statements._return,
    "throw_statement": Statements._throw,
    "try_statement": Statements._try,
    "switch_statement": Statements._switch,
    "statement_block": lambda self, node: iter(self.block(node.named_children)),
    "break_statement": lambda self, node: iter((Break(self.span(node)),)),
    "continue_statement": lambda self, node: iter((Continue(self.span(node)),)),
}
