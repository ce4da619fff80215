"""Whole reports, kept with everything they were made from: where nothing has changed, nothing is analysed again.

A report depends on what was asked, on the settings, on lintdem and its rules, and on the files that were read, found or
missed. The first three are in the key of an entry; the files are compared with what the entry says of them. A file whose size,
times and number are the same is taken for the same, as git does; another one is read and compared by content.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path

import msgspec

from lintdem import __version__
from lintdem.cache import Cache
from lintdem.discover import Found, inside
from lintdem.files import read_in_place
from lintdem.model.finding import Report

_RACY = 2_000_000_000
"""Nanoseconds: what was written so shortly before it was read may change again without its time showing it."""


class Seen(msgspec.Struct, frozen=True, array_like=True):
    """A file as it was read. `stamp` is its size, its times of change in nanoseconds and its number; None is never trusted."""

    digest: bytes
    stamp: tuple[int, int, int, int] | None


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """A report and what it was made from: a digest of what was found, the files, and those that templates name and nobody
    has; `notes` is what the user was told beside it."""

    found: bytes
    files: dict[str, Seen]
    missing: tuple[str, ...]
    notes: tuple[str, ...]
    report: Report


class Reading:
    """What a run reads, as it reads it; not `whole` when something could not be read."""

    def __init__(self, read: Callable[[Path], bytes]) -> None:
        self._read = read
        self.files: dict[str, Seen] = {}
        self.missing: set[str] = set()
        self.whole = True

    def read(self, path: str, file: Path) -> bytes:
        """The bytes of a file, whose stamp is taken first: what changes meanwhile is then seen as changed."""
        status = file.stat()
        data = self._read(file)
        self.files[path] = Seen(_digest(data), stamp_of(status))
        return data


class Recall:
    """The report of one request, as it was kept last time."""

    def __init__(self, cache: Cache, root: Path, asked: Iterable[object]) -> None:
        self._cache = cache
        self._root = root
        text = "\0".join((__version__, sys.version, root.as_posix(), *map(repr, asked)))
        self._key = _digest(text.encode(errors="surrogatepass"))

    def find(self, found: Found) -> Kept | None:
        """What was kept, if everything is as it was."""
        data = self._cache.read(self._key)
        try:
            kept = msgspec.msgpack.decode(data, type=Kept) if data is not None else None
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return None
        if kept is None or kept.found != _names(found) or any(inside(self._root, path) for path in kept.missing):
            return None
        files = {path: self._as_is(path, seen) for path, seen in kept.files.items()}
        if any(seen is None for seen in files.values()):
            return None
        if files != kept.files:
            self._write(msgspec.structs.replace(kept, files=files))
        return kept

    def keep(self, found: Found, reading: Reading, report: Report, notes: Iterable[str]) -> None:
        """Keep a report for the next run."""
        self._write(Kept(_names(found), reading.files, tuple(sorted(reading.missing)), tuple(notes), report))

    def _as_is(self, path: str, seen: Seen) -> Seen | None:
        """The file as it is now, None when it is another one."""
        file = self._root / path
        try:
            stamp = stamp_of(file.stat())
            if stamp is not None and stamp == seen.stamp:
                return seen
            return Seen(seen.digest, stamp) if _digest(read_in_place(file)) == seen.digest else None
        except OSError:
            return None

    def _write(self, kept: Kept) -> None:
        try:
            self._cache.write(self._key, msgspec.msgpack.encode(kept))
        except (UnicodeEncodeError, ValueError, RecursionError):
            return  # a text that no encoding holds


def folders_of(pack: str) -> list[Path]:
    """The folders of an installed package."""
    spec = find_spec(pack)
    return [Path(folder) for folder in spec.submodule_search_locations or ()] if spec is not None else []


def installation(packs: Iterable[str]) -> bytes:
    """A digest of the code of lintdem and of these packages by its names, sizes and times, and of what is installed beside it:
    another version of a library may read a file in another way."""
    stamps = [f"{folder}:{_times(folder)}" for folder in (Path(msgspec.__file__).parent.parent,)]
    for package in (Path(__file__).parent, *(folder for pack in packs for folder in folders_of(pack))):
        waiting = [os.fspath(package)]
        while waiting:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.name == "__pycache__":
                        continue
                    if entry.is_dir():
                        waiting.append(entry.path)
                    else:
                        status = entry.stat()
                        stamps.append(f"{entry.path}:{status.st_size}:{status.st_mtime_ns}")
    return _digest("\0".join(sorted(stamps)).encode(errors="surrogateescape"))


def _times(folder: Path) -> int:
    try:
        return folder.stat().st_mtime_ns
    except OSError:
        return 0


def _names(found: Found) -> bytes:
    only = sorted(found.only) if found.only is not None else None
    told = (found.python, found.candidates, only, found.problems, found.notes)
    return _digest(repr(told).encode(errors="surrogatepass"))


def stamp_of(status: os.stat_result) -> tuple[int, int, int, int] | None:
    """What tells a file from another by its place; None when it may change again without that telling."""
    newest = max(status.st_mtime_ns, status.st_ctime_ns)
    if newest > time.time_ns() - _RACY:
        return None
    return (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


def _digest(data: bytes) -> bytes:
    return blake2b(data, digest_size=20).digest()
