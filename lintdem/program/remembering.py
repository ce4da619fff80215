"""What is worked out once for a module or a program, however often it is asked: a search through all of the source for each
finding costs the square of the program's size."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Set
from functools import update_wrapper, wraps
from typing import Any, Generic, TypeVar
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


class Remembered(Generic[A, R]):
    """A function that keeps what it gave for the last so many arguments, which are told apart by identity: to hash a module or
    a program would cost more than the answer."""

    def __init__(self, work: Callable[[A], R], most: int, *, files: bool = False) -> None:
        self._work, self._most, self._files = work, most, files
        self._kept: OrderedDict[int, tuple[A, R]] = OrderedDict()
        update_wrapper(self, work)

    def __call__(self, about: A) -> R:
        found = self._kept.get(id(about))
        if found is None or found[0] is not about:
            self.tell(about, self._work(about))
            found = self._kept[id(about)]
        return found[1]

    def known(self, about: A) -> R | None:
        """What it gave for this argument, None when it was not asked."""
        found = self._kept.get(id(about))
        return found[1] if found is not None and found[0] is about else None

    def tell(self, about: A, found: R) -> None:
        """What it would give for this argument, known from elsewhere."""
        self._kept[id(about)] = (about, found)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)


    def thin(self, alive: Set[int], few: int) -> None:
        """Forget files that are not alive, by their identity; of anything else all but the last few."""
        if self._files:
            for key in self._kept.keys() - alive:
                del self._kept[key]
        else:
            while len(self._kept) > few:
                self._kept.popitem(last=False)


_all: list[Remembered[Any, Any]] = []


def remembered(most: int, *, files: bool = False) -> Callable[[Callable[[A], R]], Remembered[A, R]]:
    """Keep what a function gave for the last so many arguments, of `files` that is what they say."""

    def made(work: Callable[[A], R]) -> Remembered[A, R]:
        _all.append(found := Remembered(work, most, files=files))
        return found

    return made


def thin(files: Iterable[bytes | str], few: int = 256) -> None:
    """Forget what other files than these have said, by their bytes and texts, and all but the last few of whatever else is
    remembered: a server goes on for days, and each of its files is another one after every change."""
    alive = {id(data) for data in files}
    for one in _all:
        one.thin(alive, few)
