"""reviewdog's diagnostics. Columns count bytes of UTF-8 there.
https://github.com/reviewdog/reviewdog/tree/master/proto/rdf"""

from __future__ import annotations

import json
from typing import Any

from lintdem.model.finding import Finding, Fix, Level, Report
from lintdem.model.module import Problem
from lintdem.model.span import Place
from lintdem.output.escape import visible
from lintdem.output.lines import byte_column
from lintdem.output.tally import LEVELS, NAMES, help_page
from lintdem.output.view import View

_SEVERITIES = {Level.ERROR: "ERROR", Level.WARNING: "WARNING", Level.NOTE: "INFO"}


def render(report: Report, view: View) -> str:
    """The report as JSON text, ASCII."""
    found = [_finding(finding, report, view) for finding in report.findings]
    found += [_problem(problem, report, view) for problem in report.problems]
    source = {"name": "lintdem", "url": "https://github.com/lintdem/lintdem"}
    return json.dumps({"source": source, "diagnostics": found}, indent=2).replace("\x7f", "\\u007f") + "\n"


def _finding(finding: Finding, report: Report, view: View) -> dict[str, Any]:
    place = Place(finding.path, finding.span)
    row: dict[str, Any] = {
        "message": visible(finding.message),
        "location": _location(place, report, view),
        "severity": _SEVERITIES[finding.level],
        "code": _code(finding),
        "related_locations": [
            {"message": visible(step.message), "location": _location(step.place, report, view)} for step in finding.why
        ],
    }
    own = [fix for fix in finding.fixes if all(edit.place.path == finding.path for edit in fix.edits)]
    if own:
        row["suggestions"] = _suggestions(own[0], report)
    return row


def _code(finding: Finding) -> dict[str, str]:
    """The code with the address of its page, where it has one."""
    page = help_page(finding.name, finding.code)
    return {"value": finding.code, "url": page} if page else {"value": finding.code}


def _problem(problem: Problem, report: Report, view: View) -> dict[str, Any]:
    return {
        "message": visible(problem.message),
        "location": _location(problem.place, report, view),
        "severity": _SEVERITIES[LEVELS.get(problem.code, Level.ERROR)],
        "code": {"value": problem.code, "url": help_page(NAMES.get(problem.code, ""))},
    }


def _suggestions(fix: Fix, report: Report) -> list[dict[str, Any]]:
    """What a reviewer can take over; only edits of the file itself can be shown there."""
    return [{"range": _range(edit.place, report), "text": edit.text} for edit in fix.edits]


def _location(place: Place, report: Report, view: View) -> dict[str, Any]:
    return {"path": visible(view.path(place.path)), "range": _range(place, report)}


def _range(place: Place, report: Report) -> dict[str, Any]:
    span, path = place.span, place.path
    end = max((span.end_line, span.end_column), (span.line, span.column))
    return {
        "start": {"line": span.line, "column": byte_column(report, path, span.line, span.column)},
        "end": {"line": end[0], "column": byte_column(report, path, *end)},
    }
