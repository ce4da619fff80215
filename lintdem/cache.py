"""What was made once, kept: lowered modules by content, so that an unchanged file is not parsed again, and whatever else has
a key of its own.

One file per key, written whole and moved into place; whatever cannot be read back counts as absent. The key
holds the bytes, the model's schema and the version, so nothing else ever makes an entry wrong: neither
configuration nor rules reach it.
"""

from __future__ import annotations

import os
import re
import tempfile
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

import msgspec

from lintdem import __version__
from lintdem.model.codec import decode, encode
from lintdem.model.module import SCHEMA, Module
from lintdem.regexes import late

FOLDER = ".lintdem_cache"
MAX_BYTES = 256_000_000
_SALT = f"lintdem {__version__} model {SCHEMA}".encode()
_MARRED = b"\0with problems\0"
"""Before the bytes of a file whose module has problems: the others are told by their name alone."""
_UNFINISHED = ".new-"
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_TAG = "CACHEDIR.TAG"
_MARKS = {".gitignore": "*\n", _TAG: "Signature: 8a477f597d28d172789f06886806bc55\n# A cache of lintdem; see https://bford.info/cachedir/\n"}
"""What keeps a cache out of version control and of backups."""
_SECRET = 32
_SHELF = late(r"[0-9a-f]{2}")
_ENTRY = late(rf"[0-9a-f]{{38}}|{re.escape(_UNFINISHED)}.+")


class Cache:
    """A folder of encoded modules. `trouble` says why nothing can be kept there, None while all is well. Whoever does not know
    `secret` can put nothing there that is read: a folder inside of a project comes with the project."""

    def __init__(self, folder: Path, max_bytes: int = MAX_BYTES, secret: bytes = b"") -> None:
        self._folder = folder
        self._salt = blake2b(_SALT, key=secret[:64], digest_size=32).digest()
        self._max_bytes = max_bytes
        self._written = 0
        self._pruned = 0
        self._shelves: set[str] = set()
        self.trouble: str | None = None

    def load(self, path: str, source: bytes) -> Module | None:
        """The module lowered from these bytes before, as the file at `path`."""
        for name in (source, _MARRED + source):
            try:
                module = decode(self._named(name).read_bytes())
            except (OSError, msgspec.MsgspecError, ValueError, RecursionError):
                continue
            return _at(module, path)
        return None

    def has_clean(self, path: str, source: bytes) -> bool:
        """Whether there is a module of these bytes that has no problems."""
        return self._named(source).exists()

    def store(self, source: bytes, module: Module) -> None:
        """Keep a module. An unreadable one is made anew each time: a time limit may have been the cause."""
        if self.trouble or any(problem.code == "LDM901" for problem in module.problems):
            return
        try:
            data = encode(_at(module, ""))
        except (UnicodeEncodeError, ValueError, RecursionError):
            return  # a name or literal that no encoding holds
        self._keep(self._named(_MARRED + source if module.problems else source), data)

    def read(self, key: bytes) -> bytes | None:
        """What was kept under a key of its own."""
        try:
            return self._named(key).read_bytes()
        except OSError:
            return None

    def write(self, key: bytes, data: bytes) -> None:
        """Keep something under a key of its own."""
        if not self.trouble:
            self._keep(self._named(key), data)

    def close(self) -> None:
        """Drop the oldest entries when the folder has outgrown its bound. A server that closes after each run looks again when a
        good deal more was written."""
        if self._written > self._pruned:
            self._pruned = self._written + self._max_bytes // 100
            with suppress(OSError):
                self._prune()

    def _named(self, key: bytes) -> Path:
        name = blake2b(key, key=self._salt, digest_size=20).hexdigest()
        return self._folder / name[:2] / name[2:]

    def _keep(self, file: Path, data: bytes) -> None:
        try:
            self._write(file, data)
        except OSError as error:
            self.trouble = f"{self._folder}: {error.strerror or error}"

    def _write(self, file: Path, data: bytes) -> None:
        if not self._written:
            self._prepare()
        shelf = os.fspath(file.parent)
        name = f"{shelf}/{_UNFINISHED}{os.getpid()}-{os.urandom(6).hex()}"
        if shelf not in self._shelves or not os.path.lexists(shelf):
            file.parent.mkdir(exist_ok=True)
            if file.parent.is_symlink():
                raise OSError(0, f"{file.parent.name} is a link")
            self._shelves.add(shelf)
        handle = os.open(name, _NEW, 0o600)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
            os.replace(name, file)  # noqa: PTH105 - a cold run writes thousands
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
        self._written += len(data)

    def _prepare(self) -> None:
        """Make the folder, out of sight of version control. A link in its place would lead writes elsewhere."""
        if self._folder.is_symlink():
            raise OSError(0, "is a link")
        self._folder.mkdir(parents=True, exist_ok=True)
        for name, text in _MARKS.items():
            mark = self._folder / name
            if not os.path.lexists(mark):
                mark.write_text(text, encoding="utf-8")

    def _prune(self) -> None:
        entries = []
        for file in _entries_of(self._folder):
            status = file.lstat()
            entries.append((status.st_mtime_ns, status.st_size, file))
        total = sum(size for _, size, _ in entries)
        if total <= self._max_bytes:
            return
        for _, size, file in sorted(entries):
            file.unlink(missing_ok=True)
            total -= size
            if total <= self._max_bytes * 3 // 4:
                return


def cache_in(folder: Path, root: Path) -> Cache | None:
    """The cache in a folder. One that lies in the checked project, which may come from anybody, holds only what this user's runs
    have put there; one that stands elsewhere is whoever's who named it, and many machines may share it."""
    real = folder.resolve()
    if root.resolve() not in (real, *real.parents):
        return Cache(folder)
    secret = secret_of_user()
    return Cache(folder, secret=secret) if secret is not None else None


def secret_of_user() -> bytes | None:
    """What only this user's runs know; made when it is first asked for. None where nothing of one's own can be kept."""
    base = os.environ.get("LOCALAPPDATA" if os.name == "nt" else "XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    file = Path(base) / "lintdem" / "key"
    try:
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix=_UNFINISHED, dir=file.parent)
            with os.fdopen(handle, "wb") as stream:
                stream.write(os.urandom(_SECRET))
            Path(name).replace(file)
        secret = file.read_bytes()
    except (OSError, RuntimeError):
        return None
    return secret if len(secret) == _SECRET else None


def clean(folder: Path) -> int | None:
    """Remove what a cache keeps in a folder, and the folder when nothing else is in it; the bytes that are free then, None
    when there is no cache. What no cache wrote stays."""
    tag = folder / _TAG
    if folder.is_symlink() or not tag.is_file() or tag.read_bytes() != _MARKS[_TAG].encode():
        return None
    freed = 0
    for file in _entries_of(folder):
        freed += file.lstat().st_size
        file.unlink(missing_ok=True)
    for shelf in _shelves_of(folder):
        _remove(shelf)
    if {file.name for file in folder.iterdir()} <= set(_MARKS):
        for name in _MARKS:
            (folder / name).unlink(missing_ok=True)
        _remove(folder)
    return freed


def _shelves_of(folder: Path) -> list[Path]:
    """The folders that a cache has made. A link among them leads to what is somebody else's."""
    return [one for one in folder.iterdir() if _SHELF.fullmatch(one.name) and not one.is_symlink() and one.is_dir()]


def _entries_of(folder: Path) -> list[Path]:
    """The files that a cache has written."""
    files = (file for shelf in _shelves_of(folder) for file in shelf.iterdir())
    return [file for file in files if _ENTRY.fullmatch(file.name) and not file.is_dir()]


def _remove(folder: Path) -> None:
    """Remove a folder, unless another run has put something there."""
    with suppress(OSError):
        folder.rmdir()


def _at(module: Module, path: str) -> Module:
    """The same module as the file at another path."""
    problems = tuple(
        msgspec.structs.replace(problem, place=msgspec.structs.replace(problem.place, path=path))
        for problem in module.problems
    )
    return msgspec.structs.replace(module, path=path, problems=problems)
