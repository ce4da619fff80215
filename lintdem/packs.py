"""Rule packs of others: found by the metadata of what is installed, never in the code that is linted.

A pack is a distribution with an entry point in the group `lintdem.rules`; its value is the package that holds the rule
modules with their pages. Only packs that the configuration names are imported, and only from outside of the workspace:
a repository must not be able to run its own code by being linted. The environment that lintdem runs in may lie inside
of it (`.venv`), since lintdem itself comes from there.
"""

from __future__ import annotations

import re
import sysconfig
from collections.abc import Iterable, Iterator, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from importlib.metadata import Distribution, distributions
from pathlib import Path

from lintdem.errors import UsageError
from lintdem.regexes import late

GROUP = "lintdem.rules"
"""The group of entry points."""

_PACKAGE = late(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")


def packages_of(name: str, closed: Sequence[Path]) -> tuple[str, ...]:
    """The packages of rules that the pack `name` brings, a distribution or an entry point of one; nothing inside of the
    `closed` folders counts. Raises `UsageError` that names the pack."""
    found = list(_found(name, distributions())) or list(_found(name, distributions(path=[str(folder) for folder in closed])))
    if not found:
        raise UsageError(f"there is no rule pack {name}: no installed distribution of that name has an entry point {GROUP}")
    packages = []
    for where, package in found:
        if (folder := _inside(where, closed)) is not None:
            raise UsageError(f"the rule pack {name} lies in {where}, inside of {folder}: packs are never loaded from there")
        if not _PACKAGE.fullmatch(package):
            raise UsageError(f"the rule pack {name} cannot be loaded: {GROUP} gives {package!r}, which is no name of a package")
        _check_place(name, package, closed)
        packages.append(package)
    return tuple(dict.fromkeys(packages))


def _found(name: str, installed: Iterable[Distribution]) -> Iterator[tuple[Path, str]]:
    """Where the distribution stands and what its entry points give. The first of several of one name counts, as it does
    for imports."""
    seen: set[str] = set()
    for distribution in installed:
        own = _canonical(_name(distribution))
        points = distribution.entry_points.select(group=GROUP) if own not in seen else ()
        seen.add(own)
        for point in points:
            if _canonical(name) in (own, _canonical(point.name)):
                yield Path(str(distribution.locate_file(""))).resolve(), point.value


def _name(distribution: Distribution) -> str:
    metadata = distribution.metadata
    return str(metadata["Name"] or "") if metadata is not None else ""


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _check_place(name: str, package: str, closed: Sequence[Path]) -> None:
    """Look where the package would be imported from, before it is."""
    spec = PathFinder.find_spec(package.partition(".")[0])
    if spec is None:
        # An editable installation may find its packages by a hook of its own; what it imports was installed by it.
        return
    for where in _places(spec):
        if (folder := _inside(where, closed)) is not None:
            raise UsageError(
                f"the rule pack {name} would be imported from {where}, inside of {folder}: packs are never loaded from there"
            )


def _places(spec: ModuleSpec) -> Iterator[Path]:
    if spec.submodule_search_locations:
        yield from (Path(folder).resolve() for folder in spec.submodule_search_locations)
    elif spec.origin:
        yield Path(spec.origin).resolve()


def _inside(where: Path, closed: Sequence[Path]) -> Path | None:
    """The closed folder that a place lies in; the environment that lintdem runs in is open."""
    own = [Path(sysconfig.get_path(kind)).resolve() for kind in ("purelib", "platlib")]
    if any(where == folder or folder in where.parents for folder in own):
        return None
    for folder in closed:
        real = folder.resolve()
        if where == real or real in where.parents:
            return real
    return None
