"""Terminals and pipes of every kind: when there is colour, and that none is too narrow, too closed or too read-only for a report."""

from __future__ import annotations

import fcntl
import itertools
import json
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.trust.conftest import APP

EACH = """\
import json, os, sys
from lintdem.cli import run
for number, (flag, environ) in enumerate(json.loads(sys.argv[1])):
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "TERM"):
        os.environ.pop(name, None)
    os.environ.update(environ)
    sys.stdout.write(f"\\n<<{number}>>")
    code = run(["check", "--color", flag, "--cache-dir", "../cache"])
    sys.stdout.write(f"<<ends {code}>>")
    sys.stdout.flush()
"""
VARIABLES = ({"NO_COLOR": "1"}, {"FORCE_COLOR": "1"}, {"CLICOLOR_FORCE": "1"})
COMBINATIONS = [
    (flag, {name: value for part in chosen for name, value in part.items()} | {"TERM": term})
    for flag in ("auto", "always", "never")
    for chosen in itertools.chain.from_iterable(itertools.combinations(VARIABLES, number) for number in range(4))
    for term in ("xterm-256color", "dumb")
]
Shown = Callable[..., str]


@pytest.fixture
def faulty(project: Path) -> Path:
    """A project with a fault."""
    (project / "app.py").write_text(APP, encoding="utf-8")
    return project


@pytest.fixture
def shown(faulty: Path) -> Shown:
    """What a command prints on a terminal of so many columns."""

    def show(*command: str, columns: int = 80, **environ: str) -> str:
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        own = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "CI", "NO_COLOR", "FORCE_COLOR")}
        process = subprocess.Popen(command, cwd=faulty, stdin=theirs, stdout=theirs, stderr=theirs, env={**own, **environ})
        os.close(theirs)
        text = b""
        try:
            while part := os.read(ours, 65_536):
                text += part
        except OSError:  # Linux says so when nobody holds the other end
            pass
        finally:
            os.close(ours)
        assert process.wait() in (0, 1)
        return text.decode()

    return show


def expected(flag: str, environ: Mapping[str, str], *, is_terminal: bool) -> bool:
    """The order in which they are asked: the flag, NO_COLOR, FORCE_COLOR and CLICOLOR_FORCE, what it is written to."""
    if flag != "auto":
        return flag == "always"
    if "NO_COLOR" in environ:
        return False
    return "FORCE_COLOR" in environ or "CLICOLOR_FORCE" in environ or (is_terminal and environ["TERM"] != "dumb")


@pytest.mark.parametrize("is_terminal", [True, False], ids=["terminal", "pipe"])
def test_colour_in_every_combination(is_terminal: bool, faulty: Path, shown: Shown) -> None:
    """Flag, variables and kind of terminal: 48 combinations on a terminal and 48 in a pipe."""
    command = (sys.executable, "-c", EACH, json.dumps(COMBINATIONS))
    if is_terminal:
        text = shown(*command)
    else:
        text = subprocess.run(command, cwd=faulty, capture_output=True, text=True, check=True).stdout
    for number, (flag, environ) in enumerate(COMBINATIONS):
        report, _, code = text.partition(f"<<{number}>>")[2].partition("<<ends ")
        assert "LDM101" in report and code.startswith("1>>"), (flag, environ)
        assert ("\x1b[" in report) is expected(flag, environ, is_terminal=is_terminal), (flag, environ)


@pytest.mark.parametrize("columns", [1, 20, 400])
def test_a_terminal_of_any_width(columns: int, shown: Shown) -> None:
    """However narrow it is, the finding and its place can be read."""
    text = shown(sys.executable, "-m", "lintdem", "check", "--no-cache", columns=columns, TERM="xterm", NO_COLOR="1")
    assert "LDM101" in text and "app.py" in text.replace("\r\n", "").replace(" ", "")
    assert "Traceback" not in text and "fault of lintdem" not in text
