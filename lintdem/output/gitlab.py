"""GitLab code quality: an array of issues. https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import Any

from lintdem.model.finding import Level, Report
from lintdem.model.span import Span
from lintdem.output.escape import visible
from lintdem.output.tally import LEVELS
from lintdem.output.view import View

_SEVERITIES = {Level.ERROR: "critical", Level.WARNING: "major", Level.NOTE: "info"}


def render(report: Report, view: View) -> str:
    """The report as JSON text, ASCII. GitLab takes issues with one fingerprint for one, so each has its own."""
    seen: Counter[str] = Counter()
    rows = [(f.identity, f.code, f.level, f.message, f.path, f.span) for f in report.findings]
    for one in report.problems:
        level = LEVELS.get(one.code, Level.ERROR)
        rows.append((f"{one.code}:{one.place.path}:{one.message}", one.code, level, one.message, one.place.path, one.place.span))
    return json.dumps([_issue(*row, view, seen) for row in rows], indent=2).replace("\x7f", "\\u007f") + "\n"


def _issue(
    identity: str, code: str, level: Level, message: str, path: str, span: Span, view: View, seen: Counter[str]
) -> dict[str, Any]:
    seen[identity] += 1
    known = identity if seen[identity] == 1 else f"{identity}#{seen[identity]}"
    return {
        "description": f"{code} {visible(message)}",
        "check_name": code,
        "fingerprint": hashlib.sha256(known.encode("utf-8", "surrogatepass")).hexdigest(),
        "severity": _SEVERITIES[level],
        "location": {"path": visible(view.path(path)), "lines": {"begin": span.line, "end": max(span.line, span.end_line)}},
    }
