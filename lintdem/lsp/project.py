"""One workspace: its session behind the buffers of the editor.

What a run sees is fixed before it begins. A buffer that cannot be parsed just now is analysed as it was when it last could,
so that all other files keep their findings; its own are told where their lines are unchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from lintdem.cache import FOLDER
from lintdem.config import settings_in
from lintdem.discover import workspace_root
from lintdem.early import Early
from lintdem.errors import UsageError
from lintdem.lsp.buffered import Buffered
from lintdem.lsp.memory import Memory
from lintdem.lsp.shifting import shifted
from lintdem.lsp.texts import bytes_of
from lintdem.mending import mend_with
from lintdem.model.finding import Report
from lintdem.model.module import Problem
from lintdem.model.overview import HandlerView
from lintdem.observer import Observer
from lintdem.rule import Rule
from lintdem.session import CheckRequest
from lintdem.syntax import is_fleeting


class Overtaken(BaseException):
    """A newer run is wanted: this one ends where it stands. No rule can catch it as a fault of its own."""


class Watched(Observer):
    """Ends a run that was overtaken, at the next handler or rule, and tells how far it is."""

    def __init__(self, told: Callable[[str, int, int], None] = lambda stage, done, total: None) -> None:
        self.overtaken = False
        self._told = told
        self._stage = ""

    def stage(self, name: str) -> None:
        self._stage = name
        self.progress(0, 0)

    def progress(self, done: int, total: int) -> None:
        if self.overtaken:
            raise Overtaken
        self._told(self._stage, done, total)

    def close(self) -> None:
        """The run has ended."""


@dataclass(frozen=True)
class Seen:
    """What a run has found. `texts` are the buffers as it saw them, by path, and `overlay` what stood for the disk; `views` the
    handlers as they were understood; `trouble` is what is wrong with the settings, so that older ones were taken."""

    root: Path
    report: Report
    texts: Mapping[str, str]
    overlay: Mapping[str, bytes]
    views: tuple[HandlerView, ...]
    paths: frozenset[str]
    rules: tuple[Rule, ...]
    trouble: str = ""

    def text(self, path: str) -> str | None:
        """The text that places of a file are counted in."""
        return self.texts.get(path, self.report.sources.get(path))


@dataclass
class Project:
    """A folder of the editor, or a file outside of all."""

    folder: Path
    alone: bool = False
    _session: Buffered | None = None
    _stale: bool = True
    _memory: Memory | None = None
    _good: dict[str, tuple[bytes, str]] = field(default_factory=dict)

    def renew(self) -> None:
        """Read the settings and look for files anew with the next run."""
        self._stale = True

    def look(self, files: Mapping[Path, str], observer: Observer, told: Callable[[Seen], object] | None = None) -> Seen:
        """Analyse the workspace with these texts; UsageError when its settings are wrong and never were right. What is found in
        these files may be `told` before the rest is known: then `paths` are theirs."""
        session, trouble = self._opened()
        buffers = {path: files[file] for file, path in paths_below(session.root, files).items()}
        overlay = {path: bytes_of(path, text) for path, text in buffers.items()}
        broken = self._broken(overlay, buffers)
        as_it_was = {path: self._good[path][0] for path in broken if path in self._good}
        overlay = {**overlay, **as_it_was}
        mine = frozenset(path for path in buffers if path.endswith(".py"))

        def tell(report: Report) -> None:
            if told is not None:
                told(Seen(session.root, report, buffers, overlay, (), mine, session.rules, trouble))

        early = Early(mine, tell) if told is not None and mine and not broken else None
        looked = session.look(overlay, observer, early)
        report = self._with_broken(looked.report, {path: broken[path] for path in as_it_was}, buffers)
        paths = frozenset((*session.found.python, *session.found.candidates))
        return Seen(session.root, report, buffers, overlay, looked.views, paths, session.rules, trouble)

    def rest(self) -> Callable[[], None] | None:
        """What is left to be done when a result is told, once."""
        if self._session is None:
            return None
        later, self._session.later = self._session.later, None
        return later

    def content(self, seen: Seen, path: str) -> bytes | None:
        """The bytes of a file as a run has seen them."""
        if path in seen.overlay:
            return seen.overlay[path]
        return self._session.content(path) if self._session is not None else None

    def mended(self, seen: Seen, path: str) -> dict[str, tuple[bytes, bytes]]:
        """Every safe fix of what was found in a file, each held to its promise: the files that change, before and after."""
        session, _ = self._opened()
        findings = tuple(one for one in seen.report.findings if one.path == path)
        report = msgspec.structs.replace(seen.report, findings=findings)

        def check(overlay: Mapping[str, bytes]) -> Report:
            done = session.check({**seen.overlay, **overlay})
            return msgspec.structs.replace(done, findings=tuple(one for one in done.findings if one.path == path))

        return mend_with(report, check, lambda name: self.content(seen, name), unsafe=False).files

    def _opened(self) -> tuple[Buffered, str]:
        """The session of the workspace, made anew when it may have become another; and why it could not be."""
        if self._session is not None and not self._stale:
            return self._session, ""
        if self._memory is None:
            self._memory = Memory(self.folder / FOLDER)
        try:
            self._session = Buffered(CheckRequest(folder=self.folder), self._memory, self._session, alone=self.alone)
            self._stale = False
        except UsageError as error:
            if self._session is None:
                raise
            return self._session, str(error)
        return self._session, ""

    def _broken(self, overlay: Mapping[str, bytes], buffers: Mapping[str, str]) -> dict[str, tuple[Problem, ...]]:
        """The buffers that cannot be parsed just now, with what is wrong; the others are remembered."""
        found = {}
        for path, data in overlay.items():
            if not path.endswith(".py") or self._memory is None:
                continue
            problems = tuple(one for one in self._memory.lower(path, data).problems if one.code == "LDM901")
            if problems and not any(is_fleeting(one) for one in problems):
                found[path] = problems
            elif not problems:
                self._good[path] = data, buffers[path]
        self._good = {path: data for path, data in self._good.items() if path in overlay}
        return found

    def _with_broken(
        self, report: Report, broken: Mapping[str, tuple[Problem, ...]], buffers: Mapping[str, str]
    ) -> Report:
        """The report in the lines of the buffers as they are, with what is wrong in them."""
        if not broken:
            return report
        texts = {path: (self._good[path][1], buffers[path]) for path in broken}
        problems = (*report.problems, *(problem for many in broken.values() for problem in many))
        return msgspec.structs.replace(shifted(report, texts), problems=problems)


def root_of(file: Path) -> Path | None:
    """The folder that a file outside of all folders of the editor belongs to: the nearest with settings or a repository."""
    marked = workspace_root([file], lambda folder: settings_in(folder) is not None)
    has_mark = (marked / ".git").exists() or settings_in(marked) is not None
    return marked if has_mark else None


def paths_below(root: Path, files: Iterable[Path]) -> dict[Path, str]:
    """Files of a workspace with their paths from its root."""
    return {file: file.relative_to(root).as_posix() for file in files if root in file.parents}
