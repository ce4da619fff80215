"""The findings a project lives with for now, written down once so that only what is new is reported.

An entry is what a finding is about, never where it stands: rule, path, function and subject, as in `Finding.identity`.
Alike findings are counted: two entries speak for two findings, and the third is new. An entry speaks for a finding that is
as loud as it was or quieter; one that has become louder is told again.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec

from lintdem.errors import UsageError
from lintdem.files import leads_out, read_regular, replace_file, repository_of
from lintdem.model.finding import Finding, Level

NAME = ".lintdem-baseline.json"
VERSION = 1
LED_OUT = "is a link that leads out of the repository; name the baseline with --baseline"
_LOUDNESS = {Level.ERROR: 0, Level.WARNING: 1, Level.NOTE: 2}
_MOST_BYTES = 100_000_000
_KEYS = ("path", "code", "level", "about")


class Entry(msgspec.Struct, frozen=True, order=True):
    """One finding that is lived with. The path counts from the workspace; `about` is the rest of its identity."""

    path: str
    code: str
    about: str
    level: Level


class Parted(msgspec.Struct, frozen=True):
    """Findings that are new, those that entries speak for, and the entries left over."""

    new: tuple[Finding, ...]
    known: tuple[Finding, ...]
    stale: tuple[Entry, ...]


class Baseline(msgspec.Struct, frozen=True):
    """A file of entries. `prefix` leads from its folder to the workspace when it stands above; `others` are entries of
    files outside of the workspace, which are kept as they are."""

    file: Path
    prefix: str = ""
    entries: tuple[Entry, ...] = ()
    others: tuple[Entry, ...] = ()

    def part(self, findings: Iterable[Finding], is_gone: Callable[[str], bool]) -> Parted:
        """Which findings are new. A file that `is_gone` may have been renamed: its entries then speak for findings that are
        about the same in another file."""
        left: dict[Entry, int] = defaultdict(int)
        for entry in self.entries:
            left[entry] += 1
        known: dict[int, Finding] = {}
        every = list(findings)
        by_loudness = sorted(range(len(every)), key=lambda number: _LOUDNESS[every[number].level])
        for moved in (False, True):
            alike = _alike(left, is_gone) if moved else {}
            for number in by_loudness:
                if number not in known:
                    entry = entry_of(every[number])
                    names = alike.get((entry.code, entry.about), ()) if moved else (entry.path,)
                    if _take(left, entry, names):
                        known[number] = every[number]
        new = tuple(finding for number, finding in enumerate(every) if number not in known)
        stale = tuple(sorted(entry for entry, times in left.items() for _ in range(times)))
        return Parted(new, tuple(known[number] for number in sorted(known)), stale)

    def holding(self, entries: Iterable[Entry]) -> Baseline:
        """The same file with other entries for the workspace."""
        return Baseline(self.file, self.prefix, tuple(sorted(entries)), self.others)

    def write(self) -> None:
        """Write the file: sorted, an entry on each line, the same bytes for the same entries."""
        here = [Entry(self.prefix + entry.path, entry.code, entry.about, entry.level) for entry in self.entries]
        rows = [json.dumps(_row(entry)) for entry in sorted([*here, *self.others])]
        body = "[" + "".join(f"\n    {row}," for row in rows)[:-1] + ("\n  ]" if rows else "]")
        text = f'{{\n  "version": {VERSION},\n  "findings": {body}\n}}\n'
        try:
            replace_file(self.file, text.encode())
        except OSError as error:
            raise UsageError(f"{self.file}: cannot be written: {error.strerror or error}") from error


def entry_of(finding: Finding) -> Entry:
    """The entry that speaks for a finding."""
    about = finding.identity.removeprefix(f"{finding.code}:{finding.path}:")
    before, mark, number = about.rpartition("#")
    return Entry(finding.path, finding.code, before if mark and number.isdigit() else about, finding.level)


def nearest_baseline(root: Path) -> Path | None:
    """The baseline of a workspace: in its folder, or in one above within the same repository."""
    for folder in (root, *root.parents):
        if (folder / NAME).is_file():
            if leads_out(folder / NAME, repository_of(folder) or folder):
                raise UsageError(f"{folder / NAME}: {LED_OUT}")
            return folder / NAME
        if (folder / ".git").exists():
            return None
    return None


def empty_baseline(file: Path, root: Path) -> Baseline:
    """A baseline without entries."""
    folder = Path(os.path.realpath(file.parent))
    below = root.relative_to(folder).as_posix() if folder in (root, *root.parents) else "."
    return Baseline(file, "" if below == "." else f"{below}/")


def read_baseline(file: Path, root: Path) -> Baseline:
    """The entries of a file for the workspace `root`; UsageError when they cannot be read."""
    try:
        text = read_regular(file.resolve(), _MOST_BYTES).decode("utf-8-sig")
    except FileNotFoundError:
        raise UsageError(f"{file}: no such baseline; `lintdem baseline` writes one") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file}: cannot be read: {error}") from error
    start = empty_baseline(file, root)
    here, others = [], []
    for entry in _entries(text, file):
        if entry.path.startswith(start.prefix):
            here.append(Entry(entry.path[len(start.prefix) :], entry.code, entry.about, entry.level))
        else:
            others.append(entry)
    return Baseline(file, start.prefix, tuple(sorted(here)), tuple(sorted(others)))


def _entries(text: str, file: Path) -> Iterator[Entry]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        hint = "; a merge left its marks, remove them" if "<<<<<<<" in text else ""
        raise UsageError(f"{file}: not valid JSON: {error}{hint}") from error
    if not isinstance(data, dict) or not isinstance(data.get("findings"), list):
        raise UsageError(f"{file}: is no baseline of lintdem")
    if data.get("version") != VERSION:
        raise UsageError(f"{file}: version {data.get('version')!r} is not known here, only {VERSION}; write it anew")
    levels = [level.value for level in Level]
    for number, row in enumerate(data["findings"], 1):
        fits = isinstance(row, dict) and all(isinstance(row.get(key), str) for key in _KEYS) and row["level"] in levels
        if not fits:
            raise UsageError(f"{file}: finding {number} needs the texts {', '.join(_KEYS)}")
        yield Entry(row["path"], row["code"], row["about"], Level(row["level"]))


def _row(entry: Entry) -> dict[str, str]:
    return {"path": entry.path, "code": entry.code, "level": entry.level.value, "about": entry.about}


def _take(left: dict[Entry, int], wanted: Entry, paths: Iterable[str]) -> bool:
    """Use up the quietest entry of one of the paths that is loud enough."""
    for path in paths:
        for level in sorted(_LOUDNESS, key=lambda one: -_LOUDNESS[one]):
            entry = Entry(path, wanted.code, wanted.about, level)
            if _LOUDNESS[level] <= _LOUDNESS[wanted.level] and left.get(entry, 0):
                left[entry] -= 1
                return True
    return False


def _alike(left: dict[Entry, int], is_gone: Callable[[str], bool]) -> dict[tuple[str, str], list[str]]:
    """The paths that are gone, by what their entries are about."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    gone: dict[str, bool] = {}
    for entry in sorted(one for one, times in left.items() if times):
        if gone.setdefault(entry.path, is_gone(entry.path)):
            found[entry.code, entry.about].append(entry.path)
    return found
