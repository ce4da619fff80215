"""The JSON report as lines: one object each, first the findings, then the problems, then the summary; `type` says which."""

from __future__ import annotations

import json

from lintdem.model.finding import Report
from lintdem.output.json import document
from lintdem.output.view import View


def render(report: Report, view: View) -> str:
    """The report, an object a line, ASCII."""
    whole = document(report, view)
    rows = [{"type": "finding", **finding} for finding in whole["findings"]]
    rows += [{"type": "problem", **problem} for problem in whole["problems"]]
    rows.append({"type": "summary", "version": whole["version"], "tool": whole["tool"], **whole["summary"]})
    return "".join(json.dumps(row).replace("\x7f", "\\u007f") + "\n" for row in rows)
