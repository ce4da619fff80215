"""Functions and classes: names, parameters, decorators, docstrings."""

from __future__ import annotations

import libcst as cst

from lintdem.model.function import Class, DefineClass, DefineFunction, Function, Stmt
from lintdem.model.span import Span
from lintdem.syntax.docstrings import without_doc
from lintdem.syntax.positions import Positions
from lintdem.syntax.statements import Statements


class Definitions(Statements):
    """Lowers whole modules."""

    def __init__(self, positions: Positions, path: str) -> None:
        super().__init__(positions, path)
        # What stands before the name of a definition in its qualified name, innermost last.
        self._prefixes = [""]

    def module(self, node: cst.Module) -> tuple[tuple[Stmt, ...], str | None]:
        """The statements of a module, and its docstring."""
        return without_doc(self.block(node.body))

    def other(self, node: cst.CSTNode) -> Stmt:
        """A definition, or what no class here knows."""
        if isinstance(node, cst.FunctionDef):
            return self._function(node)
        return self._class(node) if isinstance(node, cst.ClassDef) else super().other(node)

    def _function(self, node: cst.FunctionDef) -> Stmt:
        name = node.name.value
        qualname = self._qualname(name)
        decorators = tuple(self.expr(decorator.decorator) for decorator in node.decorators)
        params, returns = self.params(node.params), self.optional(node.returns)
        self._bounds(node.type_parameters)
        self.yields.append(False)
        body, doc = self._body(node.body, f"{qualname}.<locals>.")
        function = Function(
            name=name,
            qualname=qualname,
            params=params,
            body=body,
            span=self._whole(node),
            name_span=self.span(node.name),
            decorators=decorators,
            returns=returns,
            is_async=node.asynchronous is not None,
            is_generator=self.yields.pop(),
            doc=doc,
        )
        return DefineFunction(function.span, function)

    def _class(self, node: cst.ClassDef) -> Stmt:
        name = node.name.value
        qualname = self._qualname(name)
        decorators = tuple(self.expr(decorator.decorator) for decorator in node.decorators)
        bases = self.args((*node.bases, *node.keywords))
        self._bounds(node.type_parameters)
        body, doc = self._body(node.body, f"{qualname}.")
        cls = Class(
            name=name,
            qualname=qualname,
            bases=bases,
            body=body,
            span=self._whole(node),
            name_span=self.span(node.name),
            decorators=decorators,
            doc=doc,
        )
        return DefineClass(cls.span, cls)

    def _qualname(self, name: str) -> str:
        """A name declared global is defined in the module, wherever its `def` stands."""
        return name if name in self.globals[-1] else self._prefixes[-1] + name

    def _body(self, node: cst.BaseSuite, prefix: str) -> tuple[tuple[Stmt, ...], str | None]:
        self._prefixes.append(prefix)
        self.globals.append(set())
        body = self.suite(node)
        self.globals.pop()
        self._prefixes.pop()
        return without_doc(body)

    def _whole(self, node: cst.FunctionDef | cst.ClassDef) -> Span:
        return self.positions.across(node.decorators[0] if node.decorators else node, node)

    def _bounds(self, node: cst.TypeParameters | None) -> None:
        """The model has no place for what bounds a type parameter; plain types say nothing, the rest is told."""
        if node is None:
            return
        for param in node.params:
            bound = getattr(param.param, "bound", None)
            for value in (bound, param.default):
                if value is not None and "(" in self.positions.text(value, value).replace("(,", ""):
                    self.note(value, "type parameter not understood: its bound is an expression")

