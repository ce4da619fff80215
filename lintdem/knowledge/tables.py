"""Reads the tables of facts that lie beside this module; nothing else in the package opens a file."""

from __future__ import annotations

from functools import cache
from importlib import resources
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
def names(folder: str) -> frozenset[str]:
    """The TOML tables of a folder, without the suffix. Callers look a name up here before they open it,
    because names come from the code being read."""
    files = resources.files(_ROOT).joinpath(folder).iterdir()
    return frozenset(file.name.removesuffix(".toml") for file in files if file.name.endswith(".toml"))


def has(folder: str, name: str) -> bool:
    """Whether a folder has a TOML table of this name, which may come from the code being read."""
    plain = name.replace("-", "").replace("_", "").isalnum()
    return plain and resources.files(_ROOT).joinpath(folder).joinpath(f"{name}.toml").is_file()


@cache
def _text(parts: tuple[str, ...]) -> bytes:
    return _read(parts)


def _read(parts: tuple[str, ...]) -> bytes:
    return resources.files(_ROOT).joinpath(*parts).read_bytes()
