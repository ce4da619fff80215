"""Which fixes go together: one for each finding, and none in the way of another."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from lintdem.model.finding import Edit, Finding, Fix


@dataclass(frozen=True)
class Offer:
    """A fix and the finding it mends."""

    finding: Finding
    fix: Fix

    @property
    def key(self) -> tuple[str, str]:
        """What is remembered of an offer that was turned down."""
        return self.finding.identity, self.fix.title


def offers(findings: Iterable[Finding], refused: Collection[tuple[str, str]], *, unsafe: bool) -> list[Offer]:
    """For each finding the first of its fixes that is wanted; together none overlaps another."""
    chosen: list[Offer] = []
    taken: list[Edit] = []
    for finding in findings:
        wanted = (Offer(finding, fix) for fix in finding.fixes if fix.safe or unsafe)
        offer = next((one for one in wanted if one.key not in refused), None)
        if offer is not None and not any(_meet(edit, other) for edit in offer.fix.edits for other in taken):
            chosen.append(offer)
            taken += offer.fix.edits
    return chosen


def edits_of(chosen: Iterable[Offer]) -> dict[str, list[Edit]]:
    """All edits by file; what two fixes want alike is done once."""
    found: dict[str, dict[Edit, None]] = {}
    for offer in chosen:
        for edit in offer.fix.edits:
            found.setdefault(edit.place.path, {})[edit] = None
    return {path: list(edits) for path, edits in found.items()}


def _meet(one: Edit, other: Edit) -> bool:
    """Whether two edits touch; the same insertion twice does not."""
    a, b = one.place.span, other.place.span
    if one.place.path != other.place.path or (one == other and (a.line, a.column) == (a.end_line, a.end_column)):
        return False
    return (a.line, a.column) <= (b.end_line, b.end_column) and (b.line, b.column) <= (a.end_line, a.end_column)
