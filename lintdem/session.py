"""One run from paths to report: the only place where the stages meet.

discover → cache or lower → deploy → link → rules → triage. The stages below know neither each other nor the
disk; what a run needs of the machine (files, workers, the clock) is decided here.
"""

from __future__ import annotations

import io
import os
import sys
import textwrap
import threading
import time
import tokenize
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import msgspec

from lintdem.analyses.cdk import cdk_stacks
from lintdem.cache import FOLDER, Cache
from lintdem.config import Config, Declaration, Overrides, load, parse, settings_in
from lintdem.deploy import is_template, read_stacks, referred_files
from lintdem.discover import Filters, Found, discover, existing, inside, only, workspace_root
from lintdem.knowledge import Declared, DeclaredCall, Kind
from lintdem.model.finding import Finding, Report
from lintdem.model.module import Module, Problem
from lintdem.model.overview import Overview
from lintdem.model.span import NOWHERE, Place
from lintdem.model.stack import Stack
from lintdem.program import HandlerSetting, LinkSettings, inline_path, link
from lintdem.rule import Facts, Rule, load_rules, run
from lintdem.survey import survey
from lintdem.syntax import lower_files, lower_source
from lintdem.triage import Known, Selection, triage, validate

BUILTIN_PACK = "lintdem_rules"
"""Loaded by this name and not by metadata, so that a stale installation cannot lose it."""

T = TypeVar("T")
_HEAD = 65_536
_MEMORY = Path("/workspace")


@dataclass(frozen=True)
class CheckRequest:
    """What is asked of a run. Paths count from `folder`; `only` narrows the report, not the analysis; `jobs` None
    means as many as there are processors."""

    paths: tuple[str, ...] = (".",)
    folder: Path = field(default_factory=Path.cwd)
    config_file: str | None = None
    overrides: Overrides = field(default_factory=Overrides)
    only: tuple[str, ...] | None = None
    jobs: int | None = None
    cache: bool = True
    cache_dir: str | None = None


class Observer:
    """Told how a run goes; this one does not listen."""

    def note(self, text: str) -> None:
        """Something the user may want to know that changes no result."""

    def detail(self, text: str) -> None:
        """The same, for those who want to know everything."""

    def phase(self, name: str, seconds: float) -> None:
        """A stage is done."""

    def progress(self, done: int, total: int) -> None:
        """So many files are lowered."""


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
        self.rules = load_rules(packs)
        self._read = read
        self._paths = existing(request.paths, request.folder)
        self.root = workspace_root(self._paths, lambda folder: settings_in(folder) is not None)
        explicit = request.folder / request.config_file if request.config_file else None
        self.config = load(self.root, explicit, request.overrides)
        validate(self.config, Known(self.rules).names)

    @cached_property
    def found(self) -> Found:
        """The files of the run."""
        found = discover(self.root, self._paths, _filters(self.config))
        if self.request.only is None:
            return found
        wanted = only(self.root, existing(self.request.only, self.request.folder), found)
        return replace(found, only=wanted)

    def files(self) -> tuple[str, ...]:
        """Every file that a check reads for what it says, by its path from the root."""
        templates = self._templates(self.found.candidates, [])
        return tuple(sorted((*self.found.python, *(path for path, _ in templates))))

    def check(self) -> Report:
        """Check the workspace."""
        start = time.perf_counter()
        report = _analyse(self._work(), self.config, self.rules, self.observer).report
        return msgspec.structs.replace(report, seconds=time.perf_counter() - start)

    def overview(self) -> Overview:
        """The handlers of the workspace as they are understood."""
        done = _analyse(self._work(), self.config, self.rules, self.observer)
        handlers = _with_room(lambda: survey(done.facts, done.report.findings))
        return Overview(handlers=handlers, problems=done.report.problems, files=done.report.files)

    def _work(self) -> _Work:
        with _phase(self.observer, "discover"):
            found = self.found
        problems = list(found.problems)
        with _phase(self.observer, "read"):
            python = dict(self._contents(found.python, problems))
            templates = _with_referred(dict(self._templates(found.candidates, problems)), self._referred, problems)
        with _phase(self.observer, "lower"):
            modules = self._lower(python)
        for text in found.notes:
            self.observer.note(text)
        return _Work(python, modules, templates, problems, found.only)

    def _contents(self, paths: Iterable[str], problems: list[Problem]) -> Iterator[tuple[str, bytes]]:
        for path in paths:
            try:
                yield path, self._read(self.root / path)
            except OSError as error:
                place = Place(path, NOWHERE)
                problems.append(Problem(place, "LDM901", f"cannot be read: {error.strerror or error}"))

    def _templates(self, paths: Iterable[str], problems: list[Problem]) -> Iterator[tuple[str, bytes]]:
        for path, data in self._contents(paths, problems):
            if is_template(path, data[:_HEAD]):
                yield path, data

    def _referred(self, path: str) -> bytes | None:
        file = inside(self.root, path)
        try:
            return self._read(file) if file else None
        except OSError:
            return None

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
    texts = _with_referred(templates, contents.get, problems)
    modules = sorted((module for _, module in lower_files(sorted(python.items()), 1)), key=lambda module: module.path)
    return _analyse(_Work(python, modules, texts, problems, None), settings, rules, Observer()).report


@dataclass(frozen=True)
class _Work:
    """What was read: Python files, the modules made of them, the texts of templates, the problems so far."""

    python: Mapping[str, bytes]
    modules: list[Module]
    templates: Mapping[str, str]
    problems: list[Problem]
    only: frozenset[str] | None

    def text(self, path: str) -> str | None:
        """The text of a file, to be shown."""
        return _text(self.python[path]) if path in self.python else self.templates.get(path)


@dataclass(frozen=True)
class _Analysed:
    """The report, and the facts that it was made from."""

    report: Report
    facts: Facts


def _analyse(work: _Work, config: Config, rules: tuple[Rule, ...], observer: Observer) -> _Analysed:
    """From what was read to the report; the clock is the caller's."""
    with _phase(observer, "templates"):
        stacks = read_stacks(work.templates)
    modules = [*work.modules, *_inline(stacks)]
    with _phase(observer, "link"):
        program = link(modules, stacks, _link_settings(config))
        own = _with_room(lambda: cdk_stacks(program))
        if own:
            program = link([*modules, *_inline(own)], [*stacks, *own], _link_settings(config))
    with _phase(observer, "rules"):
        selection = Selection(Known(rules).names, config)
        chosen = tuple(rule for rule in rules if selection.is_on(rule))
        facts = Facts(program)
        found, crashes = _with_room(lambda: run(chosen, program, facts))
        groups = {rule.code: rule.group for rule in chosen}
        findings = [one for one in found if one.group is groups[one.code] or selection.is_on(one)]
    with _phase(observer, "triage"):
        problems = [*work.problems, *program.problems, *crashes]
        report = triage(findings, work.modules, problems, config, Known(rules, work.only))
    full = msgspec.structs.replace(
        report,
        sources={path: text for path in sorted(_paths_in(report)) if (text := work.text(path)) is not None},
        files=len(work.modules) + len(stacks),
        handlers=len(program.handlers),
    )
    return _Analysed(full, facts)


def _inline(stacks: Iterable[Stack]) -> list[Module]:
    """The code written inside templates, each function a module of its own, its lines those of the template."""
    found = []
    for stack in stacks:
        for function in stack.functions:
            if function.inline is not None and function.inline_place is not None and "python" in (function.runtime or "python"):
                found.append(lower_source(inline_path(function), _as_in_template(function.inline, function.inline_place)))
    return found


def _as_in_template(code: str, place: Place) -> bytes:
    """Inline code at its own lines and columns: an `if` that is always true allows the indentation."""
    line, column = place.span.line, place.span.column
    if line < 2 or column < 2:
        return ("\n" * (line - 1) + code).encode()
    return ("\n" * (line - 2) + "if 1:\n" + textwrap.indent(code, " " * (column - 1))).encode()


def _with_room(work: Callable[[], T]) -> T:
    """Run on a thread with a deep stack: what is analysed is nested as deeply as its authors liked."""
    results: list[T] = []
    errors: list[BaseException] = []

    def body() -> None:
        try:
            results.append(work())
        except BaseException as error:
            errors.append(error)

    limit, size = sys.getrecursionlimit(), threading.stack_size(_STACK)
    sys.setrecursionlimit(_RECURSION)
    try:
        thread = threading.Thread(target=body, name="lintdem analysis")
        thread.start()
        thread.join()
    finally:
        threading.stack_size(size)
        sys.setrecursionlimit(limit)
    if errors:
        raise errors[0]
    return results[0]


_STACK = 512 * 1024 * 1024
_RECURSION = 60_000


def _with_referred(
    templates: Mapping[str, bytes], fetch: Callable[[str], bytes | None], problems: list[Problem]
) -> dict[str, str]:
    """The texts of the templates and of what they refer to, however far that leads."""
    texts: dict[str, str] = {}
    waiting = dict(templates)
    seen = set(waiting)
    while waiting:
        path, data = waiting.popitem()
        try:
            texts[path] = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            if path in templates:
                message = f"not valid UTF-8: {error.reason} at byte {error.start}"
                problems.append(Problem(Place(path, NOWHERE), "LDM901", message))
            continue
        for target in referred_files(path, texts[path]):
            found = fetch(target) if target not in seen else None
            seen.add(target)
            if found is not None:
                waiting[target] = found
    return texts


def _filters(config: Config) -> Filters:
    globs = (*((config.exclude,) if config.exclude else ()), *config.extend_exclude)
    return Filters(
        defaults=config.exclude is None,
        excluded=tuple(glob.match for glob in globs),
        gitignore=config.respect_gitignore,
    )


def _link_settings(config: Config) -> LinkSettings:
    handlers = tuple(HandlerSetting(handler.pattern, handler.source) for handler in config.handlers)
    declared = Declared([(call, _declared(one)) for one in config.declarations for call in one.calls])
    return LinkSettings(source_roots=config.source_roots, handlers=handlers, declared=declared)


def _declared(one: Declaration) -> DeclaredCall:
    role = {"effects": "call", "safe": "safe"}.get(one.table, one.form)
    return DeclaredCall(role, Kind(one.kind), one.phrase, one.token, one.key)


def _paths_in(report: Report) -> set[str]:
    """Every file the report points into."""
    findings: list[Finding] = [*report.findings, *(item.finding for item in report.suppressed)]
    paths = {finding.path for finding in findings} | {problem.place.path for problem in report.problems}
    for finding in findings:
        paths.update(step.place.path for step in finding.why)
        paths.update(edit.place.path for fix in finding.fixes for edit in fix.edits)
        if finding.trigger and finding.trigger.evidence:
            paths.add(finding.trigger.evidence.path)
    return paths


def _text(data: bytes) -> str:
    """The text of a Python file; bytes that no encoding explains show as replacement characters."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    except SyntaxError:
        encoding = "utf-8"
    return data.decode("utf-8-sig" if encoding == "utf-8" else encoding, errors="replace")


def _processors() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


@contextmanager
def _phase(observer: Observer, name: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    observer.phase(name, time.perf_counter() - start)
