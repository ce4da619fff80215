"""How long a line may be where a project has said so to its formatter: fixes are broken as that would break them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_USUAL = 88
"""What ruff and black take unless they are told otherwise."""
_OWN = (".ruff.toml", "ruff.toml")
_SHARED = "pyproject.toml"


def line_length(path: str, read: Callable[[str], bytes | None]) -> int | None:
    """The length for a file, as the nearest settings of ruff or black above it say; None where there are none. `read` gives
    the bytes of a file by its path from the root of the workspace."""
    for folder in PurePosixPath(path).parents:
        tables = list(_tables_in(folder, read))
        said = [table["line-length"] for table in tables if "line-length" in table]
        if said:
            return said[0] if type(said[0]) is int and said[0] > 0 else None
        if tables:
            return None if any("extend" in table for table in tables) else _USUAL
    return None


def _tables_in(folder: PurePosixPath, read: Callable[[str], bytes | None]) -> Iterator[dict[str, Any]]:
    """The tables that formatters are set with in a folder; ruff's own files count before those it shares."""
    for name in _OWN:
        yield from _tables(read((folder / name).as_posix()), ())
    shared = read((folder / _SHARED).as_posix())
    yield from _tables(shared, ("tool", "ruff"))
    yield from _tables(shared, ("tool", "black"))


def _tables(data: bytes | None, names: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """The table of these names, if the file has it. What is wrong in it is for its owner to say."""
    if data is None:
        return
    try:
        found: Any = tomllib.loads(data.decode())
    except (ValueError, RecursionError):
        return
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    if isinstance(found, dict):
        yield found
