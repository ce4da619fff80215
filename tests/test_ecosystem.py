"""The small applications: what is found in them is what was read and thought right; and two versions are compared over them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lintdem.session import CheckRequest, check

ROOT = Path(__file__).parents[1]
APPLICATIONS = sorted(one for one in (ROOT / "tests" / "ecosystem").iterdir() if one.is_dir() and one.name != "__pycache__")
STAND_IN = """#!{python}
import json, sys
finding = {{"path": "src/orders/store.py", "line": 14, "code": "LDM503", "level": "note", "message": "an `older` word | of \\x1b[31m it"}}
gone = {{"path": "src/gone.py", "line": 3, "code": "LDM101", "level": "error", "message": "once found"}}
print(json.dumps({{"findings": [finding, gone], "problems": []}}))
"""


@pytest.mark.parametrize("application", APPLICATIONS, ids=lambda one: one.name)
def test_an_application_has_the_findings_that_were_reviewed(application: Path, tmp_path: Path) -> None:
    """Each finding stands in expected.txt with the reason why it is right, and nothing else is found. One that comes or goes is
    read, judged and written down there."""
    alone = shutil.copytree(application, tmp_path / "application")
    report = check(CheckRequest(folder=alone, cache=False, jobs=1))
    found = {f"{one.path}:{one.span.line} {one.code} {one.level.value}" for one in report.findings}
    found |= {f"{one.place.path}:{one.place.span.line} {one.code} problem" for one in report.problems}
    lines = (application / "expected.txt").read_text(encoding="utf-8").splitlines()
    expected = dict(line.split(" | ") for line in lines)
    assert found == set(expected)


def compared(base: str, *checkouts: Path) -> subprocess.CompletedProcess[str]:
    """The tool, against the working tree."""
    command = [sys.executable, "tools/ecosystem.py", "--base", base, *map(str, checkouts)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_differences_are_told_one_by_one(tmp_path: Path) -> None:
    """What only the base finds is gone, what only the head finds is new, and other words about the same place are told as that;
    nothing in them is taken for markup or for a command of the terminal."""
    program = tmp_path / "older"
    program.write_text(STAND_IN.format(python=sys.executable), encoding="utf-8")
    program.chmod(0o755)
    # By itself: what lies in the tests of a project is no handler of it.
    alone = shutil.copytree(ROOT / "tests" / "ecosystem" / "orders_sam", tmp_path / "orders_sam")
    done = compared(str(program), alone)
    assert done.returncode == 1, done.stderr
    lines = done.stdout.splitlines()
    assert "| `orders_sam` | 2 | 2 | 1 | 1 | 1 |" in lines
    assert "- - `src/gone.py:3 LDM101` `error: once found`" in lines
    (changed,) = [line for line in lines if line.startswith("- ~ `src/orders/store.py:14 LDM503`")]
    assert "note: an 'older' word \\| of  [31m it → warning: " in changed
    assert [line.split("`")[1] for line in lines if line.startswith("- + ")] == ["src/orders/store.py:37 LDM104"]


def test_a_version_that_fails_is_told(tmp_path: Path) -> None:
    """No report is not a report without findings."""
    program = tmp_path / "broken"
    program.write_text("#!/bin/sh\necho 'it is broken' >&2\nexit 70\n", encoding="utf-8")
    program.chmod(0o755)
    done = compared(str(program), ROOT / "tests" / "ecosystem" / "invoices_powertools")
    assert done.returncode == 2
    assert "- failed: `base: it is broken`" in done.stdout.splitlines()
