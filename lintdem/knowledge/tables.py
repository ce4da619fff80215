"""Reads the tables of facts that lie beside this module; nothing else in the package opens a file."""

from __future__ import annotations

from functools import cache
from pkgutil import get_data
from typing import TypeVar

import msgspec

T = TypeVar("T")

_ROOT = "lintdem.knowledge"


def toml(shape: type[T], *parts: str) -> T:
    """Read a TOML table as `shape`; unknown keys are refused by the shape."""
    return msgspec.toml.decode(_read(parts), type=shape)


def json(shape: type[T], *parts: str) -> T:
    """Read a JSON table as `shape`."""
    return msgspec.json.decode(_read(parts), type=shape)


def line(shape: type[T], key: str, *parts: str) -> T | None:
    """Read one entry of a JSON table that has an entry on each line, without decoding the others."""
    text = _text(parts)
    start = text.find(f'\n"{key}":'.encode())
    if start < 0 or not key.isprintable() or '"' in key:
        return None
    start = text.index(b":", start + len(key) + 2) + 1
    return msgspec.json.decode(text[start : text.index(b"\n", start)].rstrip(b","), type=shape)


def keys(*parts: str) -> tuple[str, ...]:
    """The keys of such a table."""
    lines = _text(parts).split(b"\n")[1:]
    return tuple(entry[1 : entry.index(b'":')].decode() for entry in lines if entry.startswith(b'"'))


@cache
def _text(parts: tuple[str, ...]) -> bytes:
    return _read(parts)


def _read(parts: tuple[str, ...]) -> bytes:
    data = get_data(_ROOT, "/".join(parts))
    if data is None:  # a loader that has no files; none that installs packages is like that
        raise FileNotFoundError("/".join(parts))
    return data
