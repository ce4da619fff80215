"""What is asked of all writes to one table, worked out once for each: in a large application a thousand writes go to one table,
and each is compared with the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from lintdem.interpreter.trace import Write
from lintdem.model.span import Place
from lintdem.program.remembering import remembered

Writes: TypeAlias = Mapping[Place, Write]
"""The writes to one table, by place."""

_TABLES = 256
_CHANGING = frozenset({"update", "delete", "accumulate"})


@remembered(_TABLES)
def in_order(writes: Writes) -> tuple[tuple[Place, Write], ...]:
    """The writes in order of their places."""
    return tuple(sorted(writes.items(), key=lambda pair: pair[0]))


@remembered(_TABLES)
def changing(writes: Writes) -> tuple[tuple[Place, Write], ...]:
    """Those that change or remove what is there, in order of their places."""
    return tuple(pair for pair in in_order(writes) if pair[1].kind in _CHANGING)


@remembered(_TABLES)
def key_names(writes: Writes) -> frozenset[str]:
    """The attributes by which updates and deletes name an item."""
    return frozenset(name for one in writes.values() for name, _ in one.key)


@remembered(_TABLES)
def whole_keys(writes: Writes) -> frozenset[tuple[str, ...]]:
    """The same, those of each update or delete together."""
    return frozenset(tuple(name for name, _ in one.key) for one in writes.values() if one.key)
