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


@cache
def names(folder: str) -> frozenset[str]:
    """The TOML tables of a folder, without the suffix. Callers look a name up here before they open it,
    because names come from the code being read."""
    files = resources.files(_ROOT).joinpath(folder).iterdir()
    return frozenset(file.name.removesuffix(".toml") for file in files if file.name.endswith(".toml"))


def _read(parts: tuple[str, ...]) -> bytes:
    return resources.files(_ROOT).joinpath(*parts).read_bytes()
