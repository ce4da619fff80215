"""A session with the buffers of an editor over the disk, which remembers between its runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from lintdem.analyses.asked import Answers
from lintdem.discover import Found, with_new, would_be_found
from lintdem.early import Early
from lintdem.keeping import kept_glances, kept_stacks
from lintdem.lsp.memory import Memory, Remembered, Runs
from lintdem.model.finding import Report
from lintdem.model.overview import HandlerView
from lintdem.model.stack import Stack
from lintdem.observer import Observer
from lintdem.program.remembering import thin
from lintdem.room import with_room
from lintdem.session import CheckRequest, Session, filters_of
from lintdem.stages import Work, analyse
from lintdem.survey import survey


@dataclass(frozen=True)
class Looked:
    """What a run was made from, and what it has found; `views` are the handlers as they were understood."""

    work: Work
    report: Report
    views: tuple[HandlerView, ...]

    def is_of(self, work: Work) -> bool:
        """Whether this is made from the same."""
        mine = self.work
        return (mine.python, mine.templates, mine.problems) == (work.python, work.templates, work.problems)


class Buffered(Session):
    """A session with the buffers over the disk, also those of files that are not there yet. `alone` is whether nothing but the
    buffers is looked at: a file outside of any project says nothing of its folder. `last` is a session before this one, perhaps
    with other settings: what it remembers says itself whether it still holds."""

    def __init__(self, request: CheckRequest, memory: Memory, last: Buffered | None = None, *, alone: bool) -> None:
        super().__init__(request)
        self._memory = memory
        self._alone = alone
        self._runs: Runs = last._runs if last is not None else Runs(memory, self.code)
        self._answers: Answers = last._answers if last is not None else Answers(self._runs)
        self._stacks: tuple[Mapping[str, str], Sequence[Stack]] = last._stacks if last is not None else ({}, ())
        self._disk = self._discovered()
        self._reading: Remembered = last._reading if last is not None else Remembered(self._read, None)
        self._looked: Looked | None = None
        self.later: Callable[[], None] | None = None
        """What may be done when the result is told."""
        _ = self.rules  # what is wrong with them is told before anything is analysed

    def _discovered(self) -> Found:
        vars(self).pop("found", None)
        return Found((), ()) if self._alone else self.found

    @property
    def _cache(self) -> Memory:
        return self._memory

    def look(self, overlay: Mapping[str, bytes], observer: Observer, early: Early | None = None) -> Looked:
        """What is found in the workspace as the editor has it. Where nothing has changed, nothing is analysed again. Of some files
        may be told `early`, but not where a baseline decides what is told."""
        self.observer = observer
        work = self._seen(overlay)
        if not self._reading.whole:  # a file has vanished
            self._disk = self._discovered()
            work = self._seen(overlay)
        if self._looked is not None and self._looked.is_of(work):
            return self._looked
        work = replace(work, stacks=self._stacks_of(work))
        unsaved = {path for path, data in overlay.items() if self.content(path) != data}
        saved = [data for path, data in work.python.items() if path not in unsaved]
        with kept_glances(self._memory if self._looked is None else None, self.root, saved, self.code):
            mine = early.paths & work.python.keys() if early is not None and self.baseline is None else None
            early = replace(early, paths=mine) if early is not None and mine else None
            done = analyse(work, self.config, self.rules, observer, self._runs, answers=self._answers, early=early)
        views = with_room(lambda: survey(done.facts, done.report.findings))
        report = self._without(self.baseline, done.report) if self.baseline is not None else done.report
        self.later = self._runs.settled(unsaved)
        self._looked = Looked(work, report, views)
        self._memory.keep_only(work.python)
        thin([*work.python.values(), *work.templates.values(), *self._reading.contents])
        return self._looked

    def _stacks_of(self, work: Work) -> Sequence[Stack]:
        """What the templates say: they seldom change, and take long to read."""
        if self._stacks[0] != work.templates:
            self._stacks = work.templates, tuple(kept_stacks(self._memory, self.code, work.templates))
        return self._stacks[1]

    def check(self, overlay: Mapping[str, bytes] | None = None, *, fixes: bool = False) -> Report:
        """The report alone, for what is tried out: it is not remembered."""
        work = self._seen(overlay or {})
        done = analyse(work, self.config, self.rules, Observer())
        return self._without(self.baseline, done.report) if self.baseline is not None else done.report

    def _seen(self, overlay: Mapping[str, bytes]) -> Work:
        """What a run is made from: files that have not changed are not read again."""
        self._overlay, self._reading = overlay, Remembered(self._read, self._reading)
        filters = filters_of(self.config)
        new = [path for path in overlay if would_be_found(self.root, path, self._paths, filters)]
        self.found = replace(with_new(self._disk, new), only=self._disk.only)
        return self._work()
