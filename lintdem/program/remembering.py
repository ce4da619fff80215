"""What is worked out once for a module or a program, however often it is asked: a search through all of the source for each
finding costs the square of the program's size."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from typing import TypeVar
from weakref import ReferenceType, ref

A = TypeVar("A")
R = TypeVar("R")


def attached(work: Callable[[A], R]) -> Callable[[A], R]:
    """Keep what a function gave for as long as its argument is there, which is told from others by identity. What is kept must
    not hold the argument."""
    kept: dict[int, tuple[ReferenceType[A], R]] = {}

    @wraps(work)
    def asked(about: A) -> R:
        key = id(about)
        found = kept.get(key)
        if found is None or found[0]() is not about:
            found = kept[key] = (ref(about, lambda _: kept.pop(key, None)), work(about))
        return found[1]

    return asked


def remembered(most: int) -> Callable[[Callable[[A], R]], Callable[[A], R]]:
    """Keep what a function gave for the last so many arguments, which are told apart by identity: to hash a module or a
    program would cost more than the answer."""

    def around(work: Callable[[A], R]) -> Callable[[A], R]:
        kept: OrderedDict[int, tuple[A, R]] = OrderedDict()

        @wraps(work)
        def asked(about: A) -> R:
            found = kept.get(id(about))
            if found is None or found[0] is not about:
                found = kept[id(about)] = (about, work(about))
                if len(kept) > most:
                    kept.popitem(last=False)
            return found[1]

        return asked

    return around
