"""The modules of a program, each made of its file when somebody first asks for it.

Most files of a repository are never asked for: tests, scripts, services that run elsewhere. What has to look at every file
says which words it looks for, and only files that hold them are made into modules; what is found in those is then
looked at as it would be in all. So nothing depends on which modules were there before.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from lintdem.model.module import Module
from lintdem.program.imports import is_test
from lintdem.program.noting import Noted, Words
from lintdem.program.remembering import remembered
from lintdem.regexes import late

DERIVING, DEFINING, FILLING, FILE = "deriving", "defining", "filling", "file"
"""What is searched for: classes with a base of a name, definitions of a name, attributes that are filled; and one file."""
Lower = Callable[[Sequence[str]], Iterable[tuple[str, Module]]]
"""Makes modules of the files at these paths."""
Ready = Callable[[str], bool]
"""Whether the module of a file is known to be had at once, and to have no problems: then it is made when it is looked into."""

_DEFINITION = late(rb"[\n;:][ \t\f]*(?:async[ \t\f\\\n]+)?(?:def|class)[ \t\f\\\n]+([^\s(:\[\\]+)")
_CLASS = late(rb"[\n;:][ \t\f]*class[ \t\f\\\n]+[^\s(:\[\\]+[ \t\f\\\n]*[(\[]")
_END_OF_BASES = late(rb"\)\s*:")
_LONGEST = 4_000
"""So many bytes of bases are looked at, so that a file without an end to them is not read again for each class."""
_WORD = late(rb"[^\W\d][\w\x80-\xff]*")
_OPENED = late(rb"\.\s*([\w\x80-\xff]+)(?=[\s)]*[.\[])")
FILES = 2048
"""So many files are remembered: a server looks at the same ones again and again."""
_ENCODED = late(
    rb"\A(?:[^\r\n]*[\r\n]+)?[^\r\n]*coding[:=](?![ \t]*(?:utf-?8|latin|ascii|us-ascii|iso-?8859))", re.IGNORECASE
)


class Modules(Mapping[str, Module]):
    """Modules by path, in the order of their paths: of the files `sources` by means of `lower`, and those `given`."""

    def __init__(
        self, sources: Mapping[str, bytes], lower: Lower, given: Iterable[Module] = (), ready: Ready = lambda path: False
    ) -> None:
        self.given = tuple(given)
        self._sources = {path: data for path, data in sources.items() if not is_encoded(data)}
        self._encoded = {path: data for path, data in sources.items() if path not in self._sources}
        self._lower, self._ready = lower, ready
        self._made: dict[str, Module] = {}
        self._asked: set[str] = set()
        self._at = {module.path: module for module in self.given}
        self._paths = tuple(sorted({*sources, *self._at}))
        self.noting: list[Noted] = []
        """Who is told what is asked here, beside which files there are."""

    def __getitem__(self, path: str) -> Module:
        for noted in self.noting:
            noted.files.add(path)
        if path in self._at:
            return self._at[path]
        if path not in self._made:
            if path not in self._sources and path not in self._encoded:
                raise KeyError(path)
            self._made.update(self._lower([path]))
        return self._made[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)

    def __contains__(self, path: object) -> bool:
        return path in self._at or path in self._sources or path in self._encoded

    def prepare(self, paths: Iterable[str]) -> None:
        """These modules are asked for: make them now, together, but for those that can be had at once when they are needed."""
        wanted = [path for path in set(paths) if path not in self._made and path not in self._asked and path not in self._at]
        ready = {path for path in wanted if self._ready(path)}
        self._asked |= ready
        missing = sorted(path for path in wanted if path not in ready)
        if missing:
            self._made.update(self._lower(missing))

    def beside(self, given: Iterable[Module]) -> Modules:
        """These modules and others."""
        other = Modules({}, self._lower, (*self.given, *given), self._ready)
        other._sources, other._encoded, other._made, other._asked = self._sources, self._encoded, self._made, self._asked
        other._paths = tuple(sorted({*self._paths, *other._at}))
        if "outline" in self.__dict__:
            other.__dict__["outline"] = self.outline
        return other

    @property
    def made(self) -> tuple[Module, ...]:
        """The modules that somebody has asked for, in the order of their paths, without some that have no problems."""
        return tuple(self._made[path] for path in sorted(self._made))

    def is_unread(self, path: str) -> bool:
        """Whether a file could not be parsed: perhaps for want of time, and the next time it can."""
        module = self._at.get(path) or self._made.get(path)
        return module is not None and any(problem.code == "LDM901" for problem in module.problems)

    @property
    def sources(self) -> Mapping[str, bytes]:
        """The files that nobody has asked for."""
        return {path: data for path, data in self._sources.items() if path not in self._made and path not in self._asked}

    def content(self, path: str) -> bytes | Module | None:
        """What a module is made from: the bytes of its file, or what was given; None where there is none. It is not noted."""
        return self._at[path] if path in self._at else self._sources.get(path, self._encoded.get(path))

    def bytes_of(self, path: str) -> bytes:
        """The bytes of a file, where they can be read as they stand."""
        for noted in self.noting:
            noted.files.add(path)
        return self._sources.get(path, b"")

    def where(
        self, text: Callable[[bytes], object], paths: Callable[[str], bool] | None = None, also: Collection[str] = ()
    ) -> Iterator[tuple[str, Module]]:
        """The modules whose bytes pass a test, and those at the paths `also`; only of `paths` when that is given. What has no
        bytes, or bytes that are not to be read as they stand, is always among them."""
        return ((path, self[path]) for path in self.among(text, paths, also))

    def among(
        self, text: Callable[[bytes], object], paths: Callable[[str], bool] | None = None, also: Collection[str] = ()
    ) -> Iterator[str]:
        """The paths of those modules."""
        for noted in self.noting:
            noted.tests.append((text, paths))
        return self._passing(text, paths, also)

    def _passing(
        self, text: Callable[[bytes], object], paths: Callable[[str], bool] | None = None, also: Collection[str] = ()
    ) -> Iterator[str]:
        for path in self._paths:
            if paths is None or paths(path):
                data = self._sources.get(path)
                if data is None or path in also or text(data):
                    yield path

    def mentioning(self, *words: str, every: bool = True, tests: bool = True) -> Iterator[tuple[str, Module]]:
        """The modules that hold all of these words, or any of them where not `every` one is asked for; without those of
        tests where they do not count."""
        wanted = Words(tuple(word.encode() for word in words), every, tests)
        for noted in self.noting:
            noted.words.add(wanted)
        return ((path, self[path]) for path in self.holding(wanted))

    def holding(self, words: Words) -> Iterator[str]:
        """The paths of those modules. It is not noted."""
        return self._passing(words.holds, words.counts)

    def defining(self, name: str) -> Iterator[tuple[str, Module]]:
        """The modules that may define a function or a class of this name, those that are there already first."""
        for noted in self.noting:
            noted.searches.add((DEFINING, name))
        paths = [*self._unread, *self.outline.definitions.get(name.encode(), ())]
        for path in sorted(paths, key=lambda path: (path in self._sources and path not in self._made, path)):
            yield path, self[path]

    def answer(self, kind: str, word: str) -> list[str]:
        """The paths of the modules that a search of this kind finds, so that it can be asked again of another program."""
        if kind == DERIVING:
            return sorted({*self._unread, *self.outline.bases.get(word.encode(), ())})
        if kind == DEFINING:
            return sorted({*self._unread, *self.outline.definitions.get(word.encode(), ())})
        return sorted(path for path in {*self._unread, *self.outline.filled.get(word.encode(), ())} if not is_test(path))

    @cached_property
    def _unread(self) -> tuple[str, ...]:
        return (*self._at, *self._encoded)

    @cached_property
    def outline(self) -> Outline:
        """What the lines of all files define."""
        return Outline(self._sources)


class Outline:
    """The paths of files by the names of what they define, by the words among the bases of their classes, and by the attributes
    that they may fill."""

    def __init__(self, sources: Mapping[str, bytes]) -> None:
        self._sources = sources
        self.definitions: dict[bytes, list[str]] = {}
        self.bases: dict[bytes, list[str]] = {}
        for path in sorted(sources):
            names, words = outlined(sources[path])
            for name in names:
                self.definitions.setdefault(name, []).append(path)
            for word in words:
                self.bases.setdefault(word, []).append(path)

    @cached_property
    def filled(self) -> dict[bytes, list[str]]:
        """The paths by the attributes of which something is taken or called."""
        found: dict[bytes, list[str]] = {}
        for path in sorted(self._sources):
            for word in opened(self._sources[path]):
                found.setdefault(word, []).append(path)
        return found


@remembered(FILES, files=True)
def outlined(source: bytes) -> tuple[frozenset[bytes], frozenset[bytes]]:
    """What a file defines, and the words among the bases of its classes."""
    data = b"\n" + source.replace(b"\r", b"\n")
    return frozenset(_DEFINITION.findall(data)), frozenset(_bases(data))


@remembered(FILES, files=True)
def opened(source: bytes) -> frozenset[bytes]:
    """The attributes of which something is taken or called in a file."""
    return frozenset(_OPENED.findall(source))


def is_found(kind: str, word: str, path: str, content: bytes | Module | None) -> bool:
    """Whether a search of this kind finds a file with this content."""
    if kind == FILLING and is_test(path):
        return False
    if not isinstance(content, bytes) or is_encoded(content):
        return True
    name = word.encode()
    if kind == FILLING:
        return name in opened(content)
    definitions, bases = outlined(content)
    return name in (bases if kind == DERIVING else definitions)


def _bases(data: bytes) -> Iterator[bytes]:
    for match in _CLASS.finditer(data):
        last = match.end() + _LONGEST
        end = _END_OF_BASES.search(data, match.end(), last)
        yield from _WORD.findall(data, match.end(), end.start() if end else last)


def is_encoded(data: bytes) -> bool:
    """Whether the words of a file cannot be looked for in its bytes."""
    return data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data[:400] or bool(_ENCODED.match(data[:1000]))


def of(modules: Iterable[Module]) -> Modules:
    """Modules that are there already."""
    return Modules({}, lambda paths: (), modules)
