"""Markdown for the summary of a CI job or a comment under a merge request: a table of the findings, the loudest first.
https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#adding-a-job-summary"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lintdem.model.finding import Finding, Level, Report
from lintdem.model.module import Problem
from lintdem.model.span import Place
from lintdem.output.escape import visible
from lintdem.output.tally import LEVELS, NAMES, by_rule, closing, count, help_page
from lintdem.output.view import View

MOST_BYTES = 900_000
"""GitHub drops a summary of more than 1 MiB whole."""
_LOUDNESS = tuple(Level)
_ACTING = frozenset("\\`*_{}[]<>|~#@:!&$\"'")


def render(report: Report, view: View) -> str:
    """The report as Markdown. What goes over the limit is left out, the quietest first, and counted."""
    head = [f"### lintdem: {plain(closing(report)[0])}", "", *(plain(line) for line in closing(report)[1:]), ""]
    if view.statistics:
        head += ["| findings | rule |", "|---:|---|"]
        head += [f"| {number} | {_rule(code, name)} |" for number, code, name in by_rule(report)]
        return "\n".join(head).rstrip() + "\n"
    rows = list(_rows(report, view))
    kept, size = [], len("\n".join(head))
    for row in rows:
        size += len(row.encode()) + 1
        if size > MOST_BYTES:
            break
        kept.append(row)
    table = ["| level | rule | place | what happens, and what to do |", "|---|---|---|---|", *kept] if rows else []
    left = len(rows) - len(kept)
    cut = ["", f"{count(left, 'more row')} would not fit into the summary; the log has them all."] if left else []
    return "\n".join([*head, *table, *cut]).rstrip() + "\n"


def plain(text: str) -> str:
    """Text in which nothing is markup, a link, a mention or the end of a cell."""
    return "".join(f"&#{ord(char)};" if char in _ACTING else char for char in visible(text))


def _rows(report: Report, view: View) -> Iterator[str]:
    lines: list[tuple[int, str]] = [(_LOUDNESS.index(one.level), _finding(one, view)) for one in report.findings]
    lines += [(_LOUDNESS.index(LEVELS.get(one.code, Level.ERROR)), _problem(one, view)) for one in report.problems]
    return (row for _, row in sorted(lines, key=lambda line: line[0]))


def _finding(finding: Finding, view: View) -> str:
    parts = [plain(finding.message)]
    parts += [f"redelivery: {plain(finding.trigger.words)}"] if finding.trigger and finding.trigger.words else []
    parts += [f"guard: {plain(finding.guard)}"] if finding.guard else []
    parts += [f"fix: {plain(finding.advice)}"] if finding.advice else []
    return _row(finding.level, finding.code, finding.name, Place(finding.path, finding.span), parts, view)


def _problem(problem: Problem, view: View) -> str:
    level = LEVELS.get(problem.code, Level.ERROR)
    return _row(level, problem.code, NAMES.get(problem.code, ""), problem.place, [plain(problem.message)], view)


def _row(level: Level, code: str, name: str, place: Place, parts: Iterable[str], view: View) -> str:
    return f"| {level.value} | {_rule(code, name)} | {plain(view.path(place.path))}:{place.span.line} | {'<br>'.join(parts)} |"


def _rule(code: str, name: str) -> str:
    page = help_page(name, code)
    return f"[{code}]({page}) {plain(name)}" if page else f"{plain(code)} {plain(name)}"
