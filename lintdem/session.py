"""One run from paths to report: the only place where the stages meet.

discover → cache or lower → deploy → link → rules → triage. The stages below know neither each other nor the
disk; what a run needs of the machine (files, workers, the clock) is decided here.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path

import msgspec

from lintdem.baseline import Baseline, nearest_baseline, read_baseline
from lintdem.cache import FOLDER, Cache
from lintdem.config import Config, Overrides, load, parse, settings_in
from lintdem.deploy import is_template
from lintdem.discover import (
    Filters,
    Found,
    discover,
    existing,
    inside,
    is_synthesised,
    only,
    with_new,
    workspace_root,
    would_be_found,
)
from lintdem.errors import UsageError
from lintdem.model.finding import Finding, Report
from lintdem.model.module import Module, Problem
from lintdem.model.overview import Overview
from lintdem.model.span import NOWHERE, Place
from lintdem.packs import packages_of
from lintdem.revisions import Revision, changes_of, read_revision
from lintdem.room import with_room
from lintdem.rule import Rule, load_rules
from lintdem.stages import Observer, Work, analyse, phase, with_referred
from lintdem.survey import survey
from lintdem.syntax import lower_files
from lintdem.triage import Known, is_whole, since, validate

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


class Session:
    """A workspace with its settings and rules, ready to be checked. `read` is how files are read."""

    def __init__(
        self,
        request: CheckRequest,
        observer: Observer | None = None,
        packs: tuple[str, ...] = (BUILTIN_PACK,),
        read: Callable[[Path], bytes] = Path.read_bytes,
    ) -> None:
        self.request = request
        self.observer = observer or Observer()
        self._read = read
        self.contents: dict[str, bytes] = {}
        """The files on the disk as they were last read, by their path from the root."""
        self._overlay: Mapping[str, bytes] = {}
        self._revised: tuple[dict[str, str], Callable[[], tuple[Finding, ...]]] | None = None
        given = request.given
        self._paths = existing(request.paths, request.folder) if given is None else (_absolute(request.folder / given[0]),)
        self.root = workspace_root(self._paths, lambda folder: settings_in(folder) is not None)
        self._given = {self._paths[0].relative_to(self.root).as_posix(): given[1]} if given is not None else {}
        explicit = request.folder / request.config_file if request.config_file else None
        self.config = load(self.root, explicit, request.overrides)
        self.rules = _rules(packs, self.config, (self.root, request.folder))
        validate(self.config, Known(self.rules).names)

    @cached_property
    def found(self) -> Found:
        """The files of the run."""
        filters = _filters(self.config)
        found = discover(self.root, self._paths, filters)
        found = with_new(found, [path for path in self._given if would_be_found(self.root, path, (self.root,), filters)])
        if self.request.only is None:
            return found
        wanted = only(self.root, existing(self.request.only, self.request.folder), found)
        return replace(found, only=wanted)

    def files(self) -> tuple[str, ...]:
        """Every file that a check reads for what it says, by its path from the root."""
        templates = self._templates(self.found.candidates, [])
        return tuple(sorted((*self.found.python, *(path for path, _ in templates))))

    def check(self, overlay: Mapping[str, bytes] | None = None) -> Report:
        """Check the workspace, with these bytes in the place of files on the disk."""
        start = time.perf_counter()
        self._overlay = overlay or {}
        baseline = self.baseline if self.request.baselined else None
        work = self._work()
        report = analyse(work, self.config, self.rules, self.observer).report
        if baseline is not None:
            report = self._without(baseline, report)
        if self.request.changed_since is not None:
            report = self._since(self.request.changed_since, work, report)
        return msgspec.structs.replace(report, seconds=time.perf_counter() - start)

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
        with phase(self.observer, "revision"):
            texts = dict(work.texts())
            old, findings = self._past(name, work)
            changes = changes_of(texts, old)
        found = findings() if texts != old else report.findings
        return since(report, found, changes, lambda path: path not in texts)

    def _past(self, name: str, work: Work) -> tuple[dict[str, str], Callable[[], tuple[Finding, ...]]]:
        """The texts of a revision and what is found in it, which no overlay changes: looked for once, and when it is asked for."""
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
        now = {*work.python, *self.found.candidates}
        gone = (path for path in revision.objects if path not in now and not (self.root / path).exists())
        filters = _filters(self.config)
        wanted = [*now, *(path for path in gone if would_be_found(self.root, path, self._paths, filters))]
        contents = revision.contents(wanted)
        kept = [path for path in now if revision.is_foreign(path) or is_synthesised(path)]
        problems: list[Problem] = []
        contents |= dict(self._contents([path for path in kept if path not in contents], problems))
        python = {path: data for path, data in contents.items() if path.endswith(".py")}
        others = {path: data for path, data in contents.items() if path not in python and self._is_template(path, data)}
        templates = with_referred(others, lambda path: revision.contents([path]).get(path), problems)
        return Work(python, self._lower(python), templates, problems, None)

    def overview(self) -> Overview:
        """The handlers of the workspace as they are understood."""
        done = analyse(self._work(), self.config, self.rules, self.observer)
        handlers = with_room(lambda: survey(done.facts, done.report.findings))
        return Overview(handlers=handlers, problems=done.report.problems, files=done.report.files)

    def _work(self) -> Work:
        with phase(self.observer, "discover"):
            found = self.found
        problems = list(found.problems)
        with phase(self.observer, "read"):
            python = dict(self._contents(found.python, problems))
            templates = with_referred(dict(self._templates(found.candidates, problems)), self._referred, problems)
        with phase(self.observer, "lower"):
            modules = self._lower(python)
        for text in (*found.notes, *self._unmatched()):
            self.observer.note(text)
        return Work(python, modules, templates, problems, found.only)

    def _unmatched(self) -> Iterator[str]:
        """Folders and patterns of the configuration that mean nothing that is there."""
        config, root = self.config, self.root.as_posix()
        for key, names in (("source-roots", config.source_roots), ("layers", config.layers)):
            for name in names:
                if not (self.root / name).is_dir():
                    yield f"{config.origin(key, name)}: {key}: no such folder {name}"
        for globs in config.templates:
            if not any(globs.match(f"{root}/{path}") for path in self.found.candidates):
                yield f"{config.origin('templates', globs.patterns[0])}: templates: no file matches {globs.patterns[0]}"

    def _contents(self, paths: Iterable[str], problems: list[Problem]) -> Iterator[tuple[str, bytes]]:
        for path in paths:
            try:
                yield path, self._bytes(path, self.root / path)
            except OSError as error:
                place = Place(path, NOWHERE)
                problems.append(Problem(place, "LDM901", f"cannot be read: {error.strerror or error}"))

    def _templates(self, paths: Iterable[str], problems: list[Problem]) -> Iterator[tuple[str, bytes]]:
        for path, data in self._contents(paths, problems):
            if self._is_template(path, data):
                yield path, data

    def _is_template(self, path: str, data: bytes) -> bool:
        chosen = self.config.templates
        if chosen and not any(globs.match(f"{self.root.as_posix()}/{path}") for globs in chosen):
            return False
        return is_template(path, data[:_HEAD])

    def _referred(self, path: str) -> bytes | None:
        file = inside(self.root, path)
        try:
            return self._bytes(path, file) if file else None
        except OSError:
            return None

    def _bytes(self, path: str, file: Path) -> bytes:
        if path in self._overlay:
            return self._overlay[path]
        if path in self._given:
            return self._given[path]
        self.contents[path] = data = self._read(file)
        return data

    def _lower(self, python: Mapping[str, bytes]) -> list[Module]:
        """Every module, from the cache where it can be."""
        cache = self._cache()
        modules = {path: module for path, data in python.items() if cache and (module := cache.load(path, data))}
        missing = {path: data for path, data in python.items() if path not in modules}
        jobs = self.request.jobs or _processors()
        lowered = lower_files(sorted(missing.items()), jobs)
        for done, (path, module) in enumerate(lowered, len(modules) + 1):
            modules[path] = module
            self.observer.progress(done, len(python))
            if cache:
                cache.store(python[path], module)
        if cache:
            cache.close()
            if cache.trouble:
                self.observer.detail(f"no cache: {cache.trouble}")
        return [modules[path] for path in sorted(modules)]

    def _cache(self) -> Cache | None:
        if not self.request.cache:
            return None
        named = self.request.cache_dir
        return Cache(self.request.folder / named if named else self.root / FOLDER)


def _absolute(path: Path) -> Path:
    """The path of a file that may not be there yet."""
    return Path(os.path.realpath(path))


def _rules(packs: tuple[str, ...], config: Config, closed: tuple[Path, ...]) -> tuple[Rule, ...]:
    """The rules of the packs and of the configured ones; a pack that cannot be had is told with its line."""
    rules = load_rules(packs)
    loaded = list(packs)
    for pack in config.plugins:
        try:
            loaded += packages_of(pack, closed)
            rules = load_rules(loaded)
        except UsageError as error:
            raise UsageError(f"{config.origin('plugins', pack)}: plugins: {pack}: {error}") from error
    return rules


def rules_for(folder: Path) -> tuple[Rule, ...]:
    """The rules that a check of this folder would have: those of lintdem and of the packs that its settings name."""
    return Session(CheckRequest(folder=folder)).rules


def check(request: CheckRequest, observer: Observer | None = None) -> Report:
    """Check what the request names."""
    return Session(request, observer).check()


def check_files(files: Mapping[str, str | bytes], config: str = "", packs: tuple[str, ...] = (BUILTIN_PACK,)) -> Report:
    """Check a workspace that exists only here: `files` by their path, `config` as in `lintdem.toml`."""
    rules = load_rules(packs)
    settings = parse(config, _MEMORY)
    validate(settings, Known(rules).names)
    contents = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
    python = {path: data for path, data in contents.items() if path.endswith(".py")}
    templates = {
        path: data for path, data in contents.items() if path not in python and is_template(path, data[:_HEAD])
    }
    problems: list[Problem] = []
    texts = with_referred(templates, contents.get, problems)
    modules = sorted((module for _, module in lower_files(sorted(python.items()), 1)), key=lambda module: module.path)
    return analyse(Work(python, modules, texts, problems, None), settings, rules, Observer()).report


def _filters(config: Config) -> Filters:
    globs = (*((config.exclude,) if config.exclude else ()), *config.extend_exclude)
    return Filters(
        defaults=config.exclude is None,
        excluded=tuple(glob.match for glob in globs),
        gitignore=config.respect_gitignore,
    )


def _processors() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1
