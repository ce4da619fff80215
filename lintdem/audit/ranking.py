"""The records counted: by repository, team and rule, the worst first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from lintdem.audit.records import Audited, Outcome, Row
from lintdem.model.finding import Level

NOBODY = "(no team)"


@dataclass(frozen=True)
class Rank:
    """One repository, team or rule with its findings; `more` is its full name, `spread` in how many repositories it is."""

    name: str
    more: str
    errors: int
    warnings: int
    notes: int
    spread: int

    @property
    def total(self) -> int:
        """All findings."""
        return self.errors + self.warnings + self.notes


@dataclass(frozen=True)
class Audit:
    """All records, in the order of their names."""

    records: tuple[Audited, ...]

    @property
    def whole(self) -> bool:
        """Whether everything was checked."""
        return all(record.outcome is Outcome.CHECKED for record in self.records)

    @property
    def fails(self) -> bool:
        """Whether any repository fails by its own measure."""
        return any(record.fails for record in self.records)

    def rows(self) -> Iterator[tuple[Audited, Row]]:
        """Every finding with its repository."""
        return ((record, row) for record in self.records for row in record.findings)

    def count(self, level: Level) -> int:
        """How many findings of a level."""
        return sum(row.level is level for _, row in self.rows())

    def outcomes(self) -> dict[Outcome, int]:
        """How many repositories came out how."""
        return {outcome: sum(record.outcome is outcome for record in self.records) for outcome in Outcome}

    def by_repository(self) -> list[Rank]:
        """Every repository in which something was found."""
        return self._ranks(lambda record, row: (record.name, record.place))

    def by_team(self) -> list[Rank]:
        """Every team with findings; what nobody owns stands together."""
        return self._ranks(lambda record, row: (row.team or NOBODY, ""))

    def by_rule(self) -> list[Rank]:
        """Every rule that found something."""
        return self._ranks(lambda record, row: (row.code, row.name))

    def _ranks(self, key: Callable[[Audited, Row], tuple[str, str]]) -> list[Rank]:
        groups: dict[tuple[str, str], list[tuple[Audited, Row]]] = {}
        for record, row in self.rows():
            groups.setdefault(key(record, row), []).append((record, row))
        ranks = [_rank(name, more, rows) for (name, more), rows in groups.items()]
        return sorted(ranks, key=lambda rank: (-rank.errors, -rank.warnings, -rank.notes, rank.name, rank.more))


def _rank(name: str, more: str, rows: Iterable[tuple[Audited, Row]]) -> Rank:
    levels = [row.level for _, row in rows]
    errors, warnings, notes = (levels.count(level) for level in (Level.ERROR, Level.WARNING, Level.NOTE))
    return Rank(name, more, errors, warnings, notes, len({record.key for record, _ in rows}))
