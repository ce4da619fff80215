"""The patterns of `match` to patterns of the model."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from lintdem.model.function import Pattern
from lintdem.syntax.expressions import Expressions


class Patterns(Expressions):
    """Lowers patterns as well."""

    def pattern(self, node: cst.CSTNode) -> Pattern:
        """The pattern of a node."""
        self.levels += 1
        pattern = self._pattern(node)
        self.levels -= 1
        return pattern

    def _pattern(self, node: cst.CSTNode) -> Pattern:
        if isinstance(node, (cst.MatchValue, cst.MatchSingleton)):
            return Pattern("value", value=self.expr(node.value))
        if isinstance(node, cst.MatchSequence):
            return Pattern("sequence", parts=self._sequence(node.patterns))
        if isinstance(node, cst.MatchMapping):
            return self._mapping(node)
        if isinstance(node, cst.MatchClass):
            keywords = tuple(element.key.value for element in node.kwds)
            named = tuple(self.pattern(element.pattern) for element in node.kwds)
            parts = self._sequence(node.patterns) + named
            return Pattern("class", value=self.expr(node.cls), parts=parts, keywords=keywords)
        if isinstance(node, cst.MatchOr):
            return Pattern("or", parts=tuple(self.pattern(element.pattern) for element in node.patterns))
        if isinstance(node, cst.MatchAs):
            return self._bind(node)
        return Pattern("value", value=self.unknown(node))

    def _sequence(self, nodes: Sequence[cst.MatchSequenceElement | cst.MatchStar]) -> tuple[Pattern, ...]:
        return tuple(
            Pattern("star", name=None if node.name is None else node.name.value)
            if isinstance(node, cst.MatchStar)
            else self.pattern(node.value)
            for node in nodes
        )

    def _mapping(self, node: cst.MatchMapping) -> Pattern:
        """`**rest` stands behind the parts that have a key."""
        keys = tuple(self.expr(element.key) for element in node.elements)
        parts = [self.pattern(element.pattern) for element in node.elements]
        if node.rest is not None:
            parts.append(Pattern("star", name=node.rest.value))
        return Pattern("mapping", parts=tuple(parts), keys=keys)

    def _bind(self, node: cst.MatchAs) -> Pattern:
        inner = () if node.pattern is None else (self.pattern(node.pattern),)
        if node.name is None:
            return inner[0] if inner else Pattern("any")
        return Pattern("bind", name=node.name.value, parts=inner)
