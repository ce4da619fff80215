"""The guide on adopting is played: its files are written, its commands are run, its output is what they print."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lintdem.cli import run

PAGE = Path(__file__).parents[1] / "docs/guide/adopting.md"
_BLOCK = re.compile(r"(?:^`([\w.]+)`:\n)?^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_MARKER = re.compile(r" *# error: \[LDM\d+\]$", re.MULTILINE)


def commands(block: str) -> list[tuple[list[str], str]]:
    """Each command of a block with what it prints."""
    found = []
    for part in re.split(r"^\$ lintdem ", block, flags=re.MULTILINE)[1:]:
        line, _, printed = part.partition("\n")
        words = [quoted or plain for quoted, plain in re.findall(r'"([^"]*)"|(\S+)', line)]
        found.append((words, printed))
    return found


def test_the_story_is_true(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """Every command prints what the page shows, from the first run to the last; … stands for anything."""
    root = tmp_path.resolve()
    (root / ".git").mkdir()
    monkeypatch.chdir(root)
    played = 0
    for name, language, text in _BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        if name:
            (root / name).write_text(_MARKER.sub("", text), encoding="utf-8")
        if language == "console":
            for words, shown in commands(text):
                run(words)
                printed = capfd.readouterr().out
                told = " ".join(printed.split())
                wanted = ".*".join(re.escape(" ".join(part.split())) for part in shown.split("…"))
                assert re.fullmatch(wanted.replace(r"\ .*", r"\ ?.*"), told, re.DOTALL), f"{words}\n{printed}"
                played += 1
    assert played >= 9
