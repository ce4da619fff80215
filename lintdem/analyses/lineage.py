"""Classes of the program with their bases, and where an attribute of one stands."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.domain import Cls, External, Value, members


def lineage(cls: Value, seen: tuple[str, ...] = ()) -> Iterator[Cls]:
    """A class and its bases, depth first; stops at circles and outside classes."""
    for one in members(cls):
        if isinstance(one, Cls) and one.key not in seen:
            yield one
            for base in one.bases:
                yield from lineage(base, (*seen, one.key))


def find_in_class(cls: Cls, name: str) -> Value | None:
    """An attribute in a class or its bases."""
    for one in lineage(cls):
        if name in one.scope.names:
            return one.scope.names[name]
    return None


def find_in_bases(cls: Cls, name: str) -> Value | None:
    """An attribute in the bases of a class, as `super()` finds it."""
    for base in cls.bases:
        for one in lineage(base):
            if name in one.scope.names:
                return one.scope.names[name]
    return None


def outside_bases(cls: Cls) -> set[str]:
    """The dotted names of bases that are not classes of the program."""
    return {b.name for one in lineage(cls) for base in one.bases for b in members(base) if isinstance(b, External)}
