"""Findings and problems as diagnostics."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from functools import cached_property
from pathlib import Path

from lsprotocol.types import (
    CodeDescription,
    Diagnostic,
    DiagnosticRelatedInformation,
    DiagnosticSeverity,
    DiagnosticTag,
    Location,
)
from pygls.uris import from_fs_path

from lintdem.lsp.project import Seen
from lintdem.lsp.texts import Text
from lintdem.model.finding import Finding, Level
from lintdem.model.module import Problem
from lintdem.model.span import Place
from lintdem.output.tally import LEVELS, NAMES, help_page

SOURCE = "lintdem"
_UNUSED = "LDM903"
_SEVERITY = {
    Level.ERROR: DiagnosticSeverity.Error,
    Level.WARNING: DiagnosticSeverity.Warning,
    Level.NOTE: DiagnosticSeverity.Information,
}


def uri_of(file: Path) -> str:
    """The URI of a file."""
    return from_fs_path(str(file)) or file.as_uri()


class Shown:
    """What a run has found, in the ranges of a client."""

    def __init__(self, seen: Seen, encoding: str) -> None:
        self.seen = seen
        self._encoding = encoding
        self._texts: dict[str, Text] = {}

    def text(self, path: str) -> Text:
        """The text of a file as the run has seen it."""
        if path not in self._texts:
            self._texts[path] = Text(self.seen.text(path) or "", self._encoding)
        return self._texts[path]

    def location(self, place: Place) -> Location:
        """Where a place is."""
        return Location(uri_of(self.seen.root / place.path), self.text(place.path).range(place.span))

    @cached_property
    def _said(self) -> dict[str, list[Finding | Problem]]:
        """What is said of each file."""
        found: dict[str, list[Finding | Problem]] = defaultdict(list)
        for finding in self.seen.report.findings:
            found[finding.path].append(finding)
        for problem in self.seen.report.problems:
            found[problem.place.path].append(problem)
        return found

    @property
    def paths(self) -> Collection[str]:
        """The files of which anything is said."""
        return self._said.keys()

    def of_path(self, path: str) -> list[Diagnostic]:
        """The diagnostics of a file."""
        said = self._said.get(path, ())
        return [self.of_finding(one) if isinstance(one, Finding) else self._of_problem(one) for one in said]

    def made_of(self, path: str) -> tuple[object, ...]:
        """All that the diagnostics of a file are made of: what is said, and the texts that tell the columns."""
        said = self._said.get(path, ())
        paths = {path, *(step.place.path for one in said if isinstance(one, Finding) for step in one.why)}
        return tuple(said), {name: self.seen.text(name) for name in paths}

    def of_finding(self, finding: Finding) -> Diagnostic:
        """A finding with its way as related places, and its page behind the code."""
        page = help_page(finding.name, finding.code)
        return Diagnostic(
            range=self.text(finding.path).range(finding.span),
            message=_message(finding),
            severity=_SEVERITY[finding.level],
            code=finding.code,
            code_description=CodeDescription(page) if page else None,
            source=SOURCE,
            tags=[DiagnosticTag.Unnecessary] if finding.code == _UNUSED else None,
            related_information=self._way(finding) or None,
            data={"identity": finding.identity},
        )

    def _way(self, finding: Finding) -> list[DiagnosticRelatedInformation]:
        return [DiagnosticRelatedInformation(self.location(step.place), step.message) for step in finding.why]

    def _of_problem(self, problem: Problem) -> Diagnostic:
        page = help_page(NAMES.get(problem.code, ""), problem.code) if problem.code in NAMES else ""
        return Diagnostic(
            range=self.text(problem.place.path).range(problem.place.span),
            message=problem.message,
            severity=_SEVERITY[LEVELS.get(problem.code, Level.ERROR)],
            code=problem.code,
            code_description=CodeDescription(page) if page else None,
            source=SOURCE,
        )


def _message(finding: Finding) -> str:
    """What happens, why the nearest guard does not count, what mends it: a line each."""
    advice = f"fix: {finding.advice}" if finding.advice else None
    return "\n".join(line for line in (finding.message, finding.guard, advice) if line)
