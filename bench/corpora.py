"""What is checked: a copy of a folder, and a workspace that is made.

The copy leaves out version control, so that no tool reads its rules on ignored files, and is what one file is changed in:
the folder itself is only read.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from generate import write

_LEFT_OUT = (".git", ".hg", ".svn", "node_modules", ".venv", "venv", "__pycache__", ".lintdem_cache", "*.pyc")


@dataclass(frozen=True)
class Corpus:
    """A folder to be checked, and how much Python is in it."""

    name: str
    folder: Path
    files: int
    lines: int


def copied(source: Path, place: Path) -> Corpus:
    """A copy of a folder. An empty `.semgrepignore` takes the place of the default, which leaves tests out: all read the same
    files. Settings of other linters go, for each is to run with what it is given here."""
    folder = place / source.name
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns(*_LEFT_OUT), ignore_dangling_symlinks=True, symlinks=True)
    for name in (".semgrepignore", ".bandit", ".pylintrc", "pylintrc", "ruff.toml", ".ruff.toml"):
        for file in folder.rglob(name):
            file.unlink()
    return _counted(source.name, folder)


def generated(handlers: int, place: Path) -> Corpus:
    """A workspace of so many handlers, each with a file and a queue of its own."""
    folder = place / f"generated-{handlers}"
    write("handlers", handlers, folder)
    return _counted(folder.name, folder)


def _counted(name: str, folder: Path) -> Corpus:
    (folder / ".semgrepignore").write_text("", encoding="utf-8")
    files = [file for file in folder.rglob("*.py") if file.is_file()]
    return Corpus(name, folder, len(files), sum(file.read_bytes().count(b"\n") for file in files))
