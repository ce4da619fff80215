"""The workspace as it was at a revision, and which lines are others since.

Only objects are read (`ls-tree`, `cat-file`), and compared here with what is on disk: no hook, filter, external diff, text
conversion or file monitor that a repository's configuration names is ever run, and nothing is fetched.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from lintdem.errors import UsageError
from lintdem.regexes import late

_SECONDS = 120
_QUIET = (
    "--no-pager", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "protocol.allow=never",
)  # fmt: skip
_OWN = {"GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}
_ALIKE = 0.5
"""The share of equal lines from which on a new file is an old one renamed, as in git."""
_MOST_PAIRS = 2_000
_LONG = 20_000
_LINE = late(r"\r\n|\r|\n")


@dataclass(frozen=True)
class Revision:
    """A commit as the workspace `root` sees it: the object of each file by its path from there. `modules` are folders that
    belong to another repository."""

    root: Path
    commit: str
    objects: Mapping[str, str]
    modules: tuple[str, ...] = ()
    note: str = ""

    def contents(self, paths: Iterable[str]) -> dict[str, bytes]:
        """The contents of files, of those that are there."""
        wanted = [path for path in paths if path in self.objects]
        if not wanted:
            return {}
        asked = "".join(f"{self.objects[path]}\n" for path in wanted).encode()
        answer = _git(self.root, "cat-file", "--batch", given=asked)
        found: dict[str, bytes] = {}
        at = 0
        for path in wanted:
            end = answer.index(b"\n", at)
            told = answer[at:end].split()
            if len(told) != 3:
                raise UsageError(f"--changed-since: {path} of {self.commit[:12]} is not in this clone; fetch it first")
            size = int(told[2])
            found[path] = answer[end + 1 : end + 1 + size]
            at = end + size + 2
        return found

    def is_foreign(self, path: str) -> bool:
        """Whether a file belongs to another repository inside of this one."""
        return any(path.startswith(f"{folder}/") for folder in self.modules)


def read_revision(root: Path, name: str) -> Revision:
    """The point where `name` and what is checked out parted; UsageError when there is none."""
    if not _ask(root, "rev-parse", "--is-inside-work-tree"):
        _git(root, "rev-parse", "--is-inside-work-tree")
    commit = "" if name.startswith("-") else _ask(root, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
    is_shallow = _ask(root, "rev-parse", "--is-shallow-repository") == "true"
    if not commit:
        hint = "; the clone is shallow, fetch more of its history" if is_shallow else ""
        raise UsageError(f'--changed-since: no revision "{name}" in {root}{hint}')
    parted = _ask(root, "merge-base", commit, "HEAD")
    note = f"--changed-since: where {name} and HEAD parted is not in this clone; compared with {name} itself"
    return _tree(root, parted or commit, "" if parted else note)


def _tree(root: Path, commit: str, note: str) -> Revision:
    objects: dict[str, str] = {}
    modules = []
    for row in _git(root, "ls-tree", "-r", "-z", commit).decode("utf-8", "surrogateescape").split("\0"):
        told, _, path = row.partition("\t")
        if path:
            mode, kind, name = told.split()
            if kind == "commit":
                modules.append(path)
            elif mode != "120000":
                objects[path] = name
    return Revision(root, commit, objects, tuple(modules), note)


def _ask(root: Path, *arguments: str) -> str:
    """An answer of one line, "" when git has none."""
    try:
        return _run(root, arguments, b"").stdout.decode("utf-8", "replace").strip()
    except subprocess.CalledProcessError:
        return ""


def _git(root: Path, *arguments: str, given: bytes = b"") -> bytes:
    try:
        return _run(root, arguments, given).stdout
    except subprocess.CalledProcessError as error:
        told = error.stderr.decode("utf-8", "replace").strip().split("\n")[0].removeprefix("fatal: ")
        raise UsageError(f"--changed-since: {root}: {told or 'git failed'}") from error


def _run(root: Path, arguments: tuple[str, ...], given: bytes) -> subprocess.CompletedProcess[bytes]:
    kept = ("GIT_CONFIG", "GIT_CEILING_DIRECTORIES")
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name.startswith(kept)}
    command = ["git", *_QUIET, "-C", str(root), *arguments]
    try:
        return subprocess.run(command, input=given, env=environ | _OWN, capture_output=True, check=True, timeout=_SECONDS)
    except FileNotFoundError:
        raise UsageError("--changed-since needs git, which is not installed") from None
    except subprocess.TimeoutExpired:
        raise UsageError(f"--changed-since: git {arguments[0]} took longer than {_SECONDS} s") from None


@dataclass(frozen=True)
class Changes:
    """Which lines of a workspace are not as they were: those of files that are named here, None for a file that is new."""

    lines: Mapping[str, frozenset[int] | None]

    def holds(self, path: str, first: int, last: int) -> bool:
        """Whether any of these lines is another one."""
        if path not in self.lines:
            return False
        changed = self.lines[path]
        return changed is None or any(line in changed for line in range(first, last + 1))


def changes_of(now: Mapping[str, str], before: Mapping[str, str]) -> Changes:
    """Compare the texts of two states. A file that was renamed is compared with what it was."""
    new = [path for path in now if path not in before]
    renamed = _renamed(now, before, new)
    lines: dict[str, frozenset[int] | None] = {}
    for path, text in now.items():
        old = before.get(renamed.get(path, path))
        if old is None:
            lines[path] = None
        elif text != old:
            lines[path] = _changed(_lines(text), _lines(old))
    return Changes({path: changed for path, changed in lines.items() if changed is None or changed})


def _renamed(now: Mapping[str, str], before: Mapping[str, str], new: list[str]) -> dict[str, str]:
    """The old path of each new file that is an old one, the same name or the nearest text first."""
    gone = [path for path in before if path not in now]
    if len(new) * len(gone) > _MOST_PAIRS:
        gone = [path for path in gone if path.rpartition("/")[2] in {other.rpartition("/")[2] for other in new}][:40]
        new = new[:40]
    pairs = sorted(
        ((_likeness(now[path], before[old]), path.rpartition("/")[2] == old.rpartition("/")[2], path, old)
         for path in new for old in gone if path.rpartition(".")[2] == old.rpartition(".")[2]),
        reverse=True,
    )  # fmt: skip
    found: dict[str, str] = {}
    for likeness, _, path, old in pairs:
        if likeness >= _ALIKE and path not in found and old not in found.values():
            found[path] = old
    return found


def _likeness(one: str, other: str) -> float:
    if one == other:
        return 1.0
    return SequenceMatcher(None, _lines(one), _lines(other)).quick_ratio()


def _lines(text: str) -> list[str]:
    return _LINE.split(text)


def _changed(new: list[str], old: list[str]) -> frozenset[int]:
    """The lines of `new`, counted from 1, that are not in `old`."""
    start = 0
    while start < min(len(new), len(old)) and new[start] == old[start]:
        start += 1
    end = 0
    while end < min(len(new), len(old)) - start and new[-1 - end] == old[-1 - end]:
        end += 1
    inner, outer = new[start : len(new) - end], old[start : len(old) - end]
    if len(inner) + len(outer) > _LONG:
        return frozenset(range(start + 1, len(new) - end + 1))
    changed: set[int] = set()
    for tag, _, _, first, last in SequenceMatcher(None, outer, inner, autojunk=False).get_opcodes():
        if tag != "equal":
            changed.update(range(start + first + 1, start + last + 1))
    return frozenset(changed)
