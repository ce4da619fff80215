"""The report as one JSON object. The shape is a contract: fields may be added, none changes its meaning."""

from __future__ import annotations

import json
from typing import Any

from lintdem import __version__
from lintdem.model.finding import Edit, Finding, Fix, Report, Step, Suppressed, TriggerInfo
from lintdem.model.module import Problem
from lintdem.model.span import Place, Span
from lintdem.output.escape import visible
from lintdem.output.tally import LEVELS, NAMES, by_level, by_rule, help_page
from lintdem.output.view import View

VERSION = 1


def render(report: Report, view: View) -> str:
    """The report as JSON text: ASCII, without a byte that could act on a terminal."""
    text = json.dumps(document(report, view), indent=2)
    return text.replace("\x7f", "\\u007f") + "\n"


def document(report: Report, view: View) -> dict[str, Any]:
    """The report as plain data."""
    return {
        "version": VERSION,
        "tool": {"name": "lintdem", "version": __version__},
        "findings": [_finding(finding, view) for finding in report.findings],
        "problems": [_problem(problem, view) for problem in report.problems],
        "suppressed": [_suppressed(one, view) for one in report.suppressed],
        "summary": _summary(report),
    }


def _summary(report: Report) -> dict[str, Any]:
    """No time in here: the same input gives the same bytes."""
    return {
        **{f"{level.value}s": number for level, number in by_level(report).items()},
        "suppressed": len(report.suppressed),
        "baselined": len(report.baselined),
        "stale": report.stale,
        "fixed": len(report.fixed),
        "problems": len(report.problems),
        "files": report.files,
        "handlers": report.handlers,
        "rules": {code: number for number, code, _ in by_rule(report)},
    }


def _finding(finding: Finding, view: View) -> dict[str, Any]:
    return {
        "code": finding.code,
        "name": finding.name,
        "group": finding.group.value,
        "level": finding.level.value,
        "message": _text(finding.message),
        "path": _path(finding.path, view),
        **_span(finding.span),
        "handler": _text(view.handler(finding.handler) or "") or None,
        "trigger": _trigger(finding.trigger, view),
        "why": [_step(step, view) for step in finding.why],
        "guard": None if finding.guard is None else _text(finding.guard),
        "advice": None if finding.advice is None else _text(finding.advice),
        "fixes": [_fix(fix, view) for fix in finding.fixes],
        "identity": _text(finding.identity),
        "help": help_page(finding.name, finding.code),
    }


def _problem(problem: Problem, view: View) -> dict[str, Any]:
    level = LEVELS.get(problem.code)
    result = {
        "code": problem.code,
        "name": NAMES.get(problem.code, ""),
        "level": level.value if level else "error",
        "message": _text(problem.message),
        "path": _path(problem.place.path, view),
        **_span(problem.place.span),
    }
    return {**result, "detail": _text(problem.detail)} if view.verbose else result


def _suppressed(one: Suppressed, view: View) -> dict[str, Any]:
    """What a comment silences, and why: for whoever reads over the reasons of a project."""
    finding = one.finding
    place = {"path": _path(finding.path, view), "line": finding.span.line, "column": finding.span.column}
    words = {"message": _text(finding.message), "reason": _text(one.reason), "identity": _text(finding.identity)}
    return {"code": finding.code, "name": finding.name, **place, **words}


def _trigger(trigger: TriggerInfo | None, view: View) -> dict[str, Any] | None:
    if trigger is None:
        return None
    evidence = trigger.evidence
    return {
        "source": trigger.source,
        "redelivers": trigger.redelivers.value,
        "evidence": {"path": _path(evidence.path, view), "line": evidence.span.line} if evidence else None,
        "words": _text(trigger.words),
    }


def _step(step: Step, view: View) -> dict[str, Any]:
    place = {"path": _path(step.place.path, view), "line": step.place.span.line, "column": step.place.span.column}
    return {**place, "message": _text(step.message)}


def _fix(fix: Fix, view: View) -> dict[str, Any]:
    return {"title": _text(fix.title), "safe": fix.safe, "edits": [_edit(edit, view) for edit in fix.edits]}


def _edit(edit: Edit, view: View) -> dict[str, Any]:
    return {**_place(edit.place, view), "text": edit.text}


def _place(place: Place, view: View) -> dict[str, Any]:
    return {"path": _path(place.path, view), **_span(place.span)}


def _span(span: Span) -> dict[str, int]:
    return {"line": span.line, "column": span.column, "end_line": span.end_line, "end_column": span.end_column}


def _path(path: str, view: View) -> str:
    """A path exactly as it is; only bytes that are no text, which strict readers refuse, are written out."""
    return _text(view.path(path))


def _text(text: str) -> str:
    """The text; half characters, which would make the whole document unreadable for strict readers, written out."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join(visible(char) if "\ud800" <= char <= "\udfff" else char for char in text)
    return text
