"""Sentences that the formats share."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.audit.ranking import Audit
from lintdem.audit.records import Outcome
from lintdem.model.finding import Level


def count(number: int, noun: str, many: str = "") -> str:
    """`1 repository`, `2 repositories`."""
    return f"{number:,} {noun if number == 1 else many or noun + 's'}"


def closing(audit: Audit) -> str:
    """What was found in what, and how much of it could not be checked."""
    levels = ", ".join(count(audit.count(level), level.value) for level in Level if audit.count(level))
    files = count(sum(record.files for record in audit.records), "file")
    handlers = count(sum(record.handlers for record in audit.records), "handler")
    where = f"{count(len(audit.records), 'repository', 'repositories')}: {files}, {handlers}"
    sentence = f"Found {levels or 'nothing'} in {where}."
    outcomes = audit.outcomes()
    parts = []
    if outcomes[Outcome.FAILED]:
        parts.append(f"{count(outcomes[Outcome.FAILED], 'repository', 'repositories')} not at all")
    if outcomes[Outcome.INCOMPLETE]:
        parts.append(f"{count(outcomes[Outcome.INCOMPLETE], 'repository', 'repositories')} not whole")
    return f"{sentence} Not everything was checked: {', '.join(parts)}." if parts else sentence


def told_of(audit: Audit) -> Iterator[tuple[str, str]]:
    """Everything that could not be checked: where, and why."""
    for record in audit.records:
        for trouble in record.troubles:
            where = f"{record.name}/{trouble.path}:{trouble.line}" if trouble.path else record.name
            yield where, f"{trouble.code} {trouble.message}".strip()
