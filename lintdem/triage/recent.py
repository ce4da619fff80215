"""What a report says of a change: findings that were not there before, and those that lead through changed lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from lintdem.baseline import Baseline, entry_of
from lintdem.model.finding import Finding, Report
from lintdem.model.span import Place
from lintdem.triage.run import FATAL

if TYPE_CHECKING:
    from lintdem.revisions import Changes


def since(report: Report, before: Iterable[Finding], changes: Changes, is_gone: Callable[[str], bool]) -> Report:
    """The report of what is new against the findings `before`, or touched by the changes. Of several alike findings those
    on changed lines are taken for the new ones. What could not be checked is always told."""
    touched = {number: _touched(finding, changes) for number, finding in enumerate(report.findings)}
    order = sorted(touched, key=lambda number: touched[number])
    known = Baseline(Path(), entries=tuple(entry_of(finding) for finding in before))
    parted = known.part([report.findings[number] for number in order], is_gone)
    new = {id(finding) for finding in parted.new}
    kept = tuple(finding for number, finding in enumerate(report.findings) if touched[number] or id(finding) in new)
    problems = tuple(item for item in report.problems if item.code in FATAL or item.place.path in changes.lines)
    return msgspec.structs.replace(report, findings=kept, problems=problems)


def _touched(finding: Finding, changes: Changes) -> bool:
    """Whether the place of a finding, a step of its way, or what tells its trigger is on a changed line."""
    places = [Place(finding.path, finding.span), *(step.place for step in finding.why)]
    if finding.trigger is not None and finding.trigger.evidence is not None:
        places.append(finding.trigger.evidence)
    return any(changes.holds(place.path, place.span.line, place.span.end_line) for place in places)
