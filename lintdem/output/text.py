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
from lintdem.output.digest import LONG, first_steps, handlers_table, is_remark, tables
from lintdem.output.escape import visible
from lintdem.output.frame import rows
from lintdem.output.palette import FRAME, LABEL, LEVEL, MEND, PLACE
from lintdem.output.tally import LEVELS, NAMES, by_rule, closing, count, help_page
from lintdem.output.view import View
from lintdem.output.wrapping import wrapped

_NARROWEST = 40
_WIDEST = 110
"""Prose in longer lines is hard to read."""
_ROOMY = 60
_FEW_NOTES = 5
_FEW_ALIKE = 3
_TITLES = len("redelivery")
_MENDING = ("fix", "safe fix", "unsafe fix")
_REMEDIES = {
    "LDM901": "mend the file, or leave it out with `extend-exclude`",
    "LDM905": "this is a fault of lintdem, not of the checked code; --verbose shows where it happened",
}


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
        self.width = min(max(view.width, _NARROWEST), _WIDEST)
        self.written = io.StringIO()
        self.console = console_for(self.written, self.width, view)
        self.told = [finding for finding in report.findings if not is_remark(finding)]

    def blocks(self) -> Iterator[Iterable[Text]]:
        """Every finding under its file, then the problems, then the remarks, then what it all comes to."""
        for path, findings in groupby(self.told, key=lambda finding: finding.path):
            yield self._heading(path)
            above: dict[str, str] = {}
            shown, alike = self._parted(list(findings))
            for finding in shown:
                yield self._finding(finding, above)
            yield from map(self._alike, alike)
        yield from self._problems()
        if len(self.told) >= LONG and not self.view.quiet:
            yield tables(self.report, self.view, self.width)

    def closing(self) -> Iterator[Text]:
        """The closing sentences, in one line if they fit, and what to do with a long report."""
        sentences = closing(self.report)
        whole = " ".join(sentences)
        for sentence in [whole] if cell_len(whole) <= self.width else sentences:
            yield from wrapped(Text(sentence, style="bold"), self.width, rest="  ")
        if len(self.told) >= LONG and not self.view.statistics:
            for step in first_steps(self.report, self.view):
                yield from wrapped(Text(step), self.width, rest="  ")

    def statistics(self) -> Iterator[Text]:
        """How often each rule found something, and for which handlers."""
        for number, code, name in by_rule(self.report):
            yield Text(f"{number:6}  {code}  {name}")
        yield Text("")
        if self.told:
            yield from handlers_table(self.told, self.view, self.width)

    def _parted(self, findings: list[Finding]) -> tuple[list[Finding], list[list[Finding]]]:
        """The findings of a file that are shown whole, and those that say what others have said, together."""
        if self.view.verbose:
            return findings, []
        same: dict[tuple[object, ...], list[Finding]] = {}
        for one in findings:
            same.setdefault((one.code, one.level, one.message, one.guard, one.advice), []).append(one)
        alike = [group[_FEW_ALIKE:] for group in same.values() if len(group) > _FEW_ALIKE + 1]
        folded = {id(one) for group in alike for one in group}
        return [one for one in findings if id(one) not in folded], alike

    def _heading(self, path: str) -> Iterator[Text]:
        yield Text(visible(self.view.path(path)), style="bold underline")
        yield Text("")

    def _finding(self, finding: Finding, above: dict[str, str]) -> Iterator[Text]:
        """One finding; `above` is what was said last in this file, and is not said again."""
        yield from self._header(finding.level, finding.code, finding.name, finding.message)
        gutter = self._gutter(finding)
        yield from self._frame(Place(finding.path, finding.span), finding.level, gutter)
        if finding.why:
            yield from self._way(finding.why, gutter)
        for title, paragraph in self._told(finding, above):
            yield from self._paragraph(title, paragraph, gutter)
        yield Text("")

    def _alike(self, findings: list[Finding]) -> Iterator[Text]:
        """Findings that say what was said above, with their places only."""
        first = findings[0]
        yield from self._header(first.level, first.code, first.name, f"{len(findings)} more like it in this file")
        gutter = max(map(self._gutter, findings))
        for one in findings:
            yield self._arrow(Place(one.path, one.span), gutter)
        yield Text("")

    def _gutter(self, finding: Finding) -> int:
        return len(str(max(finding.span.line, finding.span.end_line)))

    def _header(self, level: Level, code: str, name: str, message: str) -> Iterator[Text]:
        style = Style.parse(LEVEL[level])
        link = self._link(help_page(name, code))
        text = Text.assemble((level.value, style), (f"[{code}]", style + link), f" {name}: ")
        text.append(visible(message), style="bold")
        yield from wrapped(text, self.width, rest="  ")

    def _frame(self, place: Place, level: Level, gutter: int) -> Iterator[Text]:
        pad = " " * gutter
        yield self._arrow(place, gutter)
        shown = rows(self.report.sources.get(place.path, ""), place.span, self.width - gutter - 3)
        if not shown:
            return
        yield Text(f"{pad} |", style=FRAME)
        for row in shown:
            text = Text.assemble((f"{row.number:>{gutter}} | ", FRAME), (row.text, LEVEL[level] if row.is_mark else ""))
            text.rstrip()
            yield text
        yield Text(f"{pad} |", style=FRAME)

    def _told(self, finding: Finding, above: dict[str, str]) -> Iterator[tuple[str, Text]]:
        """What stands below the way: a title and its paragraph."""
        if finding.handler and not finding.why:
            yield "handler", Text(visible(self.view.handler(finding.handler) or ""))
        if finding.trigger:
            words = finding.trigger.words or finding.trigger.source
            told = Text("as above" if above.get("redelivery") == words else visible(words))
            above["redelivery"] = words
            if finding.trigger.evidence:
                told.append_text(self._learned(finding.trigger.evidence))
            yield "redelivery", told
        if finding.guard:
            yield "guard", Text(visible(finding.guard))
        if finding.advice:
            same = above.get("fix") == finding.advice
            above["fix"] = finding.advice
            yield "fix", Text("as above" if same else visible(finding.advice))
        for fix in finding.fixes or finding.remedies:
            yield f"{'safe' if fix.safe else 'unsafe'} fix", Text(visible(fix.title))

    def _learned(self, evidence: Place) -> Text:
        """Where the trigger was learned: from a template, or else from what the code does with the event."""
        told = self._at_line(evidence)
        if evidence.path.endswith(".py"):
            return Text.assemble(" (as the code at ", told, " tells)")
        return Text.assemble(" (", told, ")")

    def _way(self, steps: Sequence[Step], gutter: int) -> Iterator[Text]:
        """The steps under each other, each file named once as long as the way stays in it."""
        first, rest = self._titled("way", gutter)
        digits = max(len(str(step.place.span.line)) for step in steps)
        for path, inside in groupby(steps, key=lambda step: step.place.path):
            named = Text(visible(self.view.path(path)), style=PLACE)
            if first.cell_len + named.cell_len > self.width:  # further left there is more room for it
                if first.plain.strip():
                    yield first
                first = Text(" " * max(min(first.cell_len, self.width - named.cell_len), gutter + 3))
            yield Text.assemble(first, named)
            first = Text(rest)
            for step in inside:
                number = f"{step.place.span.line:>{digits}}"
                start = Text.assemble(f"{rest}  ", (number, Style.parse(PLACE) + self._opening(step.place)), "  ")
                yield from wrapped(Text(visible(step.message)), self.width, start, " " * start.cell_len)

    def _titled(self, title: str, gutter: int) -> tuple[Text, str]:
        """The prefix of a paragraph and that of its further lines: in a column where there is room for one."""
        label = f"{title}:"
        roomy = self.width >= _ROOMY
        first = Text.assemble((f"{' ' * gutter} = ", FRAME), (label, MEND if title in _MENDING else LABEL))
        first.append(" " * (max(_TITLES + 2 - len(label), 1) if roomy else 1))
        return first, " " * (first.cell_len if roomy else gutter + 5)

    def _paragraph(self, title: str, paragraph: Text, gutter: int) -> Iterator[Text]:
        yield from wrapped(paragraph, self.width, *self._titled(title, gutter))

    def _problems(self) -> Iterator[Iterable[Text]]:
        """What could not be checked, then the remarks: a few of them, for they are many and change no result."""
        loud = [item for item in self.report.problems if LEVELS.get(item.code, Level.ERROR) is not Level.NOTE]
        yield from map(self._problem, loud)
        notes = [self._problem(item) for item in self.report.problems if item not in loud]
        remarks = [*map(self._remark, filter(is_remark, self.report.findings)), *notes]
        shown = remarks if self.view.verbose else remarks[:_FEW_NOTES]
        yield from shown
        if len(shown) < len(remarks):
            yield [Text(f"and {count(len(remarks) - len(shown), 'more such note')}; --verbose shows all"), Text("")]

    def _problem(self, problem: Problem) -> Iterator[Text]:
        level = LEVELS.get(problem.code, Level.ERROR)
        yield from self._header(level, problem.code, NAMES.get(problem.code, ""), problem.message)
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
        yield from self._header(finding.level, finding.code, finding.name, finding.message)
        yield self._arrow(Place(finding.path, finding.span), self._gutter(finding))
        yield Text("")

    def _arrow(self, place: Place, gutter: int) -> Text:
        return Text.assemble((f"{' ' * gutter}--> ", FRAME), self._at_line(place, f":{place.span.column}"))

    def _at_line(self, place: Place, column: str = "") -> Text:
        shown = f"{visible(self.view.path(place.path))}:{place.span.line}{column}"
        return Text(shown, style=Style.parse(PLACE) + self._opening(place))

    def _opening(self, place: Place) -> Style:
        return self._link(self.view.address(place.path, place.span.line))

    def _link(self, address: str) -> Style:
        return Style(link=address) if address and self.view.links else Style()
