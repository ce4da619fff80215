"""Findings of a text that was changed since: told where the lines they stand on are still the same.

An edit is one stretch of lines; what stands above keeps its place, what stands below moves with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import takewhile

import msgspec

from lintdem.model.finding import Finding, Report
from lintdem.model.span import Place, Span


class _Change:
    """From line `first` up to, not including, `last` of the old text everything is different; below it moves by `by`."""

    def __init__(self, old: str, new: str) -> None:
        before, after = old.splitlines(), new.splitlines()
        same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False)))
        rest = list(zip(reversed(before[same:]), reversed(after[same:]), strict=False))
        alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], rest))
        self.first, self.last, self.by = same + 1, len(before) - alike + 1, len(after) - len(before)

    def span(self, span: Span) -> Span | None:
        """Where the same text stands now."""
        if span.end_line < self.first:
            return span
        if span.line < self.last:
            return None
        return Span(span.line + self.by, span.column, span.end_line + self.by, span.end_column)


def shifted(report: Report, texts: Mapping[str, tuple[str, str]]) -> Report:
    """The report in other texts: for each path the one it was made from, and the one it is shown in."""
    changes = {path: _Change(old, new) for path, (old, new) in texts.items()}

    def moved(finding: Finding) -> Finding | None:
        span = finding.span if finding.path not in changes else changes[finding.path].span(finding.span)
        if span is None:
            return None
        places = ((step, _moved(step.place, changes)) for step in finding.why)
        why = tuple(msgspec.structs.replace(step, place=place) for step, place in places if place is not None)
        remedies = tuple(one for one in finding.remedies if not any(change.place.path in changes for change in one.changes))
        return msgspec.structs.replace(finding, span=span, why=why, remedies=remedies)

    return msgspec.structs.replace(report, findings=tuple(one for f in report.findings if (one := moved(f)) is not None))


def _moved(place: Place, changes: Mapping[str, _Change]) -> Place | None:
    if place.path not in changes:
        return place
    span = changes[place.path].span(place.span)
    return Place(place.path, span) if span is not None else None
