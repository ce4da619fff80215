"""The report for people: a frame for each finding with the line, the way from the handler, who redelivers, the guard
that does not count, and what to do.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text

from lintdem.model.finding import Finding, Level, Report, Step
from lintdem.model.module import Problem
from lintdem.model.span import NOWHERE, Place
from lintdem.output.console import console_for
from lintdem.output.escape import visible
from lintdem.output.frame import rows
from lintdem.output.tally import LEVELS, NAMES, by_rule, closing, count, help_page
from lintdem.output.view import View

_COLOR = {Level.ERROR: "bold red", Level.WARNING: "bold yellow", Level.NOTE: "bold cyan"}
_NARROWEST = 40
_FEW_NOTES = 5
_REMEDIES = {
    "LDM901": "mend the file, or leave it out with `extend-exclude`",
    "LDM905": "this is a fault of lintdem, not of the checked code; --verbose shows where it happened",
}


def _is_remark(finding: Finding) -> bool:
    """Whether a finding only says that something was not understood: no fault, no way, nothing to mend."""
    return finding.level is Level.NOTE and finding.code in LEVELS and not finding.why


def render(report: Report, view: View) -> str:
    """The report as lines of at most the view's width, as far as paths allow."""
    page = _Page(report, view)
    blocks = [page.statistics()] if view.statistics else page.blocks()
    for block in blocks:
        for line in block:
            page.console.print(line, soft_wrap=True)
    if not view.quiet:
        for line in page.closing():
            page.console.print(line, soft_wrap=True)
    return page.written.getvalue()


class _Page:
    """What is being written, and what all of it needs."""

    def __init__(self, report: Report, view: View) -> None:
        self.report = report
        self.view = view
        self.width = max(view.width, _NARROWEST)
        self.written = io.StringIO()
        self.console = console_for(self.written, self.width, color=view.color)

    def blocks(self) -> Iterator[Iterable[Text]]:
        """Every finding under its file, then the problems, then the remarks."""
        told = [finding for finding in self.report.findings if not _is_remark(finding)]
        for path, findings in groupby(told, key=lambda finding: finding.path):
            yield self._heading(path)
            above: str | None = None
            for finding in findings:
                yield self._finding(finding, above)
                above = finding.trigger.words if finding.trigger else above
        yield from self._problems()

    def closing(self) -> Iterator[Text]:
        """The closing sentences, in one line if they fit."""
        sentences = closing(self.report)
        whole = " ".join(sentences)
        for sentence in [whole] if cell_len(whole) <= self.width else sentences:
            yield from self._wrapped(Text(sentence, style="bold"), "", "  ")

    def statistics(self) -> Iterator[Text]:
        """How often each rule found something."""
        for number, code, name in by_rule(self.report):
            yield Text(f"{number:6}  {code}  {name}")
        yield Text("")

    def _heading(self, path: str) -> Iterator[Text]:
        yield Text(visible(self.view.path(path)), style="bold underline")
        yield Text("")

    def _finding(self, finding: Finding, above: str | None) -> Iterator[Text]:
        """One finding; `above` is what was said of redelivery last in this file, and is not said again."""
        yield from self._header(finding.level, finding.code, finding.name, finding.message, page=True)
        gutter = self._gutter(finding)
        yield from self._frame(Place(finding.path, finding.span), finding.level, gutter)
        if finding.why:
            yield from self._way(finding.why, gutter)
        for title, paragraph in self._told(finding, above):
            yield from self._paragraph(title, paragraph, gutter)
        yield Text("")

    def _gutter(self, finding: Finding) -> int:
        return len(str(max(finding.span.line, finding.span.end_line)))

    def _header(self, level: Level, code: str, name: str, message: str, *, page: bool) -> Iterator[Text]:
        style = Style.parse(_COLOR[level])
        link = Style(link=help_page(name, code) or None) if page and self.view.links else Style()
        text = Text.assemble((level.value, style), (f"[{code}]", style + link), f" {name}: ")
        text.append(visible(message), style="bold")
        yield from self._wrapped(text, "", "  ")

    def _frame(self, place: Place, level: Level, gutter: int) -> Iterator[Text]:
        pad = " " * gutter
        yield self._arrow(place, gutter)
        shown = rows(self.report.sources.get(place.path, ""), place.span, self.width - gutter - 3)
        if not shown:
            return
        mark = _COLOR[level]
        yield Text(f"{pad} |", style="blue")
        for row in shown:
            text = Text.assemble((f"{row.number:>{gutter}} | ", "blue"), (row.text, mark if row.is_mark else ""))
            text.rstrip()
            yield text
        yield Text(f"{pad} |", style="blue")

    def _told(self, finding: Finding, above: str | None) -> Iterator[tuple[str, Text]]:
        """What stands below the way: a title and its paragraph."""
        if finding.handler and not finding.why:
            yield "handler", Text(visible(self.view.handler(finding.handler) or ""))
        if finding.trigger:
            words = finding.trigger.words or finding.trigger.source
            told = Text("as above" if finding.trigger.words == above else visible(words))
            if finding.trigger.evidence:
                told.append(f" ({self._learned(finding.trigger.evidence)})")
            yield "redelivery", told
        if finding.guard:
            yield "guard", Text(visible(finding.guard))
        if finding.advice:
            yield "fix", Text(visible(finding.advice))
        for fix in finding.fixes or finding.remedies:
            yield f"{'safe' if fix.safe else 'unsafe'} fix", Text(visible(fix.title))

    def _learned(self, evidence: Place) -> str:
        """Where the trigger was learned: from a template, or else from what the code does with the event."""
        told = self._at_line(evidence)
        return f"as the code at {told} tells" if evidence.path.endswith(".py") else told

    def _way(self, steps: Sequence[Step], gutter: int) -> Iterator[Text]:
        """The steps under each other, numbered."""
        title = f"{' ' * gutter} = way: "
        digits = len(str(len(steps)))
        for number, step in enumerate(steps, 1):
            first = f"{title}{number:>{digits}}. "
            text = Text.assemble((self._at_line(step.place), "cyan"), f" {visible(step.message)}")
            yield from self._wrapped(text, first, " " * len(first))
            title = " " * len(title)

    def _paragraph(self, title: str, paragraph: Text, gutter: int) -> Iterator[Text]:
        """A paragraph behind its title; its further lines are set in."""
        yield from self._wrapped(paragraph, f"{' ' * gutter} = {title}: ", " " * (gutter + 5))

    def _wrapped(self, text: Text, first: str, rest: str) -> Iterator[Text]:
        """The text in lines of the width: the first behind one prefix, the others behind another. Words are never
        broken, so that a path stays a path."""
        room = self.width - len(first)
        breaks, position = [], 0
        for word in text.plain.split(" "):
            length = cell_len(word)
            if position and length > room:
                breaks.append(position)
                room = self.width - len(rest)
            position += len(word) + 1
            room -= length + 1
        for number, line in enumerate(text.divide(breaks)):
            line.rstrip()
            yield Text.assemble((rest if number else first, "blue"), line)

    def _problems(self) -> Iterator[Iterable[Text]]:
        """What could not be checked, then the remarks: a few of them, for they are many and change no result."""
        loud = [item for item in self.report.problems if LEVELS.get(item.code, Level.ERROR) is not Level.NOTE]
        yield from map(self._problem, loud)
        notes = [self._problem(item) for item in self.report.problems if item not in loud]
        remarks = [*map(self._remark, filter(_is_remark, self.report.findings)), *notes]
        shown = remarks if self.view.verbose else remarks[:_FEW_NOTES]
        yield from shown
        if len(shown) < len(remarks):
            yield [Text(f"and {count(len(remarks) - len(shown), 'more such note')}; --verbose shows all"), Text("")]

    def _problem(self, problem: Problem) -> Iterator[Text]:
        level = LEVELS.get(problem.code, Level.ERROR)
        yield from self._header(level, problem.code, NAMES.get(problem.code, ""), problem.message, page=False)
        gutter = len(str(problem.place.span.line))
        if level is Level.NOTE or problem.place.span == NOWHERE:
            yield self._arrow(problem.place, gutter)
        else:
            yield from self._frame(problem.place, level, gutter)
        if problem.code in _REMEDIES:
            yield from self._paragraph("fix", Text(_REMEDIES[problem.code]), gutter)
        if self.view.verbose and problem.detail:
            yield from (Text(f"  {visible(line)}") for line in problem.detail.splitlines())
        yield Text("")

    def _remark(self, finding: Finding) -> Iterator[Text]:
        yield from self._header(finding.level, finding.code, finding.name, finding.message, page=True)
        yield self._arrow(Place(finding.path, finding.span), self._gutter(finding))
        yield Text("")

    def _arrow(self, place: Place, gutter: int) -> Text:
        return Text.assemble((f"{' ' * gutter}--> ", "blue"), self._place(place))

    def _place(self, place: Place) -> str:
        return f"{self._at_line(place)}:{place.span.column}"

    def _at_line(self, place: Place) -> str:
        return f"{visible(self.view.path(place.path))}:{place.span.line}"
