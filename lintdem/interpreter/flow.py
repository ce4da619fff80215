"""What the interpreter knows at one point of a function."""

from __future__ import annotations

import msgspec

from lintdem.interpreter.domain import EMPTY, Check, Fact, Failed, HeapObject, RuledOut, Scope, Value
from lintdem.model.span import Place


class Flow(msgspec.Struct, eq=False):
    """What is known at a point of one function: variables, heap, facts."""

    scope: Scope
    heap: dict[int, HeapObject]
    must: frozenset[Fact] = EMPTY
    may: frozenset[Fact] = EMPTY

    def branch(self) -> Flow:
        """A copy that can go its own way."""
        scope = self.scope
        own = Scope(scope.path, dict(scope.names), scope.parent, scope.globals, scope.nonlocals, scope.of_class)
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


def contradicts(must: frozenset[Fact], known: frozenset[Fact]) -> bool:
    """Whether a test that led to a value came out otherwise on this path: what was found is not missing."""
    outcomes: dict[tuple[Place, Value], set[tuple[str, str]]] = {}
    for f in known:
        if isinstance(f, Check) and f.kind in _OUTCOMES:
            outcomes.setdefault((f.place, f.subject), set()).add((f.kind, f.words))
    found = ((outcomes.get((f.place, f.subject)), f) for f in must if isinstance(f, Check) and f.kind in _OUTCOMES)
    return any(before is not None and (f.kind, f.words) not in before for before, f in found)


_OUTCOMES = frozenset({"absent", "state"})
