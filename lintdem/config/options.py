"""What one configuration file says: every key checked, with the line it stands on.

A key that nothing reads is an error, so a misspelt setting cannot pass for a set one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from lintdem.config.declarations import declarations
from lintdem.config.positions import line_of, line_of_entry
from lintdem.config.wrong import Wrong, nearest
from lintdem.errors import UsageError
from lintdem.globs import spec_of
from lintdem.model.finding import Level
from lintdem.model.stack import Source
from lintdem.regexes import late

_SEPARATOR = late(r"\\(?![#! \\\[\]?])")


class Handler(msgspec.Struct, frozen=True):
    """One `[[tool.lintdem.handlers]]`: functions called by a source that no template here shows."""

    pattern: str
    source: Source


class Options(msgspec.Struct, frozen=True):
    """The keys of one file as they were written there, already of the right type. `table` is where
    they stand ("tool", "lintdem") or () in a file of lintdem's own."""

    file: Path
    text: str
    table: tuple[str, ...]
    values: Mapping[str, Any] = msgspec.field(default_factory=dict)

    def line(self, key: str, value: str | None = None) -> int:
        """The line of a key, or of one of its values."""
        return line_of(self.text, (*self.table, key), value)

    def line_below(self, key: str, *names: str) -> int:
        """The line of a name in a table, or of one below that."""
        return line_of(self.text, (*self.table, key, *names))

    def line_of_entry(self, key: str, index: int, name: str) -> int:
        """The line of one of several tables of the same name, or of a name in it."""
        return line_of_entry(self.text, (*self.table, key), index, name)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Wrong("expected a text")
    return value


def _path(value: Any) -> str:
    """A path, also as Windows writes it."""
    return _text(value).replace("\\", "/")


def _paths(value: Any) -> tuple[str, ...]:
    return tuple(_path(name) for name in _texts(value))


def _pattern(text: str) -> str:
    """A pattern with slashes, also where it was written on Windows: a backslash takes the meaning from a sign of patterns only."""
    return _SEPARATOR.sub("/", text)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Wrong("expected true or false")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise Wrong("expected a list of texts")
    return tuple(value)


def _globs(value: Any) -> tuple[str, ...]:
    patterns = tuple(_pattern(pattern) for pattern in _texts(value))
    for pattern in patterns:
        try:
            spec_of([pattern])
        except ValueError:
            raise Wrong(f'"{pattern}" is no pattern') from None
    return patterns


def _level(value: Any, name: str = "") -> Level:
    names = [level.value for level in Level]
    if value not in names:
        near = nearest(value, names) if isinstance(value, str) else ""
        raise Wrong(f"expected one of {', '.join(names)}{near}", name=name)
    return Level(value)


def _names_by_glob(value: Any) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if not isinstance(value, dict):
        raise Wrong("expected a table of lists")
    _globs(list(value))
    return tuple((_pattern(name), _texts(items)) for name, items in value.items())


def _table_of_levels(value: Any) -> tuple[tuple[str, Level], ...]:
    if not isinstance(value, dict):
        raise Wrong('expected a table such as {LDM301 = "error"}')
    return tuple((name, _level(level, name)) for name, level in value.items())


def _handlers(value: Any) -> tuple[Handler, ...]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise Wrong("expected [[handlers]] tables")
    return tuple(_handler(item, index) for index, item in enumerate(value))


def _handler(item: dict[str, Any], index: int) -> Handler:
    for name in item:
        if name not in ("pattern", "source"):
            raise Wrong(f'unknown key "{name}" in handlers{nearest(name, ("pattern", "source"))}', index, name)
    if not isinstance(item.get("pattern"), str) or not isinstance(item.get("source"), str):
        raise Wrong("every handler needs the texts pattern and source", index)
    sources = [source.value for source in Source]
    if item["source"] not in sources:
        raise Wrong(f'unknown source "{item["source"]}"{nearest(item["source"], sources)}', index, "source")
    return Handler(_pattern(item["pattern"]), Source(item["source"]))


def _target(value: Any) -> str:
    if value not in TARGETS:
        raise Wrong(f"expected one of {', '.join(TARGETS)}{nearest(value, TARGETS) if isinstance(value, str) else ''}")
    return str(value)


_DISTRIBUTION = late(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")


def _packs(value: Any) -> tuple[str, ...]:
    for name in _texts(value):
        if not _DISTRIBUTION.fullmatch(name):
            raise Wrong(f'"{name}" is no name of a distribution')
    return tuple(value)


def _sources(value: Any) -> tuple[tuple[Source, int], ...]:
    if not isinstance(value, dict) or not all(isinstance(item, dict) for item in value.values()):
        raise Wrong('expected tables such as [sources.sqs] with retention = "4d"')
    names = [source.value for source in Source]
    for name, table in value.items():
        if name not in names:
            raise Wrong(f'unknown source "{name}"{nearest(name, names)}', name=name)
        for key in table:
            if key != "retention":
                raise Wrong(f'unknown key "{key}" in sources.{name}{nearest(key, ("retention",))}', name=name, inner=key)
    return tuple((Source(name), _span(table["retention"], name)) for name, table in value.items() if table)


def _span(value: Any, name: str) -> int:
    """A time span in seconds: "4d", "12h", "90m", "30s"."""
    match = re.fullmatch(r"\s*(\d{1,9})\s*([smhd])\s*", value) if isinstance(value, str) else None
    seconds = int(match.group(1)) * _UNITS[match.group(2)] if match else 0
    if not seconds:
        raise Wrong(f'{name}.retention: expected a time such as "4d", "12h", "90m" or "30s"', name=name, inner="retention")
    return seconds


TARGETS = tuple(f"py3{minor}" for minor in range(6, 15))
"""What `target-version` may say, as other tools write it. Code of every one of them is read, whatever it says."""
_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}

KEYS: Mapping[str, Callable[[Any], Any]] = {
    "extend": _path,
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
    "source-roots": _paths,
    "layers": _paths,
    "templates": _globs,
    "baseline": _path,
    "target-version": _target,
    "plugins": _packs,
    "sources": _sources,
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
            below = place.line_below(key, *filter(None, (wrong.name, wrong.inner))) if wrong.name else place.line(key)
            line = below if wrong.entry is None else place.line_of_entry(key, wrong.entry, wrong.name)
            raise UsageError(f"{file}:{line}: {key}: {wrong}") from None
    return Options(file, text, table, values)
