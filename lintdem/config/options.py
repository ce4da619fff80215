"""What one configuration file says: every key checked, with the line it stands on.

A key that nothing reads is an error, so a misspelt setting cannot pass for a set one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from pathspec import GitIgnoreSpec

from lintdem.config.declarations import declarations
from lintdem.config.positions import line_of, line_of_entry
from lintdem.config.wrong import Wrong, nearest
from lintdem.errors import UsageError
from lintdem.model.finding import Level
from lintdem.model.stack import Source


@dataclass(frozen=True)
class Handler:
    """One `[[tool.lintdem.handlers]]`: functions called by a source that no template here shows."""

    pattern: str
    source: Source


@dataclass(frozen=True)
class Options:
    """The keys of one file as they were written there, already of the right type. `table` is where
    they stand ("tool", "lintdem") or () in a file of lintdem's own."""

    file: Path
    text: str
    table: tuple[str, ...]
    values: Mapping[str, Any] = field(default_factory=dict)

    def line(self, key: str, value: str | None = None) -> int:
        """The line of a key, or of one of its values."""
        return line_of(self.text, (*self.table, key), value)

    def line_of_entry(self, key: str, index: int) -> int:
        """The line of one of several tables of the same name."""
        return line_of_entry(self.text, (*self.table, key), index)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Wrong("expected a text")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Wrong("expected true or false")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise Wrong("expected a list of texts")
    return tuple(value)


def _globs(value: Any) -> tuple[str, ...]:
    for pattern in _texts(value):
        try:
            GitIgnoreSpec.from_lines([pattern])
        except ValueError:
            raise Wrong(f'"{pattern}" is no pattern') from None
    return tuple(value)


def _level(value: Any) -> Level:
    names = [level.value for level in Level]
    if value not in names:
        near = nearest(value, names) if isinstance(value, str) else ""
        raise Wrong(f"expected one of {', '.join(names)}{near}")
    return Level(value)


def _names_by_glob(value: Any) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if not isinstance(value, dict):
        raise Wrong("expected a table of lists")
    _globs(list(value))
    return tuple((name, _texts(items)) for name, items in value.items())


def _table_of_levels(value: Any) -> tuple[tuple[str, Level], ...]:
    if not isinstance(value, dict):
        raise Wrong('expected a table such as {LDM301 = "error"}')
    return tuple((name, _level(level)) for name, level in value.items())


def _handlers(value: Any) -> tuple[Handler, ...]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise Wrong("expected [[handlers]] tables")
    return tuple(_handler(item, index) for index, item in enumerate(value))


def _handler(item: dict[str, Any], index: int) -> Handler:
    for name in item:
        if name not in ("pattern", "source"):
            raise Wrong(f'unknown key "{name}" in handlers{nearest(name, ("pattern", "source"))}', index)
    if not isinstance(item.get("pattern"), str) or not isinstance(item.get("source"), str):
        raise Wrong("every handler needs the texts pattern and source", index)
    sources = [source.value for source in Source]
    if item["source"] not in sources:
        raise Wrong(f'unknown source "{item["source"]}"{nearest(item["source"], sources)}', index)
    return Handler(item["pattern"], Source(item["source"]))


KEYS: Mapping[str, Callable[[Any], Any]] = {
    "extend": _text,
    "select": _texts,
    "extend-select": _texts,
    "ignore": _texts,
    "per-file-ignores": _names_by_glob,
    "levels": _table_of_levels,
    "fail-on": _level,
    "require-reason": _flag,
    "exclude": _globs,
    "extend-exclude": _globs,
    "respect-gitignore": _flag,
    "source-roots": _texts,
    "handlers": _handlers,
    "effects": partial(declarations, "effects"),
    "guards": partial(declarations, "guards"),
    "safe": partial(declarations, "safe"),
}
"""Every key and what its value must be."""


def options_from(raw: Mapping[str, Any], file: Path, text: str, table: tuple[str, ...]) -> Options:
    """Check what stands in one table and keep it."""
    place = Options(file, text, table)
    values = {}
    for key, value in raw.items():
        if key not in KEYS:
            raise UsageError(f'{file}:{place.line(key)}: unknown key "{key}"{nearest(key, KEYS)}')
        try:
            values[key] = KEYS[key](value)
        except Wrong as wrong:
            line = place.line(key) if wrong.entry is None else place.line_of_entry(key, wrong.entry)
            raise UsageError(f"{file}:{line}: {key}: {wrong}") from None
    return Options(file, text, table, values)
