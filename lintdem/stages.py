"""From what was read to the report: templates → link → rules → triage, in this order.

Nothing here touches the disk; what a run reads, and when, is decided in `session`.
"""

from __future__ import annotations

import io
import textwrap
import tokenize
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache, cached_property, partial
from typing import TypeVar

import msgspec

from lintdem.analyses.asked import Answers
from lintdem.analyses.cdk.cdk_kept import Applications, has_applications
from lintdem.analyses.runs import Keeper, run_all
from lintdem.config import Config, Declaration
from lintdem.config.formatter import line_length
from lintdem.deploy import (
    included_files,
    propertied,
    read_stacks,
    referred_files,
    steps_in,
    template_directives,
)
from lintdem.early import Early, Lasting, found_early
from lintdem.keeping import KeptRuns
from lintdem.knowledge import Declared, DeclaredCall, Kind
from lintdem.lowering import Lowering
from lintdem.model.finding import Finding, Report
from lintdem.model.module import Module, Problem
from lintdem.model.span import NOWHERE, Place, file_of
from lintdem.model.spelling import TYPESCRIPT
from lintdem.model.stack import Stack
from lintdem.observer import Observer, phase
from lintdem.program import HandlerSetting, LinkSettings, Modules, Program, inline_path, link, prepare
from lintdem.program.noting import Noted
from lintdem.program.remembering import remembered
from lintdem.room import processors, seldom_collecting, with_room
from lintdem.rule import Facts, Rule, run
from lintdem.syntax import Fixer, lower_source, lower_typescript
from lintdem.triage import FATAL, Known, Selection, triage
from lintdem.triage.run import UNUSED
from lintdem.workers import spread

T = TypeVar("T")
_TEMPLATES = 512
"""So many texts are remembered: a server looks at the same ones again and again."""


class Work(msgspec.Struct, frozen=True, dict=True):
    """What was read: Python files, what makes modules of them, the texts of templates, the problems so far; `stacks` are what the
    templates say, where that is known from an earlier run."""

    python: Mapping[str, bytes]
    lowering: Lowering
    templates: Mapping[str, str]
    problems: list[Problem]
    only: frozenset[str] | None
    stacks: Sequence[Stack] | None = None

    @cached_property
    def modules(self) -> Modules:
        """The modules of the Python files."""
        return Modules(self.python, self.lowering, ready=self.lowering.is_ready)

    def text(self, path: str) -> str | None:
        """The text of a file, to be shown."""
        return _text(self.python[path]) if path in self.python else self.templates.get(path)

    def texts(self) -> Iterator[tuple[str, str]]:
        """Every file with its text."""
        yield from ((path, _text(data)) for path, data in self.python.items())
        yield from self.templates.items()


class Analysed(msgspec.Struct, frozen=True):
    """The report, and the facts that it was made from."""

    report: Report
    facts: Facts


@seldom_collecting()
def analyse(
    work: Work, config: Config, rules: tuple[Rule, ...], observer: Observer, memory: Keeper | None = None,
    jobs: int | None = 1, answers: Answers | None = None, early: Early | None = None,
) -> Analysed:  # fmt: skip
    """From what was read to the report; the clock is the caller's. Runs that are in the memory serve again, and so do answers.
    Of some files may be told `early`."""
    with phase(observer, "templates"):
        read = memory.stacks if isinstance(memory, KeptRuns) else read_stacks
        stacks = read(work.templates) if work.stacks is None else work.stacks
    settings = _link_settings(config)
    if early is None:
        _prepare(work, stacks, settings, observer)
    program = _linked(work, stacks, settings, memory, observer)
    selection = Selection(Known(rules).names, config)
    chosen = tuple(rule for rule in rules if selection.is_on(rule))
    if early is not None:
        with_room(lambda: _tell(early, work, config, rules, program, memory, observer))
        _prepare(work, stacks, settings, observer)
    answers = answers or Answers(memory if isinstance(memory, KeptRuns) else None)
    shared = partial(spread, jobs=jobs or processors())
    facts = Facts(program, lambda linked: run_all(linked, observer.progress, memory, shared), answers)
    try:
        with phase(observer, "handlers"), suppress(Exception):  # a rule that asks again says what is wrong
            with_room(lambda: facts.handlers)
        with phase(observer, "rules"):
            found, crashes = with_room(lambda: run(_counted(chosen, observer), program, facts))
    finally:
        with_room(lambda: _keep(facts, memory))
    with phase(observer, "triage"):
        problems = [*work.problems, *program.problems, *_unreadable(work, observer), *crashes]
        speaking = [*(module for _, module in work.modules.mentioning("lintdem")), *_speaking(program.modules.given, work)]
        report = triage(_asked_for(found, chosen, selection), speaking, problems, config, Known(rules, work.only))
    counts = {"files": len(work.modules) + len(stacks), "handlers": len(program.handlers)}
    return Analysed(msgspec.structs.replace(_with_texts(report, work), **counts), facts)


def _prepare(work: Work, stacks: Sequence[Stack], settings: LinkSettings, observer: Observer) -> None:
    with phase(observer, "lower"):
        prepare(work.modules, stacks, (*settings.source_roots, *settings.layers))


def _linked(work: Work, stacks: Sequence[Stack], settings: LinkSettings, memory: Keeper | None, observer: Observer) -> Program:
    modules = work.modules.beside(_inline(stacks))
    with phase(observer, "link"):
        deployed = stacks
        if has_applications(modules, work.templates):
            own = _described(link(modules, stacks, settings, handlers=False), work, memory)
            modules, deployed = modules.beside(_inline(own)), [*stacks, *own]
        return link(modules, deployed, settings)


def _tell(
    early: Early, work: Work, config: Config, rules: tuple[Rule, ...], program: Program, memory: Keeper | None, observer: Observer
) -> None:
    """Tell of some files what the whole report will say of them, where that is known already. Whether a comment there is of no use
    hangs on whether everything could be checked, so that is left to the whole."""
    problems = [*work.problems, *program.problems, *(p for path in sorted(early.paths) for p in work.modules[path].problems)]
    if any(problem.place.path in early.paths and problem.code in FATAL for problem in problems):
        return
    selection = Selection(Known(rules).names, config)
    chosen = tuple(rule for rule in rules if selection.is_on(rule))
    lasting = Lasting(memory) if memory is not None else None
    watched = lambda done, total: observer.progress(0, 0)  # noqa: E731
    found = found_early(early.paths, program, chosen, lambda part: run_all(part, watched, lasting))
    if found is None:
        return
    speaking = [work.modules[path] for path in sorted(early.paths)]
    mine = [problem for problem in problems if problem.place.path in early.paths]
    report = triage(_asked_for(found, chosen, selection), speaking, mine, config, Known(rules, work.only))
    if not any(finding.code == UNUSED.code for finding in report.findings):
        early.told(_with_texts(report, work))


def _asked_for(found: Iterable[Finding], chosen: Iterable[Rule], selection: Selection) -> list[Finding]:
    """The findings but for those that wait to be asked for."""
    groups = {rule.code: rule.group for rule in chosen}
    return [one for one in found if one.group is groups[one.code] or selection.is_on(one)]


def _with_texts(report: Report, work: Work) -> Report:
    """The report with the texts of all files that it points into."""
    texts = {path: text for path in sorted(_paths_in(report)) if (text := work.text(path)) is not None}
    return msgspec.structs.replace(report, sources=texts)


def _described(program: Program, work: Work, memory: Keeper | None) -> Sequence[Stack]:
    """What the CDK applications of the workspace describe."""
    known = memory.applications if memory is not None else Applications()

    def describe(noted: Noted) -> Sequence[Stack]:
        from lintdem.analyses.cdk.cdk import cdk_stacks  # noqa: PLC0415 - not needed where it is known

        beside = program.beside(_in_typescript(work.templates))
        return with_room(lambda: cdk_stacks(beside, steps_in(work.templates), noted))

    return known.stacks(program, work.templates, describe)


def _keep(facts: Facts, memory: Keeper | None) -> None:
    """What was found out outlives this run, also when that was told to end."""
    facts.answers.shelve(facts.program)
    if memory is not None:
        memory.flush()


def _unreadable(work: Work, observer: Observer) -> list[Problem]:
    """What is wrong with the Python files. A file that nobody has asked for is looked at by Python's own parser."""
    rest = work.modules.sources
    work.modules.prepare([path for path, data in rest.items() if not work.lowering.is_sound(data)])
    work.lowering.close()
    if rest:
        observer.detail(f"{len(rest):,} of {len(work.python):,} Python files were not read closely: no handler reaches them")
    return [problem for module in work.modules.made for problem in module.problems]


def with_fixes(report: Report, read: Callable[[str], bytes | None], made: Callable[..., Fixer] = Fixer) -> Report:
    """The report with the edits of its fixes, which take the parser to find."""
    settings = cache(read)
    fixer = made(read, propertied, lambda path: line_length(path, settings))
    return msgspec.structs.replace(report, findings=fixer.with_fixes(report.findings))


def _speaking(modules: Iterable[Module], work: Work) -> Iterator[Module]:
    """The comments of templates and of the code inside them, under the path of the template."""
    for module in modules:
        path = file_of(module.path)
        if path != module.path and module.directives:
            yield Module(path, "", directives=module.directives)
    for path, text in work.templates.items():
        directives = template_directives(path, text)
        if directives:
            yield Module(path, "", directives=directives)


def with_referred(
    templates: Mapping[str, bytes],
    fetch: Callable[[str], bytes | None],
    problems: list[Problem],
    too_big: Callable[[str], Problem | None] = lambda path: None,
) -> dict[str, str]:
    """The texts of the templates and of what they refer to, however far that leads. A part that is too big is a problem."""
    texts: dict[str, str] = {}
    waiting = dict(templates)
    seen = set(waiting)
    while waiting:
        path, data = waiting.popitem()
        try:
            texts[path] = _decoded(data)
        except UnicodeDecodeError as error:
            if path in templates:
                message = f"not valid UTF-8: {error.reason} at byte {error.start}"
                problems.append(Problem(Place(path, NOWHERE), "LDM901", message))
            continue
        parts, targets = _leads(path, texts[path])
        for target in targets:
            found = fetch(target) if target not in seen else None
            problem = too_big(target) if found is None and target in parts and target not in seen else None
            seen.add(target)
            if found is not None:
                waiting[target] = found
            if problem is not None:
                problems.append(problem)
    return texts


@remembered(_TEMPLATES, files=True)
def _decoded(data: bytes) -> str:
    return data.decode("utf-8-sig")


def _leads(path: str, text: str) -> tuple[Collection[str], Collection[str]]:
    """The files that are parts of a template, and all that it refers to."""
    known = _told(text)
    if path not in known:
        known[path] = tuple(included_files(path, text)), tuple(referred_files(path, text))
    return known[path]


@remembered(_TEMPLATES, files=True)
def _told(text: str) -> dict[str, tuple[Collection[str], Collection[str]]]:
    """What was found in a template, by its path."""
    return {}


def _inline(stacks: Iterable[Stack]) -> list[Module]:
    """The code written inside templates, each function a module of its own, its lines those of the template."""
    found = []
    for stack in stacks:
        for function in stack.functions:
            if function.inline is not None and function.inline_place is not None and "python" in (function.runtime or "python"):
                found.append(lower_source(inline_path(function), _as_in_template(function.inline, function.inline_place)))
    return found


def _in_typescript(templates: Mapping[str, str]) -> list[Module]:
    """The files of CDK applications in TypeScript."""
    return [lower_typescript(path, text) for path, text in sorted(templates.items()) if path.endswith(TYPESCRIPT)]


def _as_in_template(code: str, place: Place) -> bytes:
    """Inline code at its own lines and columns: an `if` that is always true allows the indentation."""
    line, column = place.span.line, place.span.column
    if line < 2 or column < 2:
        return ("\n" * (line - 1) + code).encode(errors="replace")  # JSON can write half a character
    return ("\n" * (line - 2) + "if 1:\n" + textwrap.indent(code, " " * (column - 1))).encode(errors="replace")


def _link_settings(config: Config) -> LinkSettings:
    handlers = tuple(HandlerSetting(handler.pattern, handler.source) for handler in config.handlers)
    declared = Declared([(call, _declared(one)) for one in config.declarations for call in one.calls])
    return LinkSettings(
        source_roots=config.source_roots, layers=config.layers, handlers=handlers, declared=declared, retention=dict(config.sources)
    )


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
        return data.decode("utf-8-sig" if encoding == "utf-8" else encoding, errors="replace")
    except (SyntaxError, LookupError, ValueError):  # an encoding such as rot13 makes no text of bytes
        return data.decode("utf-8-sig", errors="replace")


def _counted(many: Sequence[T], observer: Observer) -> Iterator[T]:
    """The same one after another, while the observer is told how far it goes."""
    for done, one in enumerate(many):
        observer.progress(done, len(many))
        yield one
