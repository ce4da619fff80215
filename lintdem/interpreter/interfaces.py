"""Interfaces: which classes of the program stand behind an abstract method or a protocol.

What is known of an object may be no more than the interface it keeps to, where a container or a caller
that cannot be read gives the object. Then every implementation in the program may be meant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from lintdem.interpreter.domain import Cls, External, Func, Instance, Ref, Value
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.lineage import lineage, outside_bases
from lintdem.interpreter.machine import Machine
from lintdem.interpreter.values import members
from lintdem.model.function import Class, DefineClass, DefineFunction, Function, Raise
from lintdem.model.module import Module
from lintdem.model.span import Place
from lintdem.model.values import Attr, Call, Expr, Item, Name
from lintdem.program.entries import statements
from lintdem.program.imports import is_test, is_vendored
from lintdem.program.modules import DEFINING, DERIVING

MANY = 8
"""So many implementations of one interface are followed."""


def is_open(func: Func, cls: Cls) -> bool:
    """Whether a method is left to subclasses: abstract, a protocol's, or one that only raises."""
    if any(w.kind == "abstract" for w in func.wrappers):
        return True
    definition = func.definition
    if not isinstance(definition, Function):
        return False
    last = definition.body[-1] if definition.body else None
    if isinstance(last, Raise) and last.error is not None and _last(last.error) == "NotImplementedError":
        return len(definition.body) <= 2
    return is_protocol(cls) and any(definition.span == f.span for f in _methods(cls.definition))


def is_protocol(cls: Cls) -> bool:
    """Whether a class is itself a protocol."""
    return any(isinstance(b, External) and b.name.endswith("Protocol") for base in cls.bases for b in members(base))


def is_interface(value: Value) -> bool:
    """Whether a class leaves methods to others."""
    return isinstance(value, Cls) and any(isinstance(one, Func) and is_open(one, value) for one in value.scope.names.values())


def is_service(value: Value) -> bool:
    """Whether a class of the program does something, and keeps more than data: it inherits from nothing outside of the
    program, is told its parts, and has methods that others call."""
    if not isinstance(value, Cls) or outside_bases(value) - {"abc.ABC", "typing.Protocol", "typing.Generic"}:
        return False
    names = {name for one in lineage(value) for name, held in one.scope.names.items() if isinstance(held, Func)}
    return "__init__" in names and any(not name.startswith("__") for name in names)


def implementations(m: Machine, cls: Cls, name: str) -> list[Cls]:
    """The classes of the program that define the method `name` of this interface."""
    found = [one for one in subclasses(m, cls) if _defines(one, name, cls)]
    if not found and is_protocol(cls):
        found = [one for one in _alike(m, cls) if isinstance(one.scope.names.get(name), Func)]
    return found[:MANY]


def subclasses(m: Machine, cls: Cls) -> list[Cls]:
    """The classes of the program that inherit from a class, whether or not their modules were imported so far."""
    found: dict[str, Cls] = {}
    work = [cls]
    while work and len(found) < 4 * MANY:
        one = work.pop()
        for path, definition in _deriving(m, one.definition.name):
            child = _loaded(m, path, definition.name)
            if child is not None and child.key not in found and any(_is(b, one) for b in child.bases):
                found[child.key] = child
                work.append(child)
    return [found[key] for key in sorted(found)]


def made(m: Machine, cls: Cls, owner: Value, place: Place, flow: Flow) -> Value:
    """An object of an implementation, with what is known of the object that the caller has."""
    ref = m.typed(cls, place, flow)
    before, after = m.get(flow, owner), m.get(flow, ref) if ref is not None else None
    if isinstance(before, Instance) and isinstance(after, Instance) and isinstance(ref, Ref):
        m.put(flow, ref, Instance(cls, {**after.attrs, **before.attrs}))
    return ref if ref is not None else owner


def _is(base: Value, cls: Cls) -> bool:
    return any(isinstance(b, Cls) and b.key == cls.key for b in members(base))


def _defines(child: Cls, name: str, cls: Cls) -> bool:
    """Whether a class has the method, itself or from a class below the interface."""
    found = child.scope.names.get(name)
    if isinstance(found, Func):
        return not is_open(found, child)
    inherited = (b.scope.names.get(name) for base in child.bases for b in members(base) if isinstance(b, Cls) and b.key != cls.key)
    return any(isinstance(one, Func) and not is_open(one, child) for one in inherited)


def _alike(m: Machine, cls: Cls) -> Iterator[Cls]:
    """The classes that have every method of a protocol."""
    wanted = {f.name for f in _methods(cls.definition)}
    for path, definition in (_having(m, min(wanted)) if wanted else ()):
        if wanted <= {f.name for f in _methods(definition)}:
            found = _loaded(m, path, definition.name)
            if found is not None and found.key != cls.key and not is_protocol(found):
                yield found


def _methods(definition: Class) -> list[Function]:
    return [s.function for s in definition.body if isinstance(s, DefineFunction)]


def _loaded(m: Machine, path: str, name: str) -> Cls | None:
    found = m.parts.module(m, path).names.get(name)
    return found if isinstance(found, Cls) else None


def _deriving(m: Machine, name: str) -> list[tuple[str, Class]]:
    """The classes at module level that name this among their bases."""
    return _searched(m, DERIVING, name, lambda cls: any(_last(base.value) == name for base in cls.bases))


def _having(m: Machine, name: str) -> list[tuple[str, Class]]:
    """The classes at module level that have a method of this name."""
    return _searched(m, DEFINING, name, lambda cls: any(f.name == name for f in _methods(cls)))


def _searched(m: Machine, kind: str, name: str, fits: Callable[[Class], bool]) -> list[tuple[str, Class]]:
    def search() -> tuple[tuple[str, ...], list[tuple[str, Class]]]:
        modules = [(path, m.program.modules[path]) for path in m.program.modules.answer(kind, name)]
        return tuple(path for path, _ in modules), [one for one in _classes(modules) if fits(one[1])]

    return m.search(kind, name, search)


def _classes(modules: Iterable[tuple[str, Module]]) -> Iterator[tuple[str, Class]]:
    for path, module in modules:
        if not is_test(path) and not is_vendored(path):
            yield from ((path, s.cls) for s in statements(module.body) if isinstance(s, DefineClass))


def _last(value: Expr) -> str:
    value = value.func if isinstance(value, Call) else value
    value = value.value if isinstance(value, Item) else value
    return value.name if isinstance(value, Attr) else value.id if isinstance(value, Name) else ""
