"""JUnit: each finding is a test that failed, so that Jenkins and others show it.
https://github.com/jenkinsci/xunit-plugin/blob/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd"""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from lintdem.model.finding import Finding, Level, Report
from lintdem.output.escape import visible
from lintdem.output.tally import LEVELS
from lintdem.output.view import View


def render(report: Report, view: View) -> str:
    """The report as XML. Notes are tests that passed; a clean run is one test that passed."""
    cases = [*_findings(report, view), *_problems(report, view)] or ['<testcase classname="lintdem" name="all clear" time="0"/>']
    failures = sum(finding.level is not Level.NOTE for finding in report.findings)
    errors = sum(LEVELS.get(problem.code, Level.ERROR) is Level.ERROR for problem in report.problems)
    numbers = f'tests="{len(cases)}" failures="{failures}" errors="{errors}"'
    body = "\n    ".join(cases)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="lintdem" {numbers} time="0">\n'
        f'  <testsuite name="lintdem" {numbers} skipped="0" time="0">\n    {body}\n  </testsuite>\n</testsuites>\n'
    )


def _findings(report: Report, view: View) -> Iterator[str]:
    for finding in report.findings:
        place = f"{finding.code} {finding.name} {finding.span.line}:{finding.span.column}"
        named = f"<testcase classname={_attr(view.path(finding.path))} name={_attr(place)} time=\"0\""
        if finding.level is Level.NOTE:
            yield f"{named}/>"
            continue
        kind, said = _attr(finding.level.value), _attr(finding.message)
        yield f"{named}><failure type={kind} message={said}>{_text(_story(finding, view))}</failure></testcase>"


def _problems(report: Report, view: View) -> Iterator[str]:
    for problem in report.problems:
        place = f"{problem.code} {problem.place.span.line}:{problem.place.span.column}"
        named = f"<testcase classname={_attr(view.path(problem.place.path))} name={_attr(place)} time=\"0\""
        if LEVELS.get(problem.code, Level.ERROR) is not Level.ERROR:
            yield f"{named}/>"
            continue
        yield f"{named}><error type={_attr(problem.code)} message={_attr(problem.message)}/></testcase>"


def _story(finding: Finding, view: View) -> str:
    lines = [f"{view.path(finding.path)}:{finding.span.line}:{finding.span.column}: {finding.message}"]
    lines += [f"{n}. {view.path(s.place.path)}:{s.place.span.line} {s.message}" for n, s in enumerate(finding.why, 1)]
    if finding.trigger:
        lines.append(f"redelivery: {finding.trigger.words}")
    lines += [f"guard: {finding.guard}"] if finding.guard else []
    lines += [f"fix: {finding.advice}"] if finding.advice else []
    return "\n".join(map(visible, lines))


def _attr(text: str) -> str:
    return quoteattr(visible(text))


def _text(text: str) -> str:
    return escape(text)
