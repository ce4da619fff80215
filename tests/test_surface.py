"""What other programs hold on to stays, or is changed on purpose."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
RECORDED = ROOT / "tests" / "surface.txt"
GONE = "rule LDM101 unguarded-effect: correctness, error, on, fix unsafe"
UNHEARD = "rule LDM999 gone: correctness, error, on, fix none"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What the tool says over the record with one line less and one that was never true."""
    lines = RECORDED.read_text(encoding="utf-8").splitlines()
    assert GONE in lines
    changed = tmp_path_factory.mktemp("surface") / "surface.txt"
    changed.write_text("\n".join([*(line for line in lines if line != GONE), UNHEARD]) + "\n", encoding="utf-8")
    command = [sys.executable, "tools/surface.py", "--recorded", str(changed)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    return done.stdout.splitlines()


def test_the_public_surface_is_the_recorded_one(told: list[str]) -> None:
    """Codes, levels, flags, exit codes, fields, keys, the API of rule packs, hooks and the action are as tests/surface.txt says.
    What differs is meant, or it is not: `python tools/surface.py` says what to do."""
    assert [line for line in told if line[:1] in ("+", "-") and line[1:] not in (GONE, UNHEARD)] == []


def test_every_difference_is_told(told: list[str]) -> None:
    """What is gone and what is new stand each on a line of its own, below what to do about them."""
    assert told[-2:] == [f"+{GONE}", f"-{UNHEARD}"]
    words = " ".join(told[:-2])
    assert "python tools/surface.py --write" in words
    assert "CHANGELOG.md" in words
