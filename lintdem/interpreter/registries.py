"""Registries: containers of a module or a class that are empty where they are defined, and that functions fill.

What fills one may lie outside of the program: rules in a folder named at run time, plugins that are
installed beside it. Then it holds something that is not known, rather than nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.interpreter.domain import Cls, Ref, Value
from lintdem.interpreter.machine import Machine
from lintdem.model.function import Assign, DefineClass, DefineFunction, Function, If, Stmt, Try
from lintdem.model.values import Attr, Call, Item, Name
from lintdem.program.entries import statements
from lintdem.program.imports import is_test
from lintdem.program.modules import FILE, FILLING

FILLS = frozenset({"append", "add", "extend", "insert", "update", "setdefault", "appendleft"})


def may_be_filled(m: Machine, value: Value) -> bool:
    """Whether a function of the program puts something into this container of a module or a class."""
    if not isinstance(value, Ref) or value.id not in m.base or m.importing:
        return False
    return any(name in _fills(m, path)[0] or (inside and _is_filled(m, name)) for path, name, inside in _names(m, value))


def _names(m: Machine, ref: Ref) -> Iterator[tuple[str, str, bool]]:
    """The names a container has: its module, the name, and whether that is an attribute of a class."""
    for path, scope in m.scopes.items():
        for name, value in scope.names.items():
            if value == ref:
                yield path, name, False
            elif isinstance(value, Cls):
                yield from ((path, inner, True) for inner, held in value.scope.names.items() if held == ref)


def _is_filled(m: Machine, attribute: str) -> bool:
    """Whether a function anywhere fills an attribute of this name."""

    def search() -> tuple[tuple[str, ...], bool]:
        looked: list[str] = []
        for path in m.program.modules.answer(FILLING, attribute):
            looked.append(path)
            if attribute in _fills(m, path)[1]:
                return tuple(looked), True
        return tuple(looked), False

    return m.search(FILLING, attribute, search)


def _fills(m: Machine, path: str) -> tuple[frozenset[str], frozenset[str]]:
    """What the functions of a module fill: names of its own, and attributes."""

    def search() -> tuple[tuple[str, ...], tuple[frozenset[str], frozenset[str]]]:
        names: set[str] = set()
        attributes: set[str] = set()
        for function in _functions(m.program.modules[path].body) if not is_test(path) else ():
            names |= set(_filled(function.body, Name)) - _own(function)
            attributes |= set(_filled(function.body, Attr))
        return (path,), (frozenset(names), frozenset(attributes))

    return m.search(FILE, path, search)


def _own(function: Function) -> set[str]:
    """The names that are a function's own: its parameters and what it assigns."""
    assigned = {t.id for s in _within(function.body) if isinstance(s, Assign) for t in s.targets if isinstance(t, Name)}
    return assigned | {p.name for p in function.params}


def _functions(body: tuple[Stmt, ...]) -> Iterator[Function]:
    for statement in statements(body):
        if isinstance(statement, DefineFunction):
            yield statement.function
        elif isinstance(statement, DefineClass):
            yield from _functions(statement.cls.body)


def _within(body: tuple[Stmt, ...]) -> Iterator[Stmt]:
    """All statements of a function, those of the functions inside it too."""
    for statement in body:
        yield statement
        if isinstance(statement, DefineFunction):
            yield from _within(statement.function.body)
        elif isinstance(statement, Try):
            yield from _within((*statement.body, *statement.other, *statement.final))
            for catch in statement.catches:
                yield from _within(catch.body)
        elif isinstance(statement, If):
            yield from _within((*statement.then, *statement.other))
        else:
            yield from _within(getattr(statement, "body", ()))


def _filled(body: tuple[Stmt, ...], kind: type[Name] | type[Attr]) -> Iterator[str]:
    """What is filled by a method or by an item that is set."""
    for statement in _within(body):
        targets = statement.targets if isinstance(statement, Assign) else ()
        owners = [t.value for t in targets if isinstance(t, Item)]
        call = getattr(statement, "value", None)
        if isinstance(call, Call) and isinstance(call.func, Attr) and call.func.name in FILLS:
            owners.append(call.func.value)
        for owner in owners:
            if isinstance(owner, kind):
                yield owner.id if isinstance(owner, Name) else owner.name
