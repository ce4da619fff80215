"""Which handlers may have a say in what is found in some files, told before the others are run.

A handler says something of a file where its run leads into it. Whether it may is told from bytes: by imports, and by what a run
searches the program for. What is found there may also hang on handlers that never come there: on who writes the same table,
invokes the function or is invoked, keeps records in the same store. Those are known by the names that they must mention. All of
this errs on the side of too many, but for a name that is put together of parts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import cached_property

from lintdem.analyses.asked import EVERY
from lintdem.analyses.cases import Case, Kind
from lintdem.analyses.facts import Facts
from lintdem.analyses.tablewrites import homes_of, store_of
from lintdem.analyses.weakguards.powertools import claims
from lintdem.analyses.weakguards.unscoped import by_claim
from lintdem.interpreter.altering import replace
from lintdem.interpreter.deployed import names_of, own_function
from lintdem.interpreter.domain import Claim, Env, Known, Made, Value
from lintdem.interpreter.engine import Run
from lintdem.interpreter.gaps import UNREAD
from lintdem.interpreter.trace import Gap
from lintdem.model.span import Place
from lintdem.program import Handler, Program
from lintdem.program.modules import is_encoded, outlined
from lintdem.program.reaching import leads_of

_CHOSEN = (b"import_module", b"__import__")
"""Words of code that chooses what it imports when it runs."""
_OPEN = (b"Protocol", b"ABC", b"abstract", b"NotImplementedError")
"""Words of classes whose methods are looked for in others."""
_INVOKE = b"invoke"


class Nearby:
    """The handlers of a program that may have a say in what is found in the files at some paths, by their numbers."""

    def __init__(self, program: Program, paths: Collection[str]) -> None:
        self._program, self._paths = program, frozenset(paths)
        self._leads: dict[str, frozenset[str]] = {}
        self._reached: dict[str, frozenset[str]] = {}
        self._said: dict[bytes, frozenset[str]] = {}

    @cached_property
    def start(self) -> frozenset[int]:
        """Those that may come there, and those of which that cannot be told."""
        found = set(self._reaching(self._paths))
        for number, handler in enumerate(self._program.handlers):
            if self._mentions(handler, *_CHOSEN) or not self._blind.isdisjoint(self._reach(handler.path)):
                found.add(number)
        return frozenset(found)

    @cached_property
    def _blind(self) -> frozenset[str]:
        """What cannot be read as it stands: code inside of templates, files in another encoding."""
        contents = ((path, self._program.modules.content(path)) for path in self._program.modules)
        return frozenset(path for path, data in contents if not isinstance(data, bytes) or is_encoded(data))

    def part(self, chosen: Collection[int]) -> Program:
        """The program with these handlers only."""
        return replace(self._program, handlers=tuple(one for at, one in enumerate(self._program.handlers) if at in chosen))

    def more(self, facts: Facts) -> frozenset[int] | None:
        """Those that may change what the chosen ones have been told so far; None when any may."""
        handlers, found = facts.handlers, set[int]()
        for name, key in facts.answers.looked:
            if key is EVERY:
                return None
            found |= self._sharing(name, key)
        for judged in handlers:
            for case in judged.cases:
                found |= self._around(case)
            for claim in (*(one for _, one in by_claim(judged.cases)), *(guard.claim for guard in claims(judged.run))):
                found |= self._keeping(claim, judged.run)
            for event in judged.run.events:
                if isinstance(event, Gap) and event.place.path in self._paths:
                    found |= self._as_blind(event)
        return frozenset(found)

    # --- who comes where ---

    def _reaching(self, paths: Collection[str]) -> Iterator[int]:
        return (at for at, one in enumerate(self._program.handlers) if not self._reach(one.path).isdisjoint(paths))

    def _reach(self, start: str) -> frozenset[str]:
        """The files that a run which starts in one may lead into."""
        if start not in self._reached:
            seen, waiting = {start}, [start]
            while waiting:
                found = self._next(waiting.pop()) - seen
                seen |= found
                waiting += found
            self._reached[start] = frozenset(seen)
        return self._reached[start]

    def _next(self, path: str) -> frozenset[str]:
        if path not in self._leads:
            modules = self._program.modules
            data = modules.bytes_of(path)
            found = set(leads_of(self._program.imports, path, data))
            if any(word in data for word in _OPEN):
                for name in outlined(data)[0]:
                    found.update(modules.outline.bases.get(name, ()))
                    found.update(modules.outline.definitions.get(name, ()) if _OPEN[0] in data else ())
            self._leads[path] = frozenset(found)
        return self._leads[path]

    def _mentions(self, handler: Handler, *words: bytes) -> bool:
        """Whether any of these words stands in what a run of a handler may lead into."""
        return any(not self._saying(word).isdisjoint(self._reach(handler.path)) for word in words)

    def _saying(self, word: bytes) -> frozenset[str]:
        if word not in self._said:
            modules = self._program.modules
            self._said[word] = frozenset(path for path in modules if word in modules.bytes_of(path))
        return self._said[word]

    def _mentioning(self, words: Iterable[str]) -> set[int]:
        told = [word.encode(errors="surrogatepass") for word in words]
        return {at for at, one in enumerate(self._program.handlers) if self._mentions(one, *told)} if told else set()

    # --- what handlers have in common ---

    def _sharing(self, name: str, key: object) -> set[int]:
        """Who may make something else of what is common to handlers."""
        handlers = self._program.handlers
        if name == "called" and isinstance(key, Place):
            named = self._mentioning(names_of(key, self._program))
            return {at for at in named if self._mentions(handlers[at], _INVOKE)}
        if name == "quiet":
            own = ((at, own_function(one, self._program)) for at, one in enumerate(handlers))
            return {at for at, function in own if function is not None and function.place == key}
        if name == "resources":
            return {at for at, one in enumerate(handlers) if one.resource == key}
        if isinstance(key, Place):
            return self._mentioning(names_of(key, self._program))
        if isinstance(key, tuple):
            value, home = key
            return {at for at in self._mentioning(_words(value)) if home in homes_of(handlers[at], self._program)}
        return set()

    def _keeping(self, claim: Claim, run: Run) -> set[int]:
        """Who may keep records in the same store as a guard in one of the files."""
        if (claim.key_place or claim.place).path not in self._paths:
            return set()
        if not isinstance(claim.store, Made):
            return self._sharing("", store_of(claim.store, run, self._program))
        words = [word for _, value in claim.store.args for word in _words(value)]
        place = claim.store.place
        return self._mentioning(words) | (set(self._reaching([place.path])) if place is not None else set())

    def _around(self, case: Case) -> set[int]:
        """Who has a say at the call of an effect that may be told elsewhere: in one of the files."""
        places = [case.cover.place, case.key_place, case.harm.key.place if case.harm.key is not None else None]
        if case.cover.claim is not None:
            places += [case.cover.claim.place, case.cover.claim.key_place]
        away = case.effect.place.path not in self._paths
        told = case.kind is not Kind.NOTHING and any(one is not None and one.path in self._paths for one in places)
        return set(self._reaching([case.effect.place.path])) if away and told else set()

    def _as_blind(self, gap: Gap) -> set[int]:
        """Who meets the same that is not understood, which is told once."""
        if gap.cause is not None:
            return set(self._reaching([gap.cause.path]))
        package = gap.reason.removeprefix(UNREAD).partition(" ")[0].partition(".")[0]
        return self._mentioning([package]) if gap.reason.startswith(UNREAD) else set()


def _words(value: Value | None) -> Iterator[str]:
    if isinstance(value, Known) and isinstance(value.value, str):
        yield value.value.replace(":", "/").rpartition("/")[2]
    elif isinstance(value, Env):
        yield value.name
