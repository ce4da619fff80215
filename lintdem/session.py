"""One run from paths to report: the only place where the stages meet.

discover → deploy → cache or lower → link → rules → triage. The stages below know neither each other nor the
disk; what a run needs of the machine (files, workers, the clock) is decided here.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from lintdem.baseline import Baseline, nearest_baseline, read_baseline
from lintdem.cache import FOLDER, Cache, cache_in
from lintdem.config import Config, Overrides, load, parse, settings_in
from lintdem.discover import (
    MAX_PYTHON,
    Filters,
    Found,
    discover,
    existing,
    foreign,
    inside,
    is_synthesised,
    only,
    too_big,
    with_new,
    workspace_root,
    would_be_found,
)  # fmt: skip
from lintdem.files import read_in_place
from lintdem.model.finding import Finding, Report
from lintdem.model.module import Problem
from lintdem.model.span import NOWHERE, Place
from lintdem.observer import Observer, phase
from lintdem.recall import Reading, Recall, installation
from lintdem.triage import Known, is_whole, since, validate

# What analyses is loaded by what needs it: a run that recalls its report is done before it would be loaded.
# ruff: noqa: PLC0415
if TYPE_CHECKING:
    from lintdem.lowering import Lowering
    from lintdem.model.overview import Overview
    from lintdem.revisions import Revision
    from lintdem.rule import Rule
    from lintdem.stages import Work

BUILTIN_PACK = "lintdem_rules"
"""Loaded by this name and not by metadata, so that a stale installation cannot lose it."""

_HEAD = 65_536
_MEMORY = Path("/workspace")


@dataclass(frozen=True)
class CheckRequest:
    """What is asked of a run. Paths count from `folder`; `only` narrows the report, not the analysis; `jobs` None
    means as many as there are processors; `baseline` names another file than the one that is found, and `baselined` is
    whether any is asked; `changed_since` is a revision: then the report is about what is new or touched since; `given` is a
    file as an editor has it, on the disk or not: the report is about that file alone."""

    paths: tuple[str, ...] = (".",)
    folder: Path = field(default_factory=Path.cwd)
    config_file: str | None = None
    overrides: Overrides = field(default_factory=Overrides)
    only: tuple[str, ...] | None = None
    jobs: int | None = None
    cache: bool = True
    cache_dir: str | None = None
    baseline: str | None = None
    baselined: bool = True
    changed_since: str | None = None
    given: tuple[str, bytes] | None = None


def read_bounded(file: Path) -> bytes:
    """A file of a workspace, which may have become anything since it was found."""
    return read_in_place(file, MAX_PYTHON)


class Session:
    """A workspace with its settings and rules, ready to be checked. `read` is how files are read."""

    def __init__(
        self,
        request: CheckRequest,
        observer: Observer | None = None,
        packs: tuple[str, ...] = (BUILTIN_PACK,),
        read: Callable[[Path], bytes] = read_bounded,
    ) -> None:
        self.request = request
        self.observer = observer or Observer()
        self._read = read
        self._contents: dict[str, bytes] = {}
        self._reading = Reading(read)
        self._packs = packs
        self._overlay: Mapping[str, bytes] = {}
        self._revised: tuple[dict[str, str], Callable[[], tuple[Finding, ...]]] | None = None
        given = request.given
        self._paths = existing(request.paths, request.folder) if given is None else (_absolute(request.folder / given[0]),)
        self.root = workspace_root(self._paths, lambda folder: settings_in(folder) is not None)
        self._given = {self._paths[0].relative_to(self.root).as_posix(): given[1]} if given is not None else {}
        explicit = request.folder / request.config_file if request.config_file else None
        self.config = load(self.root, explicit, request.overrides)

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The rules of the packs, which the settings speak of."""
        from lintdem.ruleset import rules_of

        return rules_of(self._packs, self.config, (self.root, self.request.folder))

    @cached_property
    def found(self) -> Found:
        """The files of the run."""
        filters = filters_of(self.config)
        with phase(self.observer, "discover"):
            found = discover(self.root, self._paths, filters)
        found = with_new(found, [path for path in self._given if would_be_found(self.root, path, (self.root,), filters)])
        if self.request.only is None:
            return found
        wanted = only(self.root, existing(self.request.only, self.request.folder), found)
        return msgspec.structs.replace(found, only=wanted)

    def files(self) -> tuple[str, ...]:
        """Every file that a check reads for what it says, by its path from the root."""
        templates = self._templates(self.found.candidates, [])
        return tuple(sorted((*self.found.python, *(path for path, _ in templates))))

    def content(self, path: str) -> bytes | None:
        """A file on the disk as it was last read, by its path from the root."""
        if path not in self._contents:
            known = path in self.found.python or path in self.found.candidates
            file = self.root / path if known else inside(self.root, path)
            try:
                return self._read(file) if file is not None else None
            except OSError:
                return None
        return self._contents[path]

    def check(self, overlay: Mapping[str, bytes] | None = None, *, fixes: bool = False) -> Report:
        """Check the workspace, with these bytes in the place of files on the disk; with `fixes` the findings carry the edits
        of theirs, which take the parser to find."""
        start = time.perf_counter()
        self._overlay = overlay or {}
        recall = self._recall(fixes) if overlay is None else None
        report = (self._recalled(recall) if recall is not None else None) or self._checked(recall, fixes)
        return msgspec.structs.replace(report, seconds=time.perf_counter() - start)

    def _checked(self, recall: Recall | None, fixes: bool) -> Report:
        from lintdem.keeping import kept_fixer, kept_glances, kept_runs, kept_statements
        from lintdem.stages import analyse, with_fixes
        from lintdem.syntax import is_fleeting

        baseline = self.baseline if self.request.baselined else None
        self._reading = Reading(self._read)
        rules, work = self.rules, self._work()
        code = self.code if self._cache is not None else b""
        with kept_glances(self._cache, self.root, work.python.values(), code), kept_statements(self._cache, self.root, code):
            done = report = analyse(work, self.config, rules, self.observer, kept_runs(self._cache, code), self.request.jobs).report
        if baseline is not None:
            report = self._without(baseline, report)
        if self.request.changed_since is not None:
            report = self._since(self.request.changed_since, work, report)
        if fixes:
            report = with_fixes(report, self._beside, kept_fixer(self._cache, code))
        if recall is not None and self._reading.whole and not any(is_fleeting(problem) for problem in done.problems):
            recall.keep(self.found, self._reading, report, self._notes())
        return report

    def _beside(self, path: str) -> bytes | None:
        """A file as this run has it. What fixes ask besides, such as the settings of a formatter, is read as part of the run."""
        data = self._overlay.get(path, self._contents.get(path))
        file = inside(self.root, path) if data is None else None
        if file is None:
            self._reading.missing.update([path] if data is None else [])
            return data
        try:
            return self._reading.read(path, file)
        except OSError:
            return None

    def _recalled(self, recall: Recall) -> Report | None:
        """The report of an earlier run over the same files."""
        found = self.found
        with phase(self.observer, "recall"):
            kept = recall.find(found)
        if kept is None:
            return None
        for text in kept.notes:
            self.observer.note(text)
        return kept.report

    def _recall(self, fixes: bool) -> Recall | None:
        """Where the report of this request may be kept; what depends on more than files is always made anew."""
        cache = self._cache
        if cache is None or self._given or self.request.changed_since is not None:
            return None
        baseline = self.baseline if self.request.baselined else None
        return Recall(cache, self.root, (self.code, self._paths, self.request.only, self.config, baseline, fixes))

    @cached_property
    def code(self) -> bytes:
        """A digest of lintdem with its rules: what another one has kept says nothing."""
        return installation({rule.module.rpartition(".")[0] for rule in self.rules} if self.config.plugins else self._packs)

    @cached_property
    def baseline(self) -> Baseline | None:
        """The baseline of the workspace: the one that is asked for, the configured one, or the nearest."""
        named = self.request.baseline
        file = self.request.folder / named if named else Path(self.config.baseline) if self.config.baseline else None
        file = file or nearest_baseline(self.root)
        return read_baseline(file, self.root) if file is not None else None

    def _without(self, baseline: Baseline, report: Report) -> Report:
        """The report of what is new. Whether an entry has become stale can only be told when all of it was looked for."""
        parted = baseline.part(report.findings, lambda path: not (self.root / path).exists())
        asked = self.config.command_line
        whole = self._paths == (self.root,) and self.found.only is None and is_whole(report)
        whole = whole and asked.select is None and not asked.ignore
        return msgspec.structs.replace(
            report, findings=parted.new, baselined=parted.known, stale=len(parted.stale) if whole else 0
        )

    def _since(self, name: str, work: Work, report: Report) -> Report:
        """The report of what a revision does not have: findings that were not there, and those whose place or way is on lines
        that were changed."""
        from lintdem.revisions import changes_of

        with phase(self.observer, "revision"):
            texts = dict(work.texts())
            old, findings = self._past(name, work)
            changes = changes_of(texts, old)
        found = findings() if texts != old else report.findings
        return since(report, found, changes, lambda path: path not in texts)

    def _past(self, name: str, work: Work) -> tuple[dict[str, str], Callable[[], tuple[Finding, ...]]]:
        """The texts of a revision and what is found in it, which no overlay changes: looked for once, and when it is asked for."""
        from lintdem.revisions import read_revision
        from lintdem.stages import analyse

        if self._revised is None:
            revision = read_revision(self.root, name)
            if revision.note:
                self.observer.note(revision.note)
            before = self._at(revision, work)
            findings = cache(lambda: analyse(before, self.config, self.rules, Observer()).report.findings)
            self._revised = dict(before.texts()), findings
        return self._revised

    def _at(self, revision: Revision, work: Work) -> Work:
        """What would have been read at a revision. What version control does not hold is taken as it is now."""
        from lintdem.stages import Work, with_referred

        now = {*work.python, *self.found.candidates}
        gone = (path for path in revision.objects if path not in now and not (self.root / path).exists())
        filters = filters_of(self.config)
        wanted = [*now, *(path for path in gone if would_be_found(self.root, path, self._paths, filters))]
        contents = revision.contents(wanted)
        kept = [path for path in now if revision.is_foreign(path) or is_synthesised(path)]
        problems: list[Problem] = []
        contents |= dict(self._bytes_of([path for path in kept if path not in contents], problems))
        python = {path: data for path, data in contents.items() if path.endswith(".py")}
        others = {path: data for path, data in contents.items() if path not in python and self._is_template(path, data)}
        templates = with_referred(others, lambda path: revision.contents([path]).get(path), problems)
        return Work(python, self._lowering(python), templates, problems, None)

    def overview(self) -> Overview:
        """The handlers of the workspace as they are understood."""
        from lintdem.model.overview import Overview
        from lintdem.room import with_room
        from lintdem.stages import analyse
        from lintdem.survey import survey

        done = analyse(self._work(), self.config, self.rules, self.observer)
        handlers = with_room(lambda: survey(done.facts, done.report.findings))
        return Overview(handlers=handlers, problems=done.report.problems, files=done.report.files)

    def _work(self) -> Work:
        from lintdem.stages import Work, with_referred

        found = self.found
        problems = list(found.problems)
        with phase(self.observer, "read"):
            python = dict(self._bytes_of(found.python, problems))
            texts = with_referred(dict(self._templates(found.candidates, problems)), self._referred, problems, too_big(self.root))
        for text in self._notes():
            self.observer.note(text)
        return Work(python, self._lowering(python), texts, problems, found.only)

    def _notes(self) -> tuple[str, ...]:
        """What the user may want to know, and changes no result."""
        from lintdem.config.unmatched import unmatched

        return (*self.found.notes, *unmatched(self.config, self.root, self.found.python, self.found.candidates, self.content))

    def _bytes_of(self, paths: Iterable[str], problems: list[Problem]) -> Iterator[tuple[str, bytes]]:
        for path in paths:
            try:
                yield path, self._bytes(path, self.root / path)
            except OSError as error:
                self._reading.whole = False
                place = Place(path, NOWHERE)
                problems.append(Problem(place, "LDM901", f"cannot be read: {error.strerror or error}"))

    def _templates(self, paths: Iterable[str], problems: list[Problem]) -> Iterator[tuple[str, bytes]]:
        for path, data in self._bytes_of(paths, problems):
            if self._is_template(path, data):
                yield path, data

    def _is_template(self, path: str, data: bytes) -> bool:
        from lintdem.deploy import is_template

        chosen = self.config.templates
        if chosen and not any(globs.match(f"{self.root.as_posix()}/{path}") for globs in chosen):
            return False
        return is_template(path, data[:_HEAD])

    def _referred(self, path: str) -> bytes | None:
        file = inside(self.root, path)
        try:
            data = self._bytes(path, file) if file else None
        except OSError:
            data = None
        if data is None:
            self._reading.missing.add(path)
        return data

    def _bytes(self, path: str, file: Path) -> bytes:
        if path in self._overlay:
            return self._overlay[path]
        if path in self._given:
            return self._given[path]
        self._contents[path] = data = self._reading.read(path, file)
        return data

    def _lowering(self, python: Mapping[str, bytes]) -> Lowering:
        from lintdem.lowering import Lowering

        return Lowering(python, self._cache, self.request.jobs, self.observer)

    @cached_property
    def _cache(self) -> Cache | None:
        return cache_in(self.cache_folder, self.root) if self.request.cache else None

    @property
    def cache_folder(self) -> Path:
        """Where the cache of the workspace stands, or would."""
        named = self.request.cache_dir
        return self.request.folder / named if named else self.root / FOLDER


def _absolute(path: Path) -> Path:  # the file may not be there yet
    return Path(os.path.realpath(path))


def rules_for(folder: Path) -> tuple[Rule, ...]:
    """The rules that a check of this folder would have: those of lintdem and of the packs that its settings name."""
    return Session(CheckRequest(folder=folder)).rules


def check(request: CheckRequest, observer: Observer | None = None) -> Report:
    """Check what the request names."""
    return Session(request, observer).check()


def check_files(files: Mapping[str, str | bytes], config: str = "", packs: tuple[str, ...] = (BUILTIN_PACK,)) -> Report:
    """Check a workspace that exists only here: `files` by their path, `config` as in `lintdem.toml`."""
    from lintdem.deploy import is_template
    from lintdem.lowering import Lowering
    from lintdem.rule import load_rules
    from lintdem.stages import Work, analyse, with_referred

    rules = load_rules(packs)
    settings = parse(config, _MEMORY)
    validate(settings, Known(rules).names)
    contents = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
    python = {path: data for path, data in contents.items() if path.endswith(".py")}
    left = python.keys() | foreign(contents)
    templates = {path: data for path, data in contents.items() if path not in left and is_template(path, data[:_HEAD])}
    problems: list[Problem] = []
    texts = with_referred(templates, contents.get, problems)
    lowering = Lowering(python, None, 1, Observer())
    return analyse(Work(python, lowering, texts, problems, None), settings, rules, Observer()).report


def filters_of(config: Config) -> Filters:
    """What of a workspace is left out."""
    globs = (*((config.exclude,) if config.exclude else ()), *config.extend_exclude)
    return Filters(
        defaults=config.exclude is None,
        excluded=tuple(glob.match for glob in globs),
        gitignore=config.respect_gitignore,
    )
