"""Workflow commands of GitHub Actions: annotations on the changed files.
https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands"""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.model.finding import Finding, Level, Report
from lintdem.model.span import Span
from lintdem.output.escape import visible
from lintdem.output.tally import LEVELS, NAMES, closing
from lintdem.output.view import View

_WORDS = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice"}
_TITLE = 255
MOST_SHOWN = 10
"""GitHub makes annotations of so many errors, warnings and notices of a step, and drops the others."""


def render(report: Report, view: View) -> str:
    """One command for each finding and problem, the loudest first, as GitHub shows the first ten of each kind."""
    levels = {level: list(_of_level(report, view, level)) for level in Level}
    lines = [line for rows in levels.values() for line in rows]
    if any(len(rows) > MOST_SHOWN for rows in levels.values()):
        told = f"GitHub shows the first {MOST_SHOWN} of each level as annotations; the log of this step has all {len(lines)}"
        place = len(levels[Level.ERROR]) + len(levels[Level.WARNING])
        lines.insert(place, f"::notice title=lintdem::{_data(told)}")
    if not view.quiet:
        lines += closing(report)
    return "".join(f"{line}\n" for line in lines)


def _of_level(report: Report, view: View, level: Level) -> Iterator[str]:
    for problem in report.problems:
        if LEVELS.get(problem.code, Level.ERROR) is level:
            title = f"{problem.code} {NAMES.get(problem.code, '')}".strip()
            yield _command(level, view.path(problem.place.path), problem.place.span, title, problem.message)
    for finding in report.findings:
        if finding.level is level:
            title = f"{finding.code} {finding.name}"
            yield _command(level, view.path(finding.path), finding.span, title, _message(finding, view))


def _message(finding: Finding, view: View) -> str:
    """The message, and below it what a reader of the annotation needs to believe it."""
    parts = [finding.message]
    if finding.handler:
        parts.append(f"handler: {view.handler(finding.handler)}")
    if finding.trigger:
        parts.append(f"redelivery: {finding.trigger.words}")
    parts += [f"guard: {finding.guard}"] if finding.guard else []
    parts += [f"fix: {finding.advice}"] if finding.advice else []
    return "\n".join(parts)


def _command(level: Level, path: str, span: Span, title: str, message: str) -> str:
    end = max((span.end_line, span.end_column), (span.line, span.column))
    places = {"file": path, "line": span.line, "endLine": end[0], "col": span.column, "endColumn": end[1], "title": title[:_TITLE]}
    named = ",".join(f"{name}={_property(str(value))}" for name, value in places.items())
    return f"::{_WORDS[level]} {named}::{_data(message)}"


def _data(text: str) -> str:
    text = "\n".join(map(visible, text.split("\n")))
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(visible(text)).replace(":", "%3A").replace(",", "%2C")
