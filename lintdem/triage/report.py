"""The one way from findings to a report."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import msgspec

from lintdem.config import Config
from lintdem.model.finding import Finding, Level, Report
from lintdem.model.module import Module, Problem
from lintdem.triage.levels import Named, Selection
from lintdem.triage.order import ordered
from lintdem.triage.run import FATAL, RUN_CODES

_LOUDNESS = (Level.NOTE, Level.WARNING, Level.ERROR)


class Known(msgspec.Struct, frozen=True):
    """What triage is told about the run: the rules, and the files the report is about (None for all)."""

    rules: tuple[Named, ...]
    only: Collection[str] | None = None

    @property
    def names(self) -> tuple[Named, ...]:
        """Everything that can be selected or suppressed."""
        return (*self.rules, *(code for code in RUN_CODES if code.code not in {rule.code for rule in self.rules}))


def triage(
    findings: Iterable[Finding], modules: Sequence[Module], problems: Iterable[Problem], config: Config, known: Known
) -> Report:
    """Select, suppress, set levels, filter and sort. The report's sources and counts are filled by the session."""
    # Loaded here, for what counts a report that is there already needs nothing of it.
    from lintdem.triage.suppress import suppress  # noqa: PLC0415

    selection = Selection(known.names, config)
    told = tuple(sorted(set(problems)))
    ignored = selection.codes_named((*config.ignore, *config.command_line.ignore))
    crashed = any(problem.code in FATAL for problem in told)
    kept, silenced = suppress(_selected(findings, selection), modules, selection, complete=not crashed)
    kept = [
        msgspec.structs.replace(finding, level=selection.level(finding.code, finding.level))
        for finding in _selected(kept, selection)
    ]
    return Report(
        findings=ordered(finding for finding in kept if _touches(finding, known.only)),
        problems=tuple(problem for problem in told if _is_told(problem, known.only, ignored)),
        suppressed=tuple(item for item in silenced if _touches(item.finding, known.only)),
    )


def fails(report: Report, fail_on: Level) -> bool:
    """Whether any finding is at or above the level that fails a run."""
    return any(_LOUDNESS.index(finding.level) >= _LOUDNESS.index(fail_on) for finding in report.findings)


def is_whole(report: Report) -> bool:
    """Whether everything was checked."""
    return not any(problem.code in FATAL for problem in report.problems)


def _selected(findings: Iterable[Finding], selection: Selection) -> list[Finding]:
    on = selection.codes()
    result = []
    left_out: dict[str, frozenset[str]] = {}
    for finding in findings:
        if finding.path not in left_out:
            left_out[finding.path] = selection.codes_named(selection.config.ignored_in(finding.path))
        if finding.code in on and finding.code not in left_out[finding.path]:
            result.append(finding)
    return result


def _touches(finding: Finding, only: Collection[str] | None) -> bool:
    """Whether a finding stands in one of the files, or its way leads through one: a changed handler is where a
    fault is introduced even when the effect stands in another file."""
    if only is None:
        return True
    trigger = finding.trigger
    evidence = trigger.evidence.path if trigger and trigger.evidence else None
    return finding.path in only or evidence in only or any(step.place.path in only for step in finding.why)


def _is_told(problem: Problem, only: Collection[str] | None, ignored: Collection[str]) -> bool:
    """What could not be checked is always told; other notes only for the files in question."""
    return problem.code in FATAL or (problem.code not in ignored and (only is None or problem.place.path in only))
