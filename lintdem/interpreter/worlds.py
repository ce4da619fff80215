"""What the bodies of modules leave behind, and the world of one run: the modules that it has loaded, and nothing else.

A world begins empty. What it loads is taken from a `Loaded`, which is the same whoever asks for it; what a run changes in
it (globals, attributes of classes) is undone when the world is left. So no run sees what another one did.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, NamedTuple, TypeVar, cast

from lintdem.interpreter.arguments import Registered
from lintdem.interpreter.domain import Cls, HeapObject, Scope, Value
from lintdem.interpreter.trace import Event, Invocation, Retry
from lintdem.model.function import Function
from lintdem.model.span import Place
from lintdem.program.modules import FILE

Mounted = tuple[tuple[Retry, frozenset[str] | None], ...]
S = TypeVar("S")
V = TypeVar("V")
_ROOM = 22
"""Bits for the objects of one run or module."""


def first_id(owner: str) -> int:
    """Where the ids of what belongs to one run or one module begin: the same in every process, and nobody else's."""
    return int.from_bytes(blake2b(owner.encode(errors="surrogatepass"), digest_size=5).digest(), "big") << _ROOM


class Change(NamedTuple):
    """A name that was set from outside of the body that defines it."""

    names: dict[str, Value]
    name: str
    old: Value | None
    new: Value

    def undo(self) -> None:
        """As it was."""
        if self.old is None:
            self.names.pop(self.name, None)
        else:
            self.names[self.name] = self.old

    def redo(self) -> None:
        """As it was made."""
        self.names[self.name] = self.new


@dataclass
class Looked:
    """What a result depends on: `files` by what they say, and `asked`, searches through all files by kind and word."""

    files: set[str] = field(default_factory=set)
    asked: set[tuple[str, str]] = field(default_factory=set)

    def add(self, other: Looked) -> None:
        """And what another depends on."""
        self.files |= other.files
        self.asked |= other.asked


@dataclass(frozen=True, eq=False)
class Loaded:
    """What the body of the module `path` leaves behind, and the bodies that only it has run: those that import it in a circle.
    `needs` are all others that were run for it, in order; `before` is what it changed of theirs, as it was."""

    path: str
    needs: tuple[Loaded, ...]
    scopes: Mapping[str, Scope]
    base: Mapping[int, HeapObject]
    before: Mapping[int, HeapObject]
    changes: tuple[Change, ...]
    sites: Mapping[Place, Invocation]
    registered: tuple[Registered, ...]
    methods: Mapping[str, tuple[tuple[Cls, Function], ...]]
    import_events: Mapping[str, list[Event]]
    mounted: Mapping[Place, Mounted]
    buffers: Mapping[Place, frozenset[Place]]
    minted: Mapping[Place, frozenset[Retry]]
    classes: frozenset[str]
    looked: Looked


class World:
    """The modules that one run has loaded, with all that their bodies have made."""

    def __init__(self, searched: dict[tuple[str, str], tuple[tuple[str, ...], Any]]) -> None:
        self._searched = searched
        self.scopes: dict[str, Scope] = {}
        self.base: dict[int, HeapObject] = {}
        self.sites: dict[Place, Invocation] = {}
        self.registered: list[Registered] = []
        self.import_events: dict[str, list[Event]] = {}
        self.mounted: dict[Place, Mounted] = {}
        self.buffers: dict[Place, frozenset[Place]] = {}
        self.minted: dict[Place, frozenset[Retry]] = {}
        self.classes: set[str] = set()
        self.looked = Looked()
        self.loading: set[str] = set()
        self.undo: list[Change] = []
        self._taken: dict[Loaded, None] = {}
        self._owner: dict[str, Loaded] = {}
        self._made: dict[int, HeapObject] = {}
        self._before: dict[int, HeapObject] = {}
        self._changes: list[Change] = []
        self._methods: dict[str, list[tuple[Cls, Function]]] = {}

    # --- what a body does ---

    def keep(self, heap: Mapping[int, HeapObject]) -> None:
        """What a body has made so far, and what it has changed of others, outlives it."""
        for key, obj in heap.items():
            old = self.base.get(key)
            if old is obj:
                continue
            if old is not None and key not in self._made:
                self._before[key] = old
            self.base[key] = self._made[key] = obj

    def change(self, names: dict[str, Value], name: str, value: Value) -> None:
        """Set a name for as long as this world is there."""
        change = Change(names, name, names.get(name), value)
        self.undo.append(change)
        self._changes.append(change)
        change.redo()

    def define(self, cls: Cls, function: Function) -> None:
        """A class has this method."""
        self._methods.setdefault(function.name, []).append((cls, function))

    def methods(self, name: str) -> list[tuple[Cls, Function]]:
        """The methods of this name, with their classes, in the order in which they were defined."""
        found = [one for loaded in self._taken for one in loaded.methods.get(name, ())]
        return found + self._methods.get(name, [])

    def search(self, kind: str, word: str, work: Callable[[], tuple[tuple[str, ...], S]]) -> S:
        """What a search through the program finds, and the files that it looked into: made once for all worlds."""
        key = kind, word
        if key not in self._searched:
            self._searched[key] = work()
        looked, found = self._searched[key]
        if kind != FILE:
            self.looked.asked.add(key)
        self.looked.files.update(looked)
        return cast(S, found)

    # --- what is loaded ---

    def fits(self, loaded: Loaded) -> bool:
        """Whether all of it may be taken as it is: nothing is here in another form, and nothing that it changes is another."""
        objects: dict[int, HeapObject] = {}
        names: dict[tuple[int, str], Value | None] = {}
        for one in self._missing(loaded):
            if any(path in self.scopes for path in one.scopes):
                return False
            if any(objects.get(key, self.base.get(key)) is not old for key, old in one.before.items()):
                return False
            for change in one.changes:
                where = id(change.names), change.name
                if names.get(where, change.names.get(change.name)) is not change.old:
                    return False
                names[where] = change.new
            objects.update(one.base)
        return True

    def take(self, loaded: Loaded) -> None:
        """Go on as if the bodies had been run here."""
        for one in list(self._missing(loaded)):
            self._taken[one] = None
            self._owner.update(dict.fromkeys(one.scopes, one))
            self.scopes.update(one.scopes)
            self.base.update(one.base)
            self.sites.update(one.sites)
            self.registered += one.registered
            self.import_events.update(one.import_events)
            for place, mounted in one.mounted.items():
                known = self.mounted.get(place, ())
                self.mounted[place] = (*known, *(retry for retry in mounted if retry not in known))
            for place, loops in one.buffers.items():
                self.buffers[place] = self.buffers.get(place, loops) & loops
            for place, retries in one.minted.items():
                self.minted[place] = self.minted.get(place, frozenset()) | retries
            self.classes |= one.classes
            for change in one.changes:
                self.undo.append(change)
                change.redo()

    def _missing(self, loaded: Loaded) -> Iterator[Loaded]:
        return (one for one in (*loaded.needs, loaded) if one not in self._taken)

    def result(self, path: str) -> Loaded:
        """What was made here beyond what was taken."""
        taken = list(self._taken)
        given = {id(one) for loaded in taken for one in loaded.registered}
        return Loaded(
            path, tuple(taken), {p: s for p, s in self.scopes.items() if p not in self._owner}, self._made, self._before,
            tuple(self._changes), _beyond(self.sites, [one.sites for one in taken]),
            tuple(one for one in self.registered if id(one) not in given),
            {name: tuple(found) for name, found in self._methods.items()},
            {p: events for p, events in self.import_events.items() if p not in self._owner},
            _beyond(self.mounted, [one.mounted for one in taken]), _beyond(self.buffers, [one.buffers for one in taken]),
            _beyond(self.minted, [one.minted for one in taken]), frozenset(self.classes), self.looked,
        )  # fmt: skip

    def all_looked(self) -> Looked:
        """What this world depends on."""
        found = Looked(set(self.looked.files), set(self.looked.asked))
        for one in self._taken:
            found.add(one.looked)
        return found

    # --- one world at a time ---

    def suspend(self) -> None:
        """What was changed is as it was, until `resume`."""
        for change in reversed(self.undo):
            change.undo()

    def resume(self) -> None:
        """The changes are there again."""
        for change in self.undo:
            change.redo()

    def leave(self) -> None:
        """Nothing of what was changed is left."""
        self.suspend()
        self.undo.clear()


def _beyond(mine: Mapping[Place, V], given: list[Mapping[Place, V]]) -> dict[Place, V]:
    """The entries that were not taken as they are."""
    if not mine:
        return {}
    known: dict[Place, V] = {}
    for one in given:
        known.update(one)
    return {place: value for place, value in mine.items() if known.get(place) is not value}
