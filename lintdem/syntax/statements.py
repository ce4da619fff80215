"""Statements of the tree to statements of the model; `def` and `class` come in `definitions`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import libcst as cst

from lintdem.model.function import (
    Alias,
    Assert,
    Assign,
    Augment,
    Break,
    Case,
    Catch,
    Context,
    Continue,
    Declare,
    Delete,
    Eval,
    For,
    If,
    Import,
    Match,
    Pass,
    Raise,
    Return,
    Scope,
    Stmt,
    Try,
    While,
    With,
)
from lintdem.model.module import Problem
from lintdem.model.span import Place
from lintdem.model.values import Expr, Opaque
from lintdem.syntax.expressions import MOST_LEVELS
from lintdem.syntax.operators import AUGMENTED
from lintdem.syntax.patterns import Patterns
from lintdem.syntax.positions import Positions


class Statements(Patterns):
    """Lowers statements as well."""

    def __init__(self, positions: Positions, path: str) -> None:
        super().__init__(positions)
        self.path = path
        self.problems: list[Problem] = []
        # Names declared global in the function being lowered, innermost last.
        self.globals: list[set[str]] = [set()]
        self._typing_only = False

    def block(self, nodes: Sequence[cst.CSTNode]) -> tuple[Stmt, ...]:
        """The statements of a module, a suite or a logical line."""
        found: list[Stmt] = []
        for node in nodes:
            if isinstance(node, cst.SimpleStatementLine):
                found.extend(self.small(child) for child in node.body)
            else:
                handler = _COMPOUND.get(type(node))
                found.append(handler(self, node) if handler is not None else self.other(node))
        return tuple(found)

    def suite(self, node: cst.BaseSuite) -> tuple[Stmt, ...]:
        """The body of a compound statement."""
        self.levels += 1
        if self.levels > MOST_LEVELS:
            raise self.too_deep(node)
        body = self.block(node.body)
        self.levels -= 1
        return body

    def small(self, node: cst.CSTNode) -> Stmt:
        """A statement without a body."""
        handler = _SMALL.get(type(node))
        return handler(self, node) if handler is not None else self._not_understood(node)

    def other(self, node: cst.CSTNode) -> Stmt:
        """A compound statement that this class does not know; `Definitions` knows two more."""
        return self.small(node)

    def note(self, node: cst.CSTNode, message: str) -> None:
        """Say that something was not understood."""
        self.problems.append(Problem(Place(self.path, self.span(node)), "LDM902", message))

    def _not_understood(self, node: cst.CSTNode) -> Stmt:
        self.note(node, f"statement not understood: {type(node).__name__}")
        return Eval(self.span(node), self.unknown(node))

    def _else(self, node: cst.Else | cst.Finally | None) -> tuple[Stmt, ...]:
        return () if node is None else self.suite(node.body)

    def _assign(self, node: cst.Assign) -> Stmt:
        targets = tuple(self.expr(target.target) for target in node.targets)
        return Assign(self.span(node), targets, self.expr(node.value))

    def _annotated(self, node: cst.AnnAssign) -> Stmt:
        target, annotation = self.expr(node.target), self.expr(node.annotation)
        if node.value is None:
            return Declare(self.span(node), target, annotation)
        return Assign(self.span(node), (target,), self.expr(node.value), annotation)

    def _augmented(self, node: cst.AugAssign) -> Stmt:
        return Augment(self.span(node), self.expr(node.target), AUGMENTED[type(node.operator)], self.expr(node.value))

    def _raise(self, node: cst.Raise) -> Stmt:
        cause = None if node.cause is None else self.expr(node.cause.item)
        return Raise(self.span(node), self.optional(node.exc), cause)

    def _delete(self, node: cst.Del) -> Stmt:
        target = node.target
        if isinstance(target, cst.Tuple) and not target.lpar:
            return Delete(self.span(node), tuple(self.expr(element.value) for element in target.elements))
        return Delete(self.span(node), (self.expr(target),))

    def _global(self, node: cst.Global) -> Stmt:
        names = tuple(item.name.value for item in node.names)
        self.globals[-1].update(names)
        return Scope(self.span(node), "global", names)

    def _type_alias(self, node: cst.TypeAlias) -> Stmt:
        parts = () if node.type_parameters is None else self.parts(node.type_parameters)
        value = Opaque(self.positions.across(node.name, node.value), "type alias", (*parts, self.expr(node.value)))
        return Assign(self.span(node), (self.expr(node.name),), value)

    def _import(self, node: cst.Import) -> Stmt:
        names = tuple(_alias(alias) for alias in node.names)
        return Import(self.span(node), names, typing_only=self._typing_only)

    def _import_from(self, node: cst.ImportFrom) -> Stmt:
        names = (Alias("*"),) if isinstance(node.names, cst.ImportStar) else tuple(_alias(name) for name in node.names)
        module = None if node.module is None else _dotted(node.module)
        return Import(self.span(node), names, module, len(node.relative), True, self._typing_only)

    def _if(self, node: cst.If) -> Stmt:
        """A chain of `elif` is walked in a loop, so that its length costs no recursion."""
        chain = [node]
        while isinstance(chain[-1].orelse, cst.If):
            chain.append(chain[-1].orelse)
            if self.levels + len(chain) > MOST_LEVELS:
                raise self.too_deep(chain[-1].test)
        self.levels += len(chain)
        arms = [self._arm(link) for link in chain]
        last = chain[-1]
        other: tuple[Stmt, ...] = ()
        if isinstance(last.orelse, cst.Else):
            other = self._under(last.orelse.body, _for_typing(last.test) is False)
        self.levels -= len(chain)
        for link, (test, then) in zip(reversed(chain), reversed(arms), strict=True):
            other = (If(self.span(link), test, then, other),)
        return other[0]

    def _arm(self, node: cst.If) -> tuple[Expr, tuple[Stmt, ...]]:
        return self.expr(node.test), self._under(node.body, _for_typing(node.test) is True)

    def _under(self, body: cst.BaseSuite, typing_only: bool) -> tuple[Stmt, ...]:
        before = self._typing_only
        self._typing_only = before or typing_only
        block = self.suite(body)
        self._typing_only = before
        return block

    def _for(self, node: cst.For) -> Stmt:
        target, iterated = self.expr(node.target), self.expr(node.iter)
        is_async = node.asynchronous is not None
        return For(self.span(node), target, iterated, self.suite(node.body), self._else(node.orelse), is_async)

    def _while(self, node: cst.While) -> Stmt:
        return While(self.span(node), self.expr(node.test), self.suite(node.body), self._else(node.orelse))

    def _try(self, node: cst.Try | cst.TryStar) -> Stmt:
        body = self.suite(node.body)
        catches = tuple(self._catch(handler) for handler in node.handlers)
        return Try(self.span(node), body, catches, self._else(node.orelse), self._else(node.finalbody))

    def _catch(self, node: cst.ExceptHandler | cst.ExceptStarHandler) -> Catch:
        name = node.name.name.value if node.name is not None and isinstance(node.name.name, cst.Name) else None
        group = isinstance(node, cst.ExceptStarHandler)
        return Catch(self.span(node), self.optional(node.type), name, self.suite(node.body), group)

    def _with(self, node: cst.With) -> Stmt:
        items = tuple(
            Context(self.expr(item.item), None if item.asname is None else self.expr(item.asname.name))
            for item in node.items
        )
        return With(self.span(node), items, self.suite(node.body), node.asynchronous is not None)

    def _match(self, node: cst.Match) -> Stmt:
        subject = self.expr(node.subject)
        cases = tuple(
            Case(self.span(case), self.pattern(case.pattern), self.optional(case.guard), self.suite(case.body))
            for case in node.cases
        )
        return Match(self.span(node), subject, cases)


def _alias(node: cst.ImportAlias) -> Alias:
    bound = node.asname.name.value if node.asname is not None and isinstance(node.asname.name, cst.Name) else None
    return Alias(_dotted(node.name), bound)


def _dotted(node: cst.CSTNode) -> str:
    names: list[str] = []
    while isinstance(node, cst.Attribute):
        names.append(node.attr.value)
        node = node.value
    if isinstance(node, cst.Name):
        names.append(node.value)
    return ".".join(reversed(names))


def _for_typing(test: cst.CSTNode) -> bool | None:
    """Whether a test is true only for type checkers (True), only without them (False), or neither."""
    if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        inner = _for_typing(test.expression)
        return None if inner is None else not inner
    name = test.attr if isinstance(test, cst.Attribute) else test
    return True if isinstance(name, cst.Name) and name.value == "TYPE_CHECKING" else None


_SMALL: dict[type[cst.CSTNode], Callable[[Any, Any], Stmt]] = {
    cst.Expr: lambda self, node: Eval(self.span(node), self.expr(node.value)),
    cst.Assign: Statements._assign,
    cst.AnnAssign: Statements._annotated,
    cst.AugAssign: Statements._augmented,
    cst.Return: lambda self, node: Return(self.span(node), self.optional(node.value)),
    cst.Raise: Statements._raise,
    cst.Del: Statements._delete,
    cst.Assert: lambda self, node: Assert(self.span(node), self.expr(node.test), self.optional(node.msg)),
    cst.Pass: lambda self, node: Pass(self.span(node)),
    cst.Break: lambda self, node: Break(self.span(node)),
    cst.Continue: lambda self, node: Continue(self.span(node)),
    cst.Global: Statements._global,
    cst.Nonlocal: lambda self, node: Scope(self.span(node), "nonlocal", tuple(i.name.value for i in node.names)),
    cst.Import: Statements._import,
    cst.ImportFrom: Statements._import_from,
    cst.TypeAlias: Statements._type_alias,
}
for _name, _handler in (("LazyImport", Statements._import), ("LazyImportFrom", Statements._import_from)):
    if hasattr(cst, _name):  # newer than the oldest libcst that is supported
        _SMALL[getattr(cst, _name)] = _handler

_COMPOUND: dict[type[cst.CSTNode], Callable[[Any, Any], Stmt]] = {
    cst.If: Statements._if,
    cst.For: Statements._for,
    cst.While: Statements._while,
    cst.Try: Statements._try,
    cst.TryStar: Statements._try,
    cst.With: Statements._with,
    cst.Match: Statements._match,
}
