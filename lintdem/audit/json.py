"""The audit as one JSON object. The shape is a contract: fields may be added, none changes its meaning."""

from __future__ import annotations

import json
from typing import Any

from lintdem import __version__
from lintdem.audit.ranking import Audit, Rank
from lintdem.audit.records import Audited, Row, Trouble
from lintdem.model.finding import Level

VERSION = 1


def render(audit: Audit) -> str:
    """The audit as JSON text in ASCII. No time in it: the same repositories give the same bytes."""
    document = {
        "version": VERSION,
        "tool": {"name": "lintdem", "version": __version__},
        "summary": _summary(audit),
        "repositories": [_repository(record) for record in audit.records],
        "rankings": {
            "repositories": [_rank(rank, "place") for rank in audit.by_repository()],
            "teams": [_rank(rank, None) for rank in audit.by_team()],
            "rules": [_rank(rank, "title") for rank in audit.by_rule()],
        },
        "findings": [row_fields(record, row) for record, row in audit.rows()],
    }
    return json.dumps(document, indent=2).replace("\x7f", "\\u007f") + "\n"


def row_fields(record: Audited, row: Row) -> dict[str, Any]:
    """A finding as plain data, as it also stands in a table."""
    return {
        "repository": record.name,
        "team": row.team,
        "code": row.code,
        "name": row.name,
        "level": row.level.value,
        "message": row.message,
        "path": row.path,
        "line": row.line,
        "column": row.column,
        "handler": row.handler,
        "source": row.source,
        "identity": row.identity,
    }


def repository_fields(record: Audited) -> dict[str, Any]:
    """A repository as plain data, without what is a list."""
    levels = [row.level for row in record.findings]
    return {
        "name": record.name,
        "place": record.place,
        "revision": record.revision,
        "outcome": record.outcome.value,
        "files": record.files,
        "handlers": record.handlers,
        **{f"{level.value}s": levels.count(level) for level in Level},
        "suppressed": record.suppressed,
        "baselined": record.baselined,
        "gaps": record.gaps,
        "fails": record.fails,
    }


def _summary(audit: Audit) -> dict[str, Any]:
    return {
        "repositories": len(audit.records),
        **{outcome.value: number for outcome, number in audit.outcomes().items()},
        **{f"{level.value}s": audit.count(level) for level in Level},
        "files": sum(record.files for record in audit.records),
        "handlers": sum(record.handlers for record in audit.records),
        "suppressed": sum(record.suppressed for record in audit.records),
        "baselined": sum(record.baselined for record in audit.records),
    }


def _repository(record: Audited) -> dict[str, Any]:
    return {**repository_fields(record), "problems": [_trouble(trouble) for trouble in record.troubles]}


def _trouble(trouble: Trouble) -> dict[str, Any]:
    return {
        "code": trouble.code or None,
        "message": trouble.message,
        "path": trouble.path or None,
        "line": trouble.line or None,
    }


def _rank(rank: Rank, more: str | None) -> dict[str, Any]:
    named = {"name": rank.name, **({more: rank.more} if more else {})}
    counts = {"errors": rank.errors, "warnings": rank.warnings, "notes": rank.notes}
    return {**named, **counts, "repositories": rank.spread}
