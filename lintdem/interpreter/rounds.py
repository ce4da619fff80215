"""What one round of a loop leaves to the next: counters, flags, and whether the loop ever ends.

The body of a loop is run once. A name that the body sets and asks again would have the value of the first round in
every test, and what only a later round reaches, or what stands behind the loop, would look unreachable.
"""

from __future__ import annotations

from collections.abc import Sequence as Several

from lintdem.interpreter.altering import replace
from lintdem.interpreter.domain import Check, Fact, Known, Path, Unknown, Value
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.values import any_of, known
from lintdem.interpreter.written import nodes
from lintdem.model.function import Assign, Augment, Context, For, If, Stmt, While
from lintdem.model.values import Attr, Call, Choice, Const, Expr, Item, Name, Sequence, Star, Walrus


def may_end(test: Expr, body: tuple[Stmt, ...]) -> bool:
    """Whether a test that holds at first may fail after a round: it asks what the body, or something it calls, sets."""
    found = list(nodes(test))
    changed = set(_bindings(body))
    return any(isinstance(n, (Attr, Item, Call)) or (isinstance(n, Name) and n.id in changed) for n in found)


def carry(body: tuple[Stmt, ...], flow: Flow) -> None:
    """Let the names that a round sets and tests be what an earlier round may have left."""
    literal = {name for name, value in flow.scope.names.items() if isinstance(value, Known)}
    bindings = _bindings(body) if literal else {}
    if literal.isdisjoint(bindings):
        return
    asked = {n.id for s in nodes(body) if isinstance(s, (If, While, Choice)) for n in nodes(s.test) if isinstance(n, Name)}
    for name in sorted(asked & bindings.keys()):
        before = flow.scope.names.get(name)
        if isinstance(before, Known):
            flow.scope.names[name] = any_of([before, *_left(bindings[name])])


ROUNDS = 24
"""So many names or entries of a dict are gone through one by one where a loop collects them."""


def collects(s: For, items: tuple[Value, ...]) -> bool:
    """Whether a loop keeps something under each name that it goes through, or writes it into one text:
    `for k, v in d.items(): c[k] = v`, `for name in names: expression += f" #{name} = :{name}"`."""
    names = set(_names(s.target))
    found = list(nodes(s.body))
    kept: list[Expr] = [t.index for n in found if isinstance(n, Assign) for t in n.targets if isinstance(t, Item)]
    kept += [n.value for n in found if isinstance(n, Augment) and isinstance(n.target, Name)]
    uses = any(isinstance(n, Name) and n.id in names for one in kept for n in nodes(one))
    return uses and 1 < len(items) <= ROUNDS and not any(isinstance(n, (For, While)) for n in found)


def unmatched(items: tuple[Value, ...], left: Several[Flow], known: frozenset[Fact]) -> frozenset[Fact]:
    """What the end of a loop says over what a store has listed, when one that matches leaves it early: there is none."""
    listed = [one for one in items if isinstance(one, Path) and one.root == "result" and "*" in one.steps]
    found: set[Fact] = set()
    for fact in {f for flow in left for f in flow.must - known if isinstance(f, Check) and f.kind == "state"}:
        subject = fact.subject
        for one in listed:
            if isinstance(subject, Path) and subject.place == one.place and subject.steps[: len(one.steps)] == one.steps:
                found.add(replace(fact, kind="absent", subject=replace(one, steps=one.steps[: one.steps.index("*")]), words=""))
    return frozenset(found)


def counted_on(value: Value) -> Value:
    """What a counter is that an object or a dict keeps: whoever calls may do so in a loop."""
    return any_of([value, Unknown("counted by earlier calls")]) if isinstance(value, Known) and value.type == "int" else value


def _left(values: list[Expr | None]) -> list[Value]:
    """What a round may leave under a name: the literals that it sets, and what nobody knows."""
    literals: list[Value] = [known(v.value) for v in values if isinstance(v, Const)]
    rest = len(literals) < len(values)
    return [*literals, Unknown("what an earlier round left")] if rest else literals


def _bindings(body: tuple[Stmt, ...]) -> dict[str, list[Expr | None]]:
    """The names that a block sets, each with what it is set to where that is written beside it."""
    found: dict[str, list[Expr | None]] = {}
    for node in nodes(body):
        for target, value in _targets(node):
            for name in _names(target):
                found.setdefault(name, []).append(value if isinstance(target, Name) else None)
    return found


def _targets(node: object) -> list[tuple[Expr, Expr | None]]:
    if isinstance(node, Assign):
        return [(target, node.value) for target in node.targets]
    if isinstance(node, (Augment, For)):
        return [(node.target, None)]
    if isinstance(node, Walrus):
        return [(node.target, node.value)]
    if isinstance(node, Context) and node.target is not None:
        return [(node.target, None)]
    return []


def _names(target: Expr) -> list[str]:
    if isinstance(target, Name):
        return [target.id]
    if isinstance(target, Star):
        return _names(target.value)
    return [name for item in target.items for name in _names(item)] if isinstance(target, Sequence) else []
