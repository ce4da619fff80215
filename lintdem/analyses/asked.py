"""What is asked of each handler after its run, kept for as long as it stays the same, also on a `Shelf`.

A handler is judged, and asked by some sixty analyses, without regard to the others, so the answers of those that a change does
not touch may serve again. While a question is answered it is noted what it asks beside the run: files, searches through all
files, and what handlers have in common. A handler is asked anew when any of it is another. Which files there are, what templates
and settings say counts for all. What looks at all handlers is never kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from enum import Enum
from types import FunctionType
from typing import Any, Generic, Protocol, TypeAlias, TypeVar, cast

import msgspec

from lintdem.analyses.cases import Case
from lintdem.analyses.prints import digest_of, print_of
from lintdem.analyses.runs import own
from lintdem.analyses.situations import Changes, Situation, shape_of
from lintdem.analyses.subjects import Subject
from lintdem.interpreter.altering import replace
from lintdem.interpreter.engine import Run
from lintdem.model.span import Place
from lintdem.program import Program
from lintdem.program.noting import Noted

A = TypeVar("A")
F = TypeVar("F", bound="Asking")
K = TypeVar("K")
P = TypeVar("P", bound="Placed")
V = TypeVar("V")
Key: TypeAlias = tuple[object, ...]
Makers: TypeAlias = "Callable[[], Mapping[Any, Iterable[Key]]]"


class Judged(msgspec.Struct, frozen=True):
    """One handler's run with its subject and the diagnoses of its effects."""

    run: Run
    subject: Subject
    cases: tuple[Case, ...]


class Asked(msgspec.Struct):
    """One handler with the answers about it, and what they depend on; `common` by name and key. `settled` is what became of
    `judged` when all were."""

    run: Run
    judged: tuple[Judged, ...] = ()
    settled: dict[Key, Judged] = msgspec.field(default_factory=dict)
    answers: dict[tuple[Key, int], tuple[object, ...]] = msgspec.field(default_factory=dict)
    noted: Noted = msgspec.field(default_factory=Noted)
    common: set[tuple[str, object]] = msgspec.field(default_factory=set)
    shelved: dict[tuple[Key, bytes], tuple[object, ...]] = msgspec.field(default_factory=dict)
    """Answers from the shelf, by the prints of their questions, until these are asked."""
    told: dict[tuple[str, object], bytes] = msgspec.field(default_factory=dict)
    """What these depend on of `common`, until it is known what that is now."""
    is_new: bool = True

    def forget(self) -> None:
        """Keep no answer."""
        self.answers.clear()
        self.shelved.clear()
        self.is_new = True


class Shelf(Protocol):
    """Where answers outlive a process."""

    def take(self, program: Program, run: Run) -> Asked | None:
        """What is kept of a handler, where nothing is another in the files."""

    def print_of(self, handler: Key) -> bytes | None:
        """What tells the run of a handler from any other."""

    def put(self, program: Program, asked: Asked) -> None:
        """Keep the answers of a handler, all of them `shelved`."""


EVERY = object()
"""In the place of a key: all of what handlers have in common was gone through."""


class Shared(Mapping[K, V], Generic[K, V]):
    """What handlers have in common, told of what is looked up in it."""

    def __init__(self, name: str, found: Mapping[K, V], answers: Answers) -> None:
        self.name, self._found, self._answers = name, found, answers

    def __getitem__(self, key: K) -> V:
        self._answers.note(self.name, key)
        return self._found[key]

    def __iter__(self) -> Iterator[K]:
        self._answers.note_every(self.name)
        return iter(self._found)

    def __len__(self) -> int:
        self._answers.note_every(self.name)
        return len(self._found)


class Asking(Protocol):
    """Who asks."""

    answers: Answers
    worked_out: dict[Any, object]


class whole(Generic[F, V]):  # noqa: N801 - it is used as a decorator, like property
    """What is worked out once, of all handlers: an answer about one of them that looks at it is not kept."""

    def __init__(self, work: Callable[[F], V]) -> None:
        self._work = work
        self.__doc__ = work.__doc__

    def __get__(self, facts: F, owner: type[F]) -> V:
        facts.answers.note_all()
        if self not in facts.worked_out:
            facts.worked_out[self] = self._work(facts)
        return cast(V, facts.worked_out[self])


class Stage(Enum):
    """How far a program is."""

    RUN, JUDGED, SETTLED = range(3)


class Answers:
    """The answers about the handlers of one workspace, those of the last program that still hold."""

    def __init__(self, shelf: Shelf | None = None) -> None:
        self._shelf = shelf
        self._runs: list[Run] = []
        self._kept: dict[Key, Asked] = {}
        self._before: Situation | None = None
        self._common: dict[str, Mapping[Any, object]] = {}
        """What handlers have in common, by its name."""
        self._makers: dict[str, Makers | None] = {}
        """The handlers whose runs it is made of."""
        self._told: dict[tuple[str, object], bytes | None] = {}
        self._prints: list[bytes] = []
        """What tells questions in another process, by their numbers."""
        self._now: dict[int, tuple[Asked, Key]] = {}
        self._numbers: dict[Key, int] = {}
        self._stage = Stage.RUN
        self._open: list[Asked] = []
        self._whole = False
        self.looked: set[tuple[str, object]] = set()
        """What was looked up of all that handlers have in common, by name and key."""

    def begin(self, program: Program, runs: Iterable[Run]) -> None:
        """Forget what may be another in this program."""
        kept, before = self._kept, self._before
        self._kept, self._before, self._now, self._stage = {}, None, {}, Stage.RUN
        self.looked.clear()
        self._open.clear()
        now = Situation(shape_of(program), {path: program.modules.content(path) for path in program.modules})
        self._runs = list(runs)
        for run in self._runs if self._shelf is not None and before is None else ():
            found = self._shelf.take(program, run) if self._shelf is not None else None
            if found is not None:
                self._kept[own(run.handler)] = found
                program.modules.prepare(found.noted.files)
        if before is not None and before.shape == now.shape:
            changes = Changes(before, now)
            for run in self._runs:
                asked = kept.get(own(run.handler))
                if asked is not None and asked.run is run and not changes.touch(asked.noted):
                    self._kept[own(run.handler)] = asked
                    program.modules.prepare(asked.noted.files)  # what is wrong with them is told, as if they were looked into
        self._before = now

    def share(self, name: str, found: Mapping[K, V], makers: Makers | None = None) -> Shared[K, V]:
        """Something that handlers have in common: forget what was said where it was another. What is known of this program
        already has not asked for it. `makers` are the handlers whose runs it is made of; without them it says itself what it is."""
        before, self._common[name], self._makers[name] = self._common.get(name, {}), found, makers
        self._told = {one: told for one, told in self._told.items() if one[0] != name}
        for key, asked in list(self._kept.items()):
            if any(own == name and self._is_other(asked, name, word, before) for own, word in tuple(asked.common)):
                asked.told = {one: told for one, told in asked.told.items() if one[0] != name}
                asked.forget()
                if self._stage is not Stage.SETTLED:
                    asked.settled.clear()
                if self._stage is Stage.RUN:
                    del self._kept[key]
        return Shared(name, found, self)

    def _is_other(self, asked: Asked, name: str, word: object, before: Mapping[Any, object]) -> bool:
        told = asked.told.pop((name, word), None)
        return before.get(word) != self._common[name].get(word) if told is None else told != self._print(name, word)

    def _print(self, name: str, word: object) -> bytes | None:
        """What tells something that handlers have in common from what it was in another process; None where nothing does."""
        if (name, word) not in self._told:
            self._told[name, word] = self._printed(name, word)
        return self._told[name, word]

    def _printed(self, name: str, word: object) -> bytes | None:
        found, makers = self._common.get(name), self._makers.get(name)
        if self._shelf is None or found is None or word not in found:
            return b"" if found is not None else None
        if makers is None:
            return repr(found[word]).encode(errors="surrogatepass")
        prints = [self._shelf.print_of(handler) for handler in makers().get(word, ())]
        return digest_of(sorted(one for one in prints if one)) if prints and None not in prints else None

    def shelve(self, program: Program) -> None:
        """Put the answers on the shelf, but for those that depend on what cannot be told from another there."""
        for asked in self._kept.values() if self._shelf is not None else ():
            if asked.is_new and not asked.noted.tests and self._shelf is not None:
                told = {one: asked.told[one] if one in asked.told else self._print(*one) for one in asked.common}
                known = {one: word for one, word in told.items() if word is not None}
                answers = {(where, self._prints[number]): found for (where, number), found in asked.answers.items()}
                if len(known) == len(told):
                    self._shelf.put(program, replace(asked, shelved=asked.shelved | answers, told=known))

    def judged(self, program: Program, run: Run, judge: Callable[[], Iterable[Judged]]) -> tuple[Judged, ...]:
        """A run as it is judged."""
        self._stage = Stage.JUDGED
        asked = self._kept.get(own(run.handler))
        if asked is None:
            asked = Asked(run)
            with self._noting(program, asked):
                asked.judged = tuple(judge())
                if not self._whole:
                    self._kept[own(run.handler)] = asked
        self._now.update((id(one), (asked, (number,))) for number, one in enumerate(asked.judged))
        return asked.judged

    def settled(self, program: Program, judged: Iterable[Judged], settle: Callable[[Judged], Judged]) -> tuple[Judged, ...]:
        """The same when something is known of all of them."""
        found = tuple(self._settled(program, one, settle) for one in judged)
        self._stage = Stage.SETTLED
        return found

    def _settled(self, program: Program, judged: Judged, settle: Callable[[Judged], Judged]) -> Judged:
        asked, where = self._now[id(judged)]
        if where not in asked.settled:
            with self._noting(program, asked):
                asked.settled[where] = settle(judged)
                asked.is_new = True
        one = asked.settled[where]
        self._now[id(one)] = asked, where
        self._now.update((id(case), (asked, (*where, at))) for at, case in enumerate(one.cases))
        return one

    def number(self, key: Key | None) -> int | None:
        """A number for a question, which is found sooner than a key that holds code."""
        if key is None:
            return None
        number = self._numbers.setdefault(key, len(self._numbers))
        if number == len(self._prints):
            self._prints.append(print_of(key) if self._shelf is not None else b"")
        return number

    def ask(self, program: Program, about: Judged | Case, key: int | None, work: Callable[[], Iterable[A]]) -> tuple[A, ...]:
        """What some work says of a handler or of one of its effects; the number `key` tells it from other work."""
        asked, where = self._now.get(id(about), (None, ()))
        if asked is None or key is None:
            self.note_all()
            return tuple(work())
        known = asked.answers.get((where, key))
        if known is None and asked.shelved:
            known = asked.shelved.pop((where, self._prints[key]), None)
            if known is not None:
                asked.answers[where, key] = known
        if known is not None:
            if self._open:
                self._tell(asked)
            return cast("tuple[A, ...]", known)
        with self._noting(program, asked):
            found = tuple(work())
            if not self._whole:
                asked.answers[where, key] = found
                asked.is_new = True
        return found

    def note(self, name: str, key: object) -> None:
        """Something that handlers have in common is looked up."""
        self.looked.add((name, key))
        for asked in self._open:
            asked.common.add((name, key))

    def note_every(self, name: str) -> None:
        """All of something that handlers have in common is gone through."""
        self.looked.add((name, EVERY))
        self.note_all()

    def note_all(self) -> None:
        """All handlers are looked at: what follows from that is not kept."""
        self._whole = True

    def _tell(self, asked: Asked) -> None:
        """Who has asked what is answered already depends on the same."""
        for other in self._open:
            if other is not asked:
                other.noted.add(asked.noted)
                other.common |= asked.common

    @contextmanager
    def _noting(self, program: Program, asked: Asked) -> Iterator[None]:
        before, self._whole = self._whole, False
        self._open.append(asked)
        program.modules.noting.append(asked.noted)
        try:
            yield
        finally:
            self._open.pop()
            program.modules.noting.pop()
            self._whole = self._whole or before


class Placed(Protocol):
    """Something that stands at a place."""

    @property
    def place(self) -> Place:
        """Where it stands."""


def placed(found: Iterable[tuple[Judged, P]]) -> list[P]:
    """The first at each place, in order of the places."""
    first: dict[Place, P] = {}
    for _, one in found:
        first.setdefault(one.place, one)
    return [first[place] for place in sorted(first)]


# --- questions by their code ---


class _Changing(Exception):
    """A question depends on something that may be another the next time."""


def key_of(work: Callable[..., object], standing: Callable[[object], bool]) -> Key | None:
    """What tells a question from others: its code and the constants around it. None where it holds anything else; what is
    `standing` is there in every run, and tells itself what is asked of it."""
    try:
        return _key(work, standing)
    except (_Changing, ValueError):  # a variable that has no value yet
        return None


def _key(work: object, standing: Callable[[object], bool]) -> Key:
    if not isinstance(work, FunctionType) or work.__kwdefaults__:
        raise _Changing
    around = [cell.cell_contents for cell in work.__closure__ or ()]
    return (work.__module__, work.__code__, *(_constant(value, standing) for value in (*around, *(work.__defaults__ or ()))))


def _constant(value: object, standing: Callable[[object], bool]) -> object:
    if value is None or isinstance(value, (bool, int, str, bytes, float, Enum, type)):
        return type(value), value
    if isinstance(value, (tuple, frozenset)):
        return type(value), type(value)(_constant(one, standing) for one in value)
    if isinstance(value, Shared):
        return Shared, value.name
    if standing(value):
        return type(value)
    return _key(value, standing)
