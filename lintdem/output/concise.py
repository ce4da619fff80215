"""One line for each finding: `path:line:column: LDM101 message`, for editors and grep. Never wrapped."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.model.finding import Report
from lintdem.model.span import Span
from lintdem.output.escape import visible
from lintdem.output.tally import by_rule, closing
from lintdem.output.view import View


def render(report: Report, view: View) -> str:
    """The report, a line each."""
    return "".join(f"{line}\n" for line in _lines(report, view))


def _lines(report: Report, view: View) -> Iterator[str]:
    if view.statistics:
        yield from (f"{number}\t{code}\t{name}" for number, code, name in by_rule(report))
    else:
        rows = [(finding.path, finding.span, finding.code, finding.message) for finding in report.findings]
        rows += [(item.place.path, item.place.span, item.code, item.message) for item in report.problems]
        yield from (_line(row, view) for row in sorted(rows))
    if not view.quiet:
        yield " ".join(closing(report))


def _line(row: tuple[str, Span, str, str], view: View) -> str:
    path, span, code, message = row
    return f"{visible(view.path(path))}:{span.line}:{span.column}: {code} {visible(message)}"
