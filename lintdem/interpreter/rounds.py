"""What one round of a loop leaves to the next: counters, flags, and whether the loop ever ends.

The body of a loop is run once. A name that the body sets and asks again would have the value of the first round in
every test, and what only a later round reaches, or what stands behind the loop, would look unreachable.
"""

from __future__ import annotations

from collections.abc import Sequence as Several

from lintdem.interpreter.altering import replace
from lintdem.interpreter.domain import Check, Fact, Fresh, Known, ListObj, Path, Unknown, Value
from lintdem.interpreter.elements import are_named
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.listing import is_listed, is_of
from lintdem.interpreter.machine import Machine
from lintdem.interpreter.trace import Loop
from lintdem.interpreter.values import any_of, known, leaves, text
from lintdem.interpreter.written import nodes
from lintdem.model.function import Assign, Augment, Context, Continue, For, If, Stmt, While
from lintdem.model.values import Attr, Call, Choice, Compare, Const, Expr, Item, Name, Sequence, Star, Walrus
from lintdem.regexes import late


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


NAMED = 48
"""So many classes or modules are gone through that a list or a dict names."""


def one_by_one(m: Machine, s: For, over: ListObj, flow: Flow) -> bool:
    """Whether a loop is gone through item by item: what it keeps of each is another, or each names another part of the program."""
    return (_collects(s, over.items) and are_named(m, over, flow)) or _names_code(m, over, flow)


def _names_code(m: Machine, over: ListObj, flow: Flow) -> bool:
    """Whether the items are names of modules, classes or functions of the program: `for path in ("tasks.mail.Mail", …)`."""
    names = [text(one) or "" for one in over.items]
    if over.open or not 1 < len(names) <= NAMED or not all("." in name and _DOTTED.fullmatch(name) for name in names):
        return False
    return all(m.program.imports.absolute(flow.scope.path, name.rpartition(".")[0]) is not None for name in names)


_DOTTED = late(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+")


def _collects(s: For, items: tuple[Value, ...]) -> bool:
    """Whether a loop keeps something under each name that it goes through, writes it into one text, or goes on from what the
    last round found: `for k, v in d.items(): c[k] = v`, `for name in names: expression += f" #{name} = :{name}"`,
    `for name in path.split("."): found = getattr(found, name)`."""
    names = set(_names(s.target))
    found = list(nodes(s.body))
    kept: list[Expr] = [t.index for n in found if isinstance(n, Assign) for t in n.targets if isinstance(t, Item)]
    kept += [n.value for n in found if isinstance(n, Augment) and isinstance(n.target, Name)]
    kept += [n.value for n in found if isinstance(n, Assign) and _goes_on(n)]
    uses = any(isinstance(n, Name) and n.id in names for one in kept for n in nodes(one))
    return uses and 1 < len(items) <= ROUNDS and not any(isinstance(n, (For, While)) for n in found)


def _goes_on(one: Assign) -> bool:
    """Whether a name is set to what a call makes of it."""
    set_here = {name for target in one.targets for name in _names(target)} if isinstance(one.value, Call) else set()
    return any(isinstance(n, Name) and n.id in set_here for n in nodes(one.value))


def unmatched(
    loop: Loop, body: tuple[Stmt, ...], left: Several[Flow], returned: Several[tuple[Value, Flow]], flow: Flow
) -> frozenset[Fact]:  # fmt: skip
    """What the end of a loop says over what a store has listed, when one that matches leaves it early: there is none. One that
    is given back, or of which something is, has matched, however that was told."""
    listed = [one for one in loop.items if is_listed(one)] if left or returned else []
    known, found = flow.must, set[Fact]()
    if listed and _passes_over(body, flow):
        return frozenset()
    flows = [*left, *(flow for _, flow in returned)]
    counted = {f.place for flow in flows for f in flow.must if isinstance(f, Check) and f.kind == "limit"}  # there are too many
    for fact in {f for flow in flows for f in flow.must - known if isinstance(f, Check) and f.kind in ("state", "absent")}:
        if fact.place in counted:
            continue
        found |= {_none_of(one, fact) for one in listed if is_of(fact.subject, one)}
    for one in listed if not found else ():
        if any(is_of(part, one) for value, _ in returned for part in leaves(value)):
            found.add(_none_of(one, Check(loop.place, "absent", one)))
    return frozenset(found)


def _passes_over(body: tuple[Stmt, ...], flow: Flow) -> bool:
    """Whether a search leaves out the very thing that the caller names: `if row["id"] == own: continue`. What it has not found
    is another one; but none in the store has an id that was made just now."""
    skips = (s.test for s in body if isinstance(s, If) and len(s.then) == 1 and isinstance(s.then[0], Continue))
    for one in (n for test in skips for n in nodes(test) if isinstance(n, Compare) and n.ops == ("==",)):
        sides = (one.left, one.rights[0])
        named = [s.index for s in sides if isinstance(s, Item)] + [s for s in sides if isinstance(s, Attr)]
        other = [flow.scope.names.get(s.id) for s in sides if isinstance(s, Name)]
        if len(named) == len(other) == 1 and _IDS.search(str(getattr(named[0], "value", "") or getattr(named[0], "name", ""))):
            return not any(isinstance(leaf, Fresh) for value in other if value is not None for leaf in leaves(value))
    return False


_IDS = late(r"(^|_)u?u?id$|Id$|ID$|^key$|_key$")


def _none_of(listed: Path, check: Check) -> Check:
    return replace(check, kind="absent", subject=replace(listed, steps=listed.steps[: listed.steps.index("*")]), words="")


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
