"""What a declaration or a parameter binds: a name, or the parts of an object or an array."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lintdem.model.function import Assign, Stmt
from lintdem.model.spelling import snake
from lintdem.model.values import Attr, Choice, Compare, Const, Expr, Item, Name, Parameter
from lintdem.syntax.typescript.expressions import Expressions, field, part_of, text

if TYPE_CHECKING:
    from tree_sitter import Node

_PATTERNS = ("identifier", "object_pattern", "array_pattern", "rest_pattern")
OWN = ("accessibility_modifier", "override_modifier", "readonly")
"""What makes a parameter of a constructor an attribute as well."""


class Patterns(Expressions):
    """Lowers what is bound."""

    def bound(self, pattern: Node, value: Expr) -> Iterator[Stmt]:
        """The assignments that give the parts of a value to the names of a pattern."""
        span = self.span(pattern)
        self.enter(pattern)
        if pattern.type == "object_pattern":
            for child in pattern.named_children:
                yield from self._of_object(child, value)
        elif pattern.type == "array_pattern":
            for number, child in enumerate(pattern.named_children):
                yield from self.bound(child, Item(span, value, Const(span, number)))
        elif pattern.type in ("identifier", "member_expression", "subscript_expression"):
            yield Assign(span, (self.expr(pattern),), value)
        self.leave()

    def _of_object(self, child: Node, value: Expr) -> Iterator[Stmt]:
        span = self.span(child)
        if child.type == "shorthand_property_identifier_pattern":
            yield Assign(span, (Name(span, text(child)),), Attr(span, value, snake(text(child))))
        elif child.type == "pair_pattern":
            yield from self.bound(field(child, "value"), Attr(span, value, snake(text(field(child, "key")))))
        elif child.type == "object_assignment_pattern":
            left, name = field(child, "left"), snake(text(field(child, "left")))
            given = Attr(span, value, name)
            absent = Compare(span, given, ("is",), (Const(span, None),))
            yield Assign(span, (Name(span, text(left)),), Choice(span, absent, self.expr(field(child, "right")), given))
        elif child.type == "rest_pattern":
            yield from self.bound(part_of(child), value)

    def params(self, node: Node | None) -> tuple[tuple[Parameter, ...], tuple[Stmt, ...], tuple[str, ...]]:
        """The parameters of a function, what its body begins with because of them, and those that become attributes."""
        params: list[Parameter] = []
        first: list[Stmt] = []
        kept: list[str] = []
        for number, child in enumerate(node.named_children if node is not None else ()):
            if child.type in ("comment", "this_type"):
                continue
            pattern = child.child_by_field_name("pattern") or next((c for c in child.named_children if c.type in _PATTERNS), child)
            default = child.child_by_field_name("value")
            value: Expr | None = self.expr(default) if default is not None else None
            if value is None and (child.type == "optional_parameter" or pattern.type == "object_pattern"):
                value = Const(self.span(child), None)
            if pattern.type == "rest_pattern":
                params.append(Parameter(text(part_of(pattern)), "star"))
            elif pattern.type == "identifier":
                params.append(Parameter(text(pattern), "normal", None, value))
                kept += [text(pattern)] if any(c.type in OWN for c in child.children) else []
            else:
                name = f"given{number}"
                params.append(Parameter(name, "normal", None, value))
                first += self.bound(pattern, Name(self.span(pattern), name))
        return tuple(params), tuple(first), tuple(kept)
