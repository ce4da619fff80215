"""Which repositories are meant.

A folder is a repository, or one that holds checkouts; a file is a list of either, and of addresses. Each repository is
meant once, however often it is named; one inside another is part of it.
"""

from __future__ import annotations

import os
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lintdem.errors import UsageError
from lintdem.regexes import late

_ADDRESS = late(r"(?:https|ssh|git|file)://\S+|[\w.-]+@[\w.-]+:\S+")
_SECRET = late(r"^(\w+://)[^/@]*@")
_DEPTH = 3
"""So deep below a folder checkouts are looked for: host, owner, name."""


@dataclass(frozen=True, order=True)
class Target:
    """A repository; `key` tells it from others."""

    key: str
    name: str
    place: str
    is_address: bool = False


@dataclass
class Named:
    """What was named: folders and addresses in their order, and what the user is told."""

    places: list[tuple[str, bool]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def is_address(text: str) -> bool:
    """Whether this is an address that git knows, and no path."""
    return _ADDRESS.fullmatch(text) is not None


def without_secret(text: str) -> str:
    """An address without the name and token that may stand in it."""
    return _SECRET.sub(r"\1", text)


def targets(arguments: Iterable[str], lists: Iterable[str]) -> tuple[list[Target], list[str]]:
    """The repositories in the order of their names, and what the user is told."""
    named = Named()
    for argument in arguments:
        _add(named, argument, Path.cwd())
    for file in lists:
        _read(named, Path(file))
    places = list(dict.fromkeys(named.places))
    folders = {place for place, address in places if not address}
    kept: dict[str, tuple[str, bool]] = {}
    for place, address in places:
        outer = None if address else next((str(one) for one in Path(place).parents if str(one) in folders), None)
        if outer is None:
            kept.setdefault(_key(place, address), (place, address))
        else:
            named.notes.append(f"{place} is part of {outer} and checked there")
    names = _names(list(kept))
    found = [Target(key, name, *place) for (key, place), name in zip(kept.items(), names, strict=True)]
    return sorted(found, key=lambda one: (one.name, one.key)), named.notes


def _add(named: Named, text: str, folder: Path) -> None:
    if is_address(text):
        named.places.append((text, True))
        return
    path = Path(os.path.realpath(folder / Path(text).expanduser()))
    if path.is_file() and path.suffix != ".py":  # code is no list, though each of its lines could be a name
        _read(named, path)
    elif path.is_dir() and not (path / ".git").exists() and (found := list(_checkouts(path, named, _DEPTH))):
        named.places += [(str(one), False) for one in found]
    else:
        named.places.append((str(path), False))  # what is not there is told as a repository that cannot be read


def _read(named: Named, file: Path) -> None:
    """A list: a path or an address a line, paths from the folder of the list; `#` begins a remark."""
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{file}: the list cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise UsageError(f"{file}: is no list of repositories: {error}") from error
    for line in text.splitlines():
        entry = re.split(r"(?:^|\s)#", line, maxsplit=1)[0].strip()
        if not entry:
            continue
        if not is_address(entry) and (file.parent / entry).is_file():
            named.places.append((str(file.parent / entry), False))  # a list in a list could name itself
        else:
            _add(named, entry, file.parent)


def _checkouts(folder: Path, named: Named, depth: int) -> Iterator[Path]:
    """The checkouts below a folder. A folder beside them that is none, and holds none, is told."""
    try:
        below = sorted(one for one in folder.iterdir() if one.is_dir() and not one.is_symlink() and not one.name.startswith("."))
    except OSError as error:
        named.notes.append(f"{folder}: {error.strerror or error}")
        return
    plain = []
    any_found = False
    for one in below:
        found = [one] if (one / ".git").exists() else list(_checkouts(one, named, depth - 1)) if depth > 1 else []
        plain += [] if found else [one]
        any_found = any_found or bool(found)
        yield from found
    if any_found:
        named.notes += [f"{one} is no checkout and holds none" for one in plain]


def _key(place: str, address: bool) -> str:
    return without_secret(place).rstrip("/").removesuffix(".git") if address else place


def _names(places: Sequence[str]) -> list[str]:
    """As many of the last parts of each place as tell it from the others."""
    parts = [[part for part in re.split(r"[/:]+", place) if part] or ["/"] for place in places]
    length = [1] * len(parts)
    while True:
        names = ["/".join(some[-number:]) for some, number in zip(parts, length, strict=True)]
        often = Counter(names)
        longer = [i for i, name in enumerate(names) if often[name] > 1 and length[i] < len(parts[i])]
        if not longer:
            return names
        for i in longer:
            length[i] += 1
