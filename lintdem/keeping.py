"""Runs of handlers, and what is answered about them, kept on the disk with what they depend on: when one file has changed, only
handlers that depend on it are run and asked.

An entry is found by what a run takes of its handler, which files there are, what the settings declare, and the code of lintdem and
its rules; it holds digests of the files that the run looked into, and, for the answers, all that they depend on beside the run.
It is read with a list of the classes that may be in it, so that whoever can write into a shared cache can put wrong values there,
as with any entry, but nothing that is executed.
"""

from __future__ import annotations

import io
import os
import pickle
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import is_dataclass
from enum import Enum
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from lintdem.analyses.asked import Asked
from lintdem.analyses.cdk.cdk_kept import Applications
from lintdem.analyses.runs import Present, own
from lintdem.cache import Cache
from lintdem.deploy import read_stacks
from lintdem.interpreter.engine import Run
from lintdem.interpreter.sql.clauses import Statement
from lintdem.interpreter.sql.parsed import TEXTS
from lintdem.interpreter.worlds import Looked
from lintdem.model import codec
from lintdem.model.finding import Fix
from lintdem.model.module import Module
from lintdem.model.remedy import Remedy
from lintdem.model.stack import Stack
from lintdem.program import Handler, Program
from lintdem.program.glances import Glance, glance_of, tell
from lintdem.program.modules import FILES
from lintdem.program.noting import Noted, Words
from lintdem.syntax import Fixer
from lintdem.workers import packed

if TYPE_CHECKING:
    from lintdem.syntax.editing import Editor

_DIGEST = 20
_PLACES = ("lintdem.interpreter.", "lintdem.model.", "lintdem.program.", "lintdem.knowledge.", "lintdem.analyses.")
_BUILTINS = frozenset({"frozenset", "set"})
_TEXTS = 5_000
"""So many texts in SQL are kept, those that were met last."""
_REBUILD = ("msgspec._utils", "rebuild")
"""How msgspec names what makes a struct with fields that are given by name."""


class _Entry(msgspec.Struct):
    """What is kept of one handler: its run with what that depends on, and where it was read from; the answers, when there are."""

    now: Present
    run: Run
    files: dict[str, bytes]
    asked: dict[tuple[str, str], bytes]
    rest: _Unpacker | None = None
    answers: tuple[object, object] | None = None
    is_new: bool = True


class KeptRuns:
    """The runs of one workspace in a cache, with the answers about them; `code` tells one lintdem, with its rules, from another."""

    def __init__(self, cache: Cache, code: bytes) -> None:
        self._cache, self._code = cache, code
        self.applications = Applications(cache.read, code)
        self._digests: dict[str, bytes] = {}
        self._entries: dict[tuple[object, ...], _Entry] = {}
        self._shape: tuple[Present, bytes] | None = None
        self._situation: tuple[Program, bytes] | None = None
        self._searches: dict[tuple[str, str], bytes] = {}
        self._holding: dict[Words, bytes] = {}

    def find(self, now: Present, handler: Handler) -> Run | None:
        """The run of a handler, where it may serve again."""
        found = self.found(now, handler)
        return found[0] if found is not None else None

    def found(self, now: Present, handler: Handler) -> tuple[Run, Looked] | None:
        """The same, with what it depends on."""
        data = self._cache.read(self._key(now, handler))
        entry = _read(data, now) if data is not None else None
        if entry is None or not self._holds(now, entry.files, entry.asked):
            return None
        now.program.modules.prepare(entry.files)  # what is wrong with them is told, as if they had been looked into
        if entry.run.handler != handler:  # its triggers are others
            entry.run, entry.rest = replace(entry.run, handler=handler), None
        self._entries[own(handler)] = entry
        return entry.run, Looked(set(entry.files), set(entry.asked))

    def _holds(self, now: Present, files: Mapping[str, bytes], asked: Mapping[tuple[str, str], bytes]) -> bool:
        return all(self._digest(now, path) == was for path, was in files.items()) and all(
            self._search(now, key) == found for key, found in asked.items()
        )

    def _search(self, now: Present, key: tuple[str, str]) -> bytes:
        """A digest of what a search finds, which may be all files."""
        if key not in self._searches:
            self._searches[key] = _of_paths(now.answer(key))
        return self._searches[key]

    def keep(self, now: Present, run: Run, looked: Looked) -> None:
        """Keep a run for the next time."""
        files = {path: self._digest(now, path) for path in looked.files}
        self._entries[own(run.handler)] = _Entry(now, run, files, {key: self._search(now, key) for key in looked.asked})

    def keep_only(self, handlers: Iterable[Handler]) -> None:
        """The cache has its own bound."""

    def take(self, program: Program, run: Run) -> Asked | None:
        """The answers about a run that was found, where they depend on nothing that is another."""
        entry = self._entries.get(own(run.handler))
        if entry is None or entry.run is not run or entry.rest is None or entry.now.program is not program:
            return None
        rest, entry.rest = entry.rest, None
        try:
            situation, files, searches, words, told = rest.load()
            holds = situation == self._told(program) and self._holds(entry.now, files, searches)
            if not holds or any(self._found(program, one) != found for one, found in words.items()):
                return None
            judged, settled, answers = rest.load()
        except Exception:  # whatever is wrong with it, or nothing is there: the questions are asked
            return None
        return Asked(run, judged, settled, {}, Noted(set(files), set(searches), set(words)), set(told), answers, told, is_new=False)

    def print_of(self, handler: tuple[object, ...]) -> bytes | None:
        """What tells the run of a handler from any other: all that it depends on."""
        entry = self._entries.get(handler)
        if entry is None:
            return None
        told = handler, sorted(entry.files.items()), sorted(entry.asked.items())
        return _hash(repr(told).encode(errors="surrogatepass"))

    def put(self, program: Program, asked: Asked) -> None:
        """Keep the answers about a handler."""
        entry, noted = self._entries.get(own(asked.run.handler)), asked.noted
        if entry is None or entry.run is not asked.run or any(map(program.modules.is_unread, noted.files)):
            return
        files = {path: self._digest(entry.now, path) for path in noted.files}
        searches = {key: self._search(entry.now, key) for key in noted.searches}
        words = {one: self._found(program, one) for one in noted.words}
        depends = self._told(program), files, searches, words, asked.told
        entry.answers, entry.is_new = (depends, (asked.judged, asked.settled, asked.shelved)), True

    def stacks(self, templates: Mapping[str, str]) -> Sequence[Stack]:
        """What templates say."""
        return kept_stacks(self._cache, self._code, templates)

    def flush(self) -> None:
        """Write what is new."""
        described = self.applications.written()
        if described is not None:
            self._cache.write(*described)
        for entry in self._entries.values():
            if entry.is_new:
                entry.is_new = False
                data = _packed((entry.run, entry.files, entry.asked), *(entry.answers or ()))
                if data:
                    self._cache.write(self._key(entry.now, entry.run.handler), _hash(data) + data)

    def _key(self, now: Present, handler: Handler) -> bytes:
        if self._shape is None or self._shape[0] is not now:
            paths, roots, declared = now.shape
            self._shape = now, _hash(repr((sorted(paths), roots, declared)).encode(errors="surrogatepass"))
        return _hash(b"run" + self._code + self._shape[1] + repr(own(handler)).encode(errors="surrogatepass"))

    def _told(self, program: Program) -> bytes:
        """What all answers depend on beside the files."""
        if self._situation is None or self._situation[0] is not program:
            try:
                stacks = msgspec.msgpack.encode(program.stacks)
            except UnicodeEncodeError:  # half a character, which JSON and Python can write
                stacks = repr(program.stacks).encode(errors="surrogatepass")
            self._situation = program, _hash(stacks + repr(sorted(program.retention.items())).encode(errors="surrogatepass"))
        return self._situation[1]

    def _found(self, program: Program, words: Words) -> bytes:
        if words not in self._holding:
            self._holding[words] = _of_paths(program.modules.holding(words))
        return self._holding[words]

    def _digest(self, now: Present, path: str) -> bytes:
        if path not in self._digests:
            content = now.program.modules.content(path)
            data = codec.encode(content) if isinstance(content, Module) else b"-" if content is None else b"+" + content
            self._digests[path] = _hash(data)
        return self._digests[path]


def kept_runs(cache: Cache | None, code: bytes) -> KeptRuns | None:
    """The runs in a cache, where there is one, of the code that runs now."""
    return KeptRuns(cache, code) if cache is not None else None


_known: dict[tuple[str, str], Any] = {}


@contextmanager
def kept_glances(cache: Cache | None, root: Path, files: Iterable[bytes], code: bytes) -> Iterator[None]:
    """While this is open, what the bytes of files tell is known where it was known before; behind it what is new is kept. Where
    the files are more than are remembered at a time, nothing is."""
    by_digest: dict[bytes, list[bytes]] = {}
    for data in files:
        by_digest.setdefault(_hash(data), []).append(data)
    if cache is None or len(by_digest) > FILES:
        yield
        return
    key = _hash(b"glances" + code + os.fsencode(root))
    before = _glances(cache.read(key))
    for digest, glance in before.items():
        for data in by_digest.get(digest, ()):
            tell(data, glance)
    yield
    now = {digest: glance_of(same[0]) for digest, same in by_digest.items()}
    if now != before:
        made = msgspec.msgpack.encode(list(now.items()))
        cache.write(key, _hash(made) + made)


def _glances(data: bytes | None) -> dict[bytes, Glance]:
    if data is None or data[:_DIGEST] != _hash(data[_DIGEST:]):
        return {}
    try:
        return dict(msgspec.msgpack.decode(data[_DIGEST:], type=list[tuple[bytes, Glance]]))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return {}


@contextmanager
def kept_statements(cache: Cache | None, root: Path, code: bytes) -> Iterator[None]:
    """While this is open, what was made of texts in SQL before is known; behind it what is new is kept."""
    if cache is None:
        yield
        return
    key = _hash(b"statements" + code + os.fsencode(root))
    TEXTS.begin(lambda: _statements(cache.read(key)))
    try:
        yield
    finally:
        known = list(TEXTS.end().items())[-_TEXTS:]
    with suppress(UnicodeEncodeError, ValueError, RecursionError):  # a text that no encoding holds
        made = msgspec.msgpack.encode(known)
        if known:
            cache.write(key, _hash(made) + made)


def _statements(data: bytes | None) -> dict[str, tuple[Statement, ...]]:
    if data is None or data[:_DIGEST] != _hash(data[_DIGEST:]):
        return {}
    try:
        return dict(msgspec.msgpack.decode(data[_DIGEST:], type=list[tuple[str, tuple[Statement, ...]]]))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return {}


def kept_stacks(cache: Cache | None, code: bytes, templates: Mapping[str, str]) -> Sequence[Stack]:
    """What templates say: nothing but their texts tells."""
    if cache is None or not templates:
        return read_stacks(templates)
    texts = b"".join(_hash(word.encode(errors="surrogatepass")) for one in sorted(templates.items()) for word in one)
    key = _hash(b"stacks" + code + texts)
    data = cache.read(key)
    if data is not None and data[:_DIGEST] == _hash(data[_DIGEST:]):
        with suppress(msgspec.MsgspecError, ValueError, RecursionError):  # whatever is wrong with it, it is made anew
            return msgspec.msgpack.decode(data[_DIGEST:], type=list[Stack])
    stacks = read_stacks(templates)
    with suppress(UnicodeEncodeError, ValueError, RecursionError):  # a text that no encoding holds
        made = msgspec.msgpack.encode(stacks)
        cache.write(key, _hash(made) + made)
    return stacks


class KeptFixer(Fixer):
    """Makes fixes that were not made before of the same bytes, for the same length of lines: to read a file closely enough to
    write in it takes longer than all else about a file that has changed elsewhere."""

    cache: Cache
    code: bytes
    whole = True

    def _opened(self, path: str) -> Editor | None:
        editor = super()._opened(path)
        self.whole = self.whole and editor is not None
        return editor

    def _fix(self, remedy: Remedy) -> Fix | None:
        key = self._key(remedy)
        data = self.cache.read(key)
        if data is not None and data[:_DIGEST] == _hash(data[_DIGEST:]):
            try:
                return msgspec.msgpack.decode(data[_DIGEST:], type=Fix | None)
            except (msgspec.MsgspecError, ValueError, RecursionError):
                pass  # whatever is wrong with it, it is made anew
        fix = super()._fix(remedy)
        if self.whole:  # a file that cannot be read may be so for want of time
            with suppress(UnicodeEncodeError, ValueError, RecursionError):  # a text that no encoding holds
                made = msgspec.msgpack.encode(fix)
                self.cache.write(key, _hash(made) + made)
        return fix

    def _key(self, remedy: Remedy) -> bytes:
        parts = [b"fix", self.code, repr(remedy).encode(errors="surrogatepass")]
        for path in sorted({change.place.path for change in remedy.changes}):
            data = self.read(path)
            parts.append(b"-" if data is None else b"+" + _hash(data))
            parts.append(repr(self.length(path)).encode() if path.endswith(".py") else b"")
        return _hash(b"".join(map(_hash, parts)))


def kept_fixer(cache: Cache | None, code: bytes) -> Callable[..., Fixer]:
    """What makes fixes, with what is kept where there is a cache."""
    if cache is None:
        return Fixer

    def made(*about: Any) -> Fixer:
        fixer = KeptFixer(*about)
        fixer.cache, fixer.code = cache, code
        return fixer

    return made


class _Unpacker(pickle.Unpickler):
    """Makes values of the interpreter and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _known:
            _known[module, name] = self._found(module, name)
        return _known[module, name]

    def _found(self, module: str, name: str) -> Any:
        if module == "builtins" and name in _BUILTINS:
            return super().find_class(module, name)
        if (module, name) == _REBUILD:
            return _rebuilt
        found = super().find_class(module, name) if module.startswith(_PLACES) else None
        if isinstance(found, type) and (issubclass(found, (msgspec.Struct, Enum)) or is_dataclass(found)):
            return found
        raise pickle.UnpicklingError(f"{module}.{name} is no value")


def _rebuilt(cls: type[msgspec.Struct], fields: dict[str, object]) -> msgspec.Struct:
    return cls(**fields)


def _packed(*parts: object) -> bytes | None:
    """A run and its answers as bytes, the run alone where no more can be written."""
    for many in sorted({len(parts), 1}, reverse=True):
        with suppress(pickle.PicklingError, AttributeError, RecursionError, ValueError, TypeError):
            return packed(*parts[:many])
    return None


def _read(data: bytes, now: Present) -> _Entry | None:
    if data[:_DIGEST] != _hash(data[_DIGEST:]):
        return None
    unpacker = _Unpacker(io.BytesIO(data[_DIGEST:]))
    try:
        run, files, asked = unpacker.load()
    except Exception:  # whatever is wrong with it, it is made anew
        return None
    fits = isinstance(run, Run) and isinstance(files, dict) and isinstance(asked, dict)
    return _Entry(now, run, files, asked, unpacker, is_new=False) if fits else None


def _of_paths(paths: Iterable[str]) -> bytes:
    return _hash("\0".join(paths).encode(errors="surrogatepass"))


def _hash(data: bytes) -> bytes:
    return blake2b(data, digest_size=_DIGEST).digest()
