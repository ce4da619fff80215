"""Runs of handlers, kept on the disk with what they depend on: when one file has changed, only handlers that depend on it are run.

An entry is found by what a run takes of its handler, which files there are, what the settings declare, and lintdem's own code; it
holds digests of the files that the run looked into. It is read with a list of the classes that may be in it, so that whoever
can write into a shared cache can put wrong values there, as with any entry, but nothing that is executed.
"""

from __future__ import annotations

import io
import os
import pickle
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import is_dataclass, replace
from enum import Enum
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from lintdem.analyses.runs import Present, own
from lintdem.cache import Cache
from lintdem.interpreter.engine import Run
from lintdem.interpreter.worlds import Looked
from lintdem.model import codec
from lintdem.model.finding import Fix
from lintdem.model.module import Module
from lintdem.model.remedy import Remedy
from lintdem.program import Handler
from lintdem.program.glances import Glance, glance_of, tell
from lintdem.program.modules import FILES
from lintdem.recall import installation
from lintdem.syntax import Fixer
from lintdem.workers import packed

if TYPE_CHECKING:
    from lintdem.syntax.editing import Editor

_DIGEST = 20
_PLACES = ("lintdem.interpreter.", "lintdem.model.", "lintdem.program.", "lintdem.knowledge.")
_BUILTINS = frozenset({"frozenset", "set"})
_REBUILD = ("msgspec._utils", "rebuild")
"""How msgspec names what makes a struct with fields that are given by name."""
Entry = tuple[Run, dict[str, bytes], dict[tuple[str, str], tuple[str, ...]]]


class KeptRuns:
    """The runs of one workspace in a cache; `code` tells one lintdem from another."""

    def __init__(self, cache: Cache, code: bytes) -> None:
        self._cache, self._code = cache, code
        self._digests: dict[str, bytes] = {}
        self._shape: tuple[Present, bytes] | None = None

    def find(self, now: Present, handler: Handler) -> Run | None:
        """The run of a handler, where it may serve again."""
        found = self.found(now, handler)
        return found[0] if found is not None else None

    def found(self, now: Present, handler: Handler) -> tuple[Run, Looked] | None:
        """The same, with what it depends on."""
        data = self._cache.read(self._key(now, handler))
        entry = _read(data) if data is not None else None
        if entry is None:
            return None
        run, files, asked = entry
        if any(self._digest(now, path) != was for path, was in files.items()):
            return None
        if any(now.answer(key) != found for key, found in asked.items()):
            return None
        now.program.modules.prepare(files)  # what is wrong with them is told, as if they had been looked into
        return replace(run, handler=handler), Looked(set(files), set(asked))

    def keep(self, now: Present, run: Run, looked: Looked) -> None:
        """Keep a run for the next time."""
        files = {path: self._digest(now, path) for path in looked.files}
        try:
            data = packed((run, files, {key: now.answer(key) for key in looked.asked}))
        except (pickle.PicklingError, RecursionError, ValueError, TypeError):
            return
        self._cache.write(self._key(now, run.handler), _hash(data) + data)

    def keep_only(self, handlers: Iterable[Handler]) -> None:
        """The cache has its own bound."""

    def _key(self, now: Present, handler: Handler) -> bytes:
        if self._shape is None or self._shape[0] is not now:
            paths, roots, declared = now.shape
            self._shape = now, _hash(repr((sorted(paths), roots, declared)).encode(errors="surrogatepass"))
        return _hash(b"run" + self._code + self._shape[1] + repr(own(handler)).encode(errors="surrogatepass"))

    def _digest(self, now: Present, path: str) -> bytes:
        if path not in self._digests:
            content = now.program.modules.content(path)
            data = codec.encode(content) if isinstance(content, Module) else b"-" if content is None else b"+" + content
            self._digests[path] = _hash(data)
        return self._digests[path]


def kept_runs(cache: Cache | None) -> KeptRuns | None:
    """The runs in a cache, where there is one, of the code that runs now."""
    return KeptRuns(cache, installation([Path(__file__).parent])) if cache is not None else None


_known: dict[tuple[str, str], Any] = {}


@contextmanager
def kept_glances(cache: Cache | None, root: Path, files: Iterable[bytes]) -> Iterator[None]:
    """While this is open, what the bytes of files tell is known where it was known before; behind it what is new is kept. Where
    the files are more than are remembered at a time, nothing is."""
    by_digest: dict[bytes, list[bytes]] = {}
    for data in files:
        by_digest.setdefault(_hash(data), []).append(data)
    if cache is None or len(by_digest) > FILES:
        yield
        return
    key = _hash(b"glances" + installation([Path(__file__).parent]) + os.fsencode(root))
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


def kept_fixer(cache: Cache | None) -> Callable[..., Fixer]:
    """What makes fixes, with what is kept where there is a cache."""
    if cache is None:
        return Fixer

    def made(*about: Any) -> Fixer:
        fixer = KeptFixer(*about)
        fixer.cache, fixer.code = cache, installation([Path(__file__).parent])
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


def _read(data: bytes) -> Entry | None:
    if data[:_DIGEST] != _hash(data[_DIGEST:]):
        return None
    try:
        run, files, asked = _Unpacker(io.BytesIO(data[_DIGEST:])).load()
    except Exception:  # whatever is wrong with it, it is made anew
        return None
    return (run, files, asked) if isinstance(run, Run) and isinstance(files, dict) and isinstance(asked, dict) else None


def _hash(data: bytes) -> bytes:
    return blake2b(data, digest_size=_DIGEST).digest()
