"""Classes of the program with their bases, and where an attribute of one stands."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.interpreter.domain import AnyOf, Cases, Cls, External, Instance, Known, Made, Value
from lintdem.interpreter.values import members, text
from lintdem.knowledge import library_call
from lintdem.model.function import Assign, Declare
from lintdem.model.values import Name


def lineage(cls: Value) -> tuple[Cls, ...]:
    """A class and its bases in the order in which Python looks things up: a base that two share comes after both."""
    if type(cls) is Cls and not any(isinstance(base, (Cls, AnyOf, Cases)) for base in cls.bases):
        return (cls,)
    found = list(_descent(cls, ()))
    last = {one.key: place for place, one in enumerate(found)}
    return tuple(one for place, one in enumerate(found) if last[one.key] == place)


def _descent(cls: Value, seen: tuple[str, ...]) -> Iterator[Cls]:
    """A class and its bases, depth first; stops at circles and outside classes."""
    for one in members(cls):
        if isinstance(one, Cls) and one.key not in seen:
            yield one
            for base in one.bases:
                yield from _descent(base, (*seen, one.key))


def find_in_class(cls: Cls, name: str) -> Value | None:
    """An attribute in a class or its bases."""
    for one in lineage(cls):
        if name in one.scope.names:
            return one.scope.names[name]
    return None


def find_after(cls: Cls, own: Cls, name: str) -> Value | None:
    """An attribute as `super()` finds it in a method of `cls` on an object of `own`: a mixin goes on to its neighbour."""
    order = list(lineage(own))
    place = next((place for place, one in enumerate(order) if one.key == cls.key), None)
    rest = order[place + 1 :] if place is not None else [one for base in cls.bases for one in lineage(base)]
    return next((one.scope.names[name] for one in rest if name in one.scope.names), None)


def outside_bases(cls: Cls) -> set[str]:
    """The dotted names of bases that are not classes of the program."""
    return {b.name for one in lineage(cls) for base in one.bases for b in members(base) if isinstance(b, External)}


def library_method(cls: Cls, name: str) -> str | None:
    """The dotted name of a method that a class has from a library's class of which it is known what the method does."""
    names = (f"{base}.{name}" for base in sorted(outside_bases(cls)))
    return next((dotted for dotted in names if library_call(dotted) is not None), None)


def is_enum(cls: Cls) -> bool:
    """Whether the attributes of a class are the members of an enumeration."""
    return any(base.rpartition(".")[2] in ("Enum", "IntEnum", "StrEnum") for base in outside_bases(cls))


def is_index(cls: Cls) -> bool:
    """Whether a class is a secondary index of a PynamoDB model."""
    return any(base.startswith("pynamodb.") and base.endswith("SecondaryIndex") for base in outside_bases(cls))


def fields_of(cls: Cls) -> dict[str, tuple[Value | None, object]]:
    """Annotated fields of a data class or model in order: name to (annotation unknown yet, default expression)."""
    found: dict[str, tuple[Value | None, object]] = {}
    for one in reversed(list(lineage(cls))):
        for statement in one.definition.body:
            if isinstance(statement, Declare) and isinstance(statement.target, Name):
                found[statement.target.id] = (None, None)
            elif isinstance(statement, Assign) and statement.annotation is not None:
                for target in statement.targets:
                    if isinstance(target, Name):
                        found[target.id] = (None, statement.value)
    return found


def is_typed_dict(cls: Cls) -> bool:
    """Whether making an object of a class gives a plain dict."""
    return any(base.rpartition(".")[2] == "TypedDict" for base in outside_bases(cls))


def field_at(obj: Instance, index: Value) -> Value | None:
    """The field of a named tuple at a position."""
    if not isinstance(index, Known) or not isinstance(index.value, int):
        return None
    if not any(base.rpartition(".")[2] == "NamedTuple" for base in outside_bases(obj.cls)):
        return None
    names = list(fields_of(obj.cls))
    return obj.attrs.get(names[index.value]) if -len(names) <= index.value < len(names) else None


def item_keys(cls: Cls) -> list[str]:
    """The names of the key attributes of a model of DynamoDB items, also those that a base declares."""
    named = (find_in_class(cls, key) for key in ("__hash_key__", "__range_key__"))
    found: dict[str, None] = {key: None for one in named if one is not None and (key := text(one))}
    for one in reversed(list(lineage(cls))):
        for name, value in one.scope.names.items():
            if isinstance(value, Made) and {"hash_key", "range_key"} & dict(value.args).keys():
                found[name] = None
    return list(found)
