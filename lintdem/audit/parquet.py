"""The audit as two tables for Parquet: a row for each finding, and beside it a row for each repository."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from lintdem import __version__
from lintdem.audit.json import repository_fields, row_fields
from lintdem.audit.ranking import Audit
from lintdem.errors import UsageError

_FINDINGS = {
    **dict.fromkeys(("repository", "team", "code", "name", "level", "message", "path"), "string"),
    **dict.fromkeys(("line", "column"), "int64"),
    **dict.fromkeys(("handler", "source", "identity", "revision"), "string"),
}
_REPOSITORIES = {
    **dict.fromkeys(("name", "place", "revision", "outcome"), "string"),
    **dict.fromkeys(("files", "handlers", "errors", "warnings", "notes", "suppressed", "baselined", "gaps"), "int64"),
    "fails": "bool",
    "problems": "string",
}


def need() -> None:
    """Say at once, before anything is checked, when the extra is missing."""
    _arrow()


def tables(audit: Audit, file: Path) -> dict[Path, bytes]:
    """The files of a report that goes to `file`: the findings, and `NAME.repositories.parquet` beside them, which also tells
    of repositories without findings and of those that could not be checked."""
    rows = ({**row_fields(record, row), "revision": record.revision} for record, row in audit.rows())
    repositories = (
        {**repository_fields(record), "problems": "\n".join(one.message for one in record.troubles) or None}
        for record in audit.records
    )
    beside = file.with_name(f"{file.name.removesuffix('.parquet')}.repositories.parquet")
    return {file: _table(rows, _FINDINGS), beside: _table(repositories, _REPOSITORIES)}


def _table(rows: Iterable[Mapping[str, Any]], types: Mapping[str, str]) -> bytes:
    """A table with the same columns whatever is in it, also when nothing is."""
    arrow, parquet = _arrow()
    made = {"string": arrow.string(), "int64": arrow.int64(), "bool": arrow.bool_()}
    schema = arrow.schema([(name, made[kind]) for name, kind in types.items()], metadata={"lintdem": __version__})
    written = io.BytesIO()
    parquet.write_table(arrow.Table.from_pylist(list(rows), schema=schema), written)
    return written.getvalue()


def _arrow() -> tuple[Any, Any]:
    try:
        # Loaded here, for few have it.
        import pyarrow  # noqa: PLC0415
        import pyarrow.parquet  # noqa: PLC0415
    except ImportError:
        raise UsageError("parquet needs the extra: pip install 'lintdem[parquet]'") from None
    return pyarrow, pyarrow.parquet
