"""Statements of Python's own tree to statements of the model, as `lintdem.syntax.statements` does it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

from lintdem.model.function import (
    Alias,
    Assert,
    Assign,
    Augment,
    Break,
    Catch,
    Class,
    Context,
    Continue,
    Declare,
    DefineClass,
    DefineFunction,
    Delete,
    Eval,
    For,
    Function,
    If,
    Import,
    Pass,
    Raise,
    Return,
    Scope,
    Stmt,
    Try,
    While,
    With,
)
from lintdem.model.span import Span
from lintdem.regexes import late
from lintdem.syntax.docstrings import without_doc
from lintdem.syntax.quick.expressions import BINARY, MOST_LEVELS, Expressions
from lintdem.syntax.quick.places import Places, Refused

_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_HEAD = late(r"(?:async[ \t]+)?(?:def|class)[ \t]+")


class Statements(Expressions):
    """Lowers whole modules."""

    def __init__(self, places: Places) -> None:
        super().__init__(places)
        self._globals: list[set[str]] = [set()]
        self._prefixes = [""]
        self._typing_only = False

    def module(self, node: ast.Module) -> tuple[tuple[Stmt, ...], str | None]:
        """The statements of a module, and its docstring."""
        return without_doc(self._block(node.body))

    def _block(self, nodes: Sequence[ast.stmt]) -> tuple[Stmt, ...]:
        found = []
        for node in nodes:
            handler = _HANDLERS.get(type(node))
            if handler is None:
                raise Refused
            found.append(handler(self, node))
        return tuple(found)

    def _suite(self, nodes: Sequence[ast.stmt]) -> tuple[Stmt, ...]:
        if not nodes:
            return ()
        self.levels += 1
        if self.levels > MOST_LEVELS:
            raise Refused
        body = self._block(nodes)
        self.levels -= 1
        return body

    def _assign(self, node: ast.Assign) -> Stmt:
        return Assign(self.span(node), self.many(node.targets), self.expr(node.value))

    def _annotated(self, node: ast.AnnAssign) -> Stmt:
        target, annotation = self.expr(node.target), self.expr(node.annotation)
        if node.value is None:
            return Declare(self.span(node), target, annotation)
        return Assign(self.span(node), (target,), self.expr(node.value), annotation)

    def _augmented(self, node: ast.AugAssign) -> Stmt:
        return Augment(self.span(node), self.expr(node.target), BINARY[type(node.op)], self.expr(node.value))

    def _global(self, node: ast.Global) -> Stmt:
        self._globals[-1].update(node.names)
        return Scope(self.span(node), "global", tuple(node.names))

    def _import(self, node: ast.Import) -> Stmt:
        return Import(self.span(node), _aliases(node.names), typing_only=self._typing_only)

    def _import_from(self, node: ast.ImportFrom) -> Stmt:
        return Import(self.span(node), _aliases(node.names), node.module, node.level, True, self._typing_only)

    def _if(self, node: ast.If) -> Stmt:
        """A chain of `elif` is walked in a loop, so that its length costs no recursion."""
        chain = [node]
        while (
            len(rest := chain[-1].orelse) == 1 and isinstance(following := rest[0], ast.If) and self._is_elif(following)
        ):
            chain.append(following)
        if len(chain) > MOST_LEVELS:
            raise Refused
        self.levels += len(chain)
        arms = [(self.expr(link.test), self._under(link.body, _for_typing(link.test) is True)) for link in chain]
        other = self._under(chain[-1].orelse, _for_typing(chain[-1].test) is False)
        self.levels -= len(chain)
        for link, (test, then) in zip(reversed(chain), reversed(arms), strict=True):
            other = (If(self._compound(link), test, then, other),)
        return other[0]

    def _is_elif(self, node: ast.If) -> bool:
        column = self.places.column(node.lineno, node.col_offset)
        return self.places.lines[node.lineno - 1].startswith("elif", column)

    def _under(self, body: Sequence[ast.stmt], typing_only: bool) -> tuple[Stmt, ...]:
        before = self._typing_only
        self._typing_only = before or typing_only
        block = self._suite(body)
        self._typing_only = before
        return block

    def _for(self, node: ast.For | ast.AsyncFor) -> Stmt:
        target, iterated = self.expr(node.target), self.expr(node.iter)
        is_async = type(node) is ast.AsyncFor
        return For(self._compound(node), target, iterated, self._suite(node.body), self._suite(node.orelse), is_async)

    def _while(self, node: ast.While) -> Stmt:
        return While(self._compound(node), self.expr(node.test), self._suite(node.body), self._suite(node.orelse))

    def _try(self, node: Any) -> Stmt:
        body, group = self._suite(node.body), type(node) is not ast.Try
        catches = tuple([self._catch(handler, group) for handler in node.handlers])
        return Try(self._compound(node), body, catches, self._suite(node.orelse), self._suite(node.finalbody))

    def _catch(self, node: ast.ExceptHandler, group: bool) -> Catch:
        return Catch(self._compound(node), self.optional(node.type), node.name, self._suite(node.body), group)

    def _with(self, node: ast.With | ast.AsyncWith) -> Stmt:
        items = tuple([Context(self.expr(item.context_expr), self.optional(item.optional_vars)) for item in node.items])
        return With(self._compound(node), items, self._suite(node.body), type(node) is ast.AsyncWith)

    def _compound(self, node: ast.stmt | ast.ExceptHandler) -> Span:
        """The place of a statement with a body. To Python, a semicolon at its end belongs to it; to us, to no statement."""
        span = self.span(node)
        if self.places.lines[span.end_line - 1][span.end_column - 2] == ";":
            raise Refused
        return span

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Stmt:
        qualname = self._qualname(node)
        decorators = self.many(node.decorator_list)
        params, returns = self.params(node.args), self.optional(node.returns)
        self.yields.append(False)
        body, doc = self._body(node.body, f"{qualname}.<locals>.")
        function = Function(
            name=node.name,
            qualname=qualname,
            params=params,
            body=body,
            span=self._whole(node),
            name_span=self._name_span(node),
            decorators=decorators,
            returns=returns,
            is_async=type(node) is ast.AsyncFunctionDef,
            is_generator=self.yields.pop(),
            doc=doc,
        )
        return DefineFunction(function.span, function)

    def _class(self, node: ast.ClassDef) -> Stmt:
        qualname = self._qualname(node)
        decorators = self.many(node.decorator_list)
        bases = self.args(node.bases, node.keywords)
        body, doc = self._body(node.body, f"{qualname}.")
        cls = Class(
            name=node.name,
            qualname=qualname,
            bases=bases,
            body=body,
            span=self._whole(node),
            name_span=self._name_span(node),
            decorators=decorators,
            doc=doc,
        )
        return DefineClass(cls.span, cls)

    def _qualname(self, node: _Definition) -> str:
        """A name declared global is defined in the module, wherever its `def` stands."""
        if getattr(node, "type_params", None):
            raise Refused
        return node.name if node.name in self._globals[-1] else self._prefixes[-1] + node.name

    def _body(self, nodes: Sequence[ast.stmt], prefix: str) -> tuple[tuple[Stmt, ...], str | None]:
        self._prefixes.append(prefix)
        self._globals.append(set())
        body = self._suite(nodes)
        self._globals.pop()
        self._prefixes.pop()
        return without_doc(body)

    def _whole(self, node: _Definition) -> Span:
        """A definition with its decorators, whose marks stand where its own line begins."""
        span = self._compound(node)
        if not node.decorator_list:
            return span
        line = node.decorator_list[0].lineno
        if not self.places.lines[line - 1].startswith("@", span.column - 1):
            raise Refused
        return Span(line, span.column, span.end_line, span.end_column)

    def _name_span(self, node: _Definition) -> Span:
        line = self.places.lines[node.lineno - 1]
        head = _HEAD.match(line, self.places.column(node.lineno, node.col_offset))
        if head is None or not line.startswith(node.name, head.end()):
            raise Refused
        return Span(node.lineno, head.end() + 1, node.lineno, head.end() + len(node.name) + 1)


def _aliases(nodes: Sequence[ast.alias]) -> tuple[Alias, ...]:
    return tuple([Alias(node.name, node.asname) for node in nodes])


def _for_typing(test: ast.expr) -> bool | None:
    """Whether a test is true only for type checkers (True), only without them (False), or neither."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = _for_typing(test.operand)
        return None if inner is None else not inner
    name = test.attr if isinstance(test, ast.Attribute) else test.id if isinstance(test, ast.Name) else ""
    return True if name == "TYPE_CHECKING" else None



_HANDLERS: dict[type[ast.stmt], Callable[[Any, Any], Stmt]] = {
    ast.Expr: lambda self, node: Eval(self.span(node), self.expr(node.value)),
    ast.Assign: Statements._assign,
    ast.AnnAssign: Statements._annotated,
    ast.AugAssign: Statements._augmented,
    ast.Return: lambda self, node: Return(self.span(node), self.optional(node.value)),
    ast.Raise: lambda self, node: Raise(self.span(node), self.optional(node.exc), self.optional(node.cause)),
    ast.Delete: lambda self, node: Delete(self.span(node), self.many(node.targets)),
    ast.Assert: lambda self, node: Assert(self.span(node), self.expr(node.test), self.optional(node.msg)),
    ast.Pass: lambda self, node: Pass(self.span(node)),
    ast.Break: lambda self, node: Break(self.span(node)),
    ast.Continue: lambda self, node: Continue(self.span(node)),
    ast.Global: Statements._global,
    ast.Nonlocal: lambda self, node: Scope(self.span(node), "nonlocal", tuple(node.names)),
    ast.Import: Statements._import,
    ast.ImportFrom: Statements._import_from,
    ast.If: Statements._if,
    ast.For: Statements._for,
    ast.AsyncFor: Statements._for,
    ast.While: Statements._while,
    ast.Try: Statements._try,
    ast.With: Statements._with,
    ast.AsyncWith: Statements._with,
    ast.FunctionDef: Statements._function,
    ast.AsyncFunctionDef: Statements._function,
    ast.ClassDef: Statements._class,
}
if hasattr(ast, "TryStar"):  # since Python 3.11
    _HANDLERS[ast.TryStar] = Statements._try
