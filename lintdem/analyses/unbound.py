"""Clauses that fail themselves: they, or what stands behind them, read a name that the failing statement was to give a value.

`try: answer = send()` / `except ClientError: log(answer)` raises UnboundLocalError: the failure leaves the function after all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lintdem.interpreter.trace import Asked, Effect, Swallowed
from lintdem.interpreter.written import Texts, encloses, function_at, nodes
from lintdem.model.function import Assign, Augment, Eval, For, Function, If, Return, Stmt, Try, While, With
from lintdem.model.span import Place
from lintdem.model.values import Name


def fails_itself(one: Swallowed, effects: Iterable[Effect | Asked], texts: Texts) -> bool:
    """Whether each of these failures ends in a clause that raises anew, with no `try` around that takes it."""
    module = texts.modules.get(one.place.path)
    function = function_at(module, one.place.span) if module is not None else None
    block = _try_at(function, one)
    if function is None or block is None or one.caught:
        return False
    top = [statement for statement in module.body if isinstance(statement, Assign)] if module is not None else []
    places = [_here(effect, one) for effect in effects]
    return bool(places) and all(_reads_unbound(function, block, one, place, top) for place in places)


def _try_at(function: Function | None, one: Swallowed) -> Try | None:
    found = nodes(function.body) if function is not None and one.block is not None else ()
    return next((n for n in found if isinstance(n, Try) and one.block is not None and n.span == one.block.span), None)


def _here(effect: Effect | Asked, one: Swallowed) -> Place:
    """Where a call is made in the function of the clause, or what leads there."""
    return effect.stack[len(one.stack)].place if len(effect.stack) > len(one.stack) else effect.place


def _reads_unbound(function: Function, block: Try, one: Swallowed, place: Place, top: Iterable[Stmt]) -> bool:
    failing = next((i for i, s in enumerate(block.body) if encloses(Place(place.path, s.span), place)), None)
    if failing is None:
        return False
    given = {name for statement in block.body[failing:] for name in _bound(statement)}
    # A name that is given a value anywhere else may have one.
    inside = {id(node) for node in nodes(block.body[failing:])}
    elsewhere = (n for n in nodes((function.body, *top)) if isinstance(n, (Assign, For, With)) and id(n) not in inside)
    given -= {name for statement in elsewhere for name in _names(statement)} | {param.name for param in function.params}
    behind = _behind(function.body, block) if one.ends in ((), ("falls",)) else ()
    return any(name in given for name in _read((*one.body, *behind)))


def _bound(statement: Stmt) -> Iterator[str]:
    """The names that a statement, or one inside of it, gives a value."""
    for node in nodes(statement):
        if isinstance(node, (Assign, For, With)):
            yield from _names(node)


def _names(node: Assign | For | With) -> Iterator[str]:
    """The names that a statement gives a value itself."""
    targets: tuple[object, ...] = node.targets if isinstance(node, Assign) else ()
    if isinstance(node, For):
        targets = (node.target,)
    elif isinstance(node, With):
        targets = tuple(item.target for item in node.items if item.target is not None)
    yield from (n.id for target in targets for n in nodes(target) if isinstance(n, Name))


def _behind(body: tuple[Stmt, ...], block: Try) -> tuple[Stmt, ...]:
    """What follows a `try` in its own block."""
    if block in body:
        return body[body.index(block) + 1 :]
    inner = (getattr(s, part, ()) for s in body for part in ("body", "then", "other", "final"))
    return next((found for one in inner if (found := _behind(one, block))), ())


def _read(body: Iterable[Stmt]) -> Iterator[str]:
    """The names that are surely read in a block, as far as nothing in it branches off."""
    for statement in body:
        parts: tuple[object, ...] = ()
        if isinstance(statement, (Assign, Augment, Eval, Return)):
            parts = (statement.value,)
        elif isinstance(statement, (If, While)):
            parts = (statement.test,)
        yield from (node.id for part in parts for node in nodes(part) if isinstance(node, Name))
        if isinstance(statement, Return):
            return
