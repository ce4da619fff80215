"""What the interpreter knows at one point of a function."""

from __future__ import annotations

from dataclasses import dataclass

from lintdem.interpreter.domain import EMPTY, Fact, Failed, HeapObject, RuledOut, Scope


@dataclass(slots=True)
class Flow:
    """What is known at a point of one function: variables, heap, facts."""

    scope: Scope
    heap: dict[int, HeapObject]
    must: frozenset[Fact] = EMPTY
    may: frozenset[Fact] = EMPTY

    def branch(self) -> Flow:
        """A copy that can go its own way."""
        scope = self.scope
        own = Scope(scope.path, dict(scope.names), scope.parent, scope.globals, scope.nonlocals)
        return Flow(own, dict(self.heap), self.must, self.may)

    def become(self, other: Flow) -> None:
        """Take over all that another flow knows; closures of this scope see it too."""
        if other.scope is not self.scope:
            names = dict(other.scope.names)
            self.scope.names.clear()
            self.scope.names.update(names)
        self.heap, self.must, self.may = other.heap, other.must, other.may


def ruled_out(must: frozenset[Fact]) -> set[Failed]:
    """The failures of claims that these facts exclude."""
    return {Failed(fact.claim) for fact in must if isinstance(fact, RuledOut)}
