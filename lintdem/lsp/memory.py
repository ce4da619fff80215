"""What is kept between the runs of one server: lowered modules and the bytes of files, each by path, and the runs of handlers."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

from lintdem.analyses.asked import Asked
from lintdem.analyses.runs import Memory as LastRuns
from lintdem.analyses.runs import Present
from lintdem.cache import Cache, secret_of_user
from lintdem.interpreter.engine import Run
from lintdem.interpreter.worlds import Looked
from lintdem.keeping import kept_runs
from lintdem.model.module import Module
from lintdem.program import Handler, Program
from lintdem.recall import Reading, stamp_of
from lintdem.room import with_room
from lintdem.syntax import is_fleeting, lower_source


class Memory(Cache):
    """The cache on the disk, and in front of it the module of each file as it was last. What stands in a buffer is kept here
    only: it may never be saved. The disk is that of the project, so that only what this user's runs have put there is read."""

    def __init__(self, folder: Path) -> None:
        secret = secret_of_user()
        super().__init__(folder, secret=secret or b"")
        self._reads = secret is not None
        self.trouble = None if self._reads else "this user has no place for a key"
        self._last: dict[str, tuple[bytes, Module]] = {}
        self._clean: dict[str, bytes] = {}

    def load(self, path: str, source: bytes) -> Module | None:
        """The module lowered from these bytes, now or in an earlier run."""
        known = self._last.get(path)
        if known is not None and known[0] == source:
            return known[1]
        module = super().load(path, source) if self._reads else None
        if module is not None:
            self._last[path] = source, module
        return module

    def has_clean(self, path: str, source: bytes) -> bool:
        """Whether there is a module of these bytes that has no problems."""
        known = self._last.get(path)
        if known is not None and known[0] == source:
            return not known[1].problems
        if self._clean.get(path) != source and self._reads and super().has_clean(path, source):
            self._clean[path] = source
        return self._clean.get(path) == source

    def read(self, key: bytes) -> bytes | None:
        """What was kept under a key of its own."""
        return super().read(key) if self._reads else None

    def store(self, source: bytes, module: Module) -> None:
        """Keep a module."""
        self._remember(source, module)
        super().store(source, module)

    def lower(self, path: str, source: bytes) -> Module:
        """The module of a buffer."""
        module = self.load(path, source)
        if module is None:
            module = lower_source(path, source)
            self._remember(source, module)
        return module

    def keep_only(self, paths: Collection[str]) -> None:
        """Forget what is not among these."""
        self._last = {path: known for path, known in self._last.items() if path in paths}
        self._clean = {path: known for path, known in self._clean.items() if path in paths}

    def _remember(self, source: bytes, module: Module) -> None:
        if not any(is_fleeting(problem) for problem in module.problems):
            self._last[module.path] = source, module


class Runs(LastRuns):
    """The runs of one workspace as they were made last. At first those count that the command line or a server before this one
    has kept on the disk, and what is missing there is written for the next."""

    def __init__(self, disk: Cache, code: bytes) -> None:
        super().__init__()
        self._disk = kept_runs(disk, code)
        if self._disk is not None:
            self.applications = self._disk.applications
        self._new: list[tuple[Present, Run, Looked]] = []
        self._answers: list[tuple[Program, Asked]] = []

    def find(self, now: Present, handler: Handler) -> Run | None:
        """The run of a handler, where it may serve again."""
        known = super().find(now, handler)
        found = self._disk.found(now, handler) if known is None and self._disk is not None else None
        if found is None:
            return known
        super().keep(now, *found)
        return found[0]

    def keep(self, now: Present, run: Run, looked: Looked) -> None:
        """Remember a run."""
        super().keep(now, run, looked)
        if self._disk is not None:
            self._new.append((now, run, looked))

    def take(self, program: Program, run: Run) -> Asked | None:
        """The answers about a run that was found on the disk."""
        return self._disk.take(program, run) if self._disk is not None else None

    def print_of(self, handler: tuple[object, ...]) -> bytes | None:
        """What tells the run of a handler from any other, while the disk is asked."""
        return self._disk.print_of(handler) if self._disk is not None else None

    def put(self, program: Program, asked: Asked) -> None:
        """Keep the answers about a handler."""
        if self._disk is not None:
            self._answers.append((program, asked))

    def settled(self, unsaved: Collection[str]) -> Callable[[], None] | None:
        """What writes the first runs to the disk, when all were made, and their answers: not those that have looked into a buffer
        that may never be saved. None when there is nothing to write. From then on the disk is not asked again."""
        disk, new = self._disk, [one for one in self._new if one[2].files.isdisjoint(unsaved)]
        answers = self._answers if not unsaved else []
        if unsaved:
            self.applications.written()
        self._disk, self._new, self._answers = None, [], []
        if disk is None or not new:
            return None

        def write() -> None:
            for now, run, looked in new:
                disk.keep(now, run, looked)
            for program, asked in answers:
                disk.put(program, asked)
            with_room(disk.flush)

        return write


class Remembered(Reading):
    """Reads a file again only when its size, its times or its number are others, as the recall of whole reports does."""

    def __init__(self, read: Callable[[Path], bytes], last: Remembered | None) -> None:
        super().__init__(read)
        self._bytes: dict[str, bytes] = {}
        self._before = last
        if last is not None:
            last._before = None

    @property
    def contents(self) -> Collection[bytes]:
        """The bytes of all files that were asked for."""
        return self._bytes.values()

    def read(self, path: str, file: Path) -> bytes:
        """The bytes of a file, as it is now."""
        seen = self._before.files.get(path) if self._before is not None else None
        if self._before is not None and seen is not None and seen.stamp is not None and seen.stamp == stamp_of(file.stat()):
            data = self._before._bytes[path]
            self.files[path] = seen
        else:
            data = super().read(path, file)
        self._bytes[path] = data
        return data
