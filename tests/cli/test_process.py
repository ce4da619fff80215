"""What only shows when lintdem runs in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

FAULTY = """import boto3

sns = boto3.client("sns")


def handler(event, context):
    sns.publish(TopicArn="arn:aws:sns:eu-west-1:123456789012:chat", Message=event["detail"]["text"])
"""


def write(folder: Path, **files: str) -> None:
    """Python files by their stem."""
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")


def call(folder: Path, *command: str, **more: Any) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own."""
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, **more)


class TestProcess:
    """What only shows in a process of its own."""

    def test_a_closed_pipe_is_no_traceback(self, project: Path) -> None:
        """A reader that has seen enough is no fault."""
        write(project, **{f"app{number}": FAULTY for number in range(60)})
        line = f"{sys.executable} -m lintdem check --no-cache | head -n 1"
        result = call(project, "sh", "-c", line)
        assert (result.stdout, result.stderr) == ("app0.py\n", "")

    @pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
    def test_closed_streams_are_no_fault(self, closed: str, project: Path) -> None:
        """Whoever starts the check without one of its streams gets the exit code, a traceback never."""
        write(project, app=FAULTY)
        result = call(project, "sh", "-c", f"{sys.executable} -m lintdem check --no-cache --output concise:told {closed}")
        assert (result.returncode, result.stderr) == (1, "")
        assert "LDM101" in (project / "told").read_text(encoding="utf-8")

    def test_the_longest_names(self, project: Path) -> None:
        """A name of 255 bytes, and a path that is almost as long as a system takes, without a home."""
        write(project, **{"a" * 252: FAULTY})
        folder = os.open(project, os.O_RDONLY)
        for _ in range(15):
            os.mkdir("d" * 250, dir_fd=folder)
            folder = os.open("d" * 250, os.O_RDONLY, dir_fd=folder)
        with os.fdopen(os.open("b.py", os.O_WRONLY | os.O_CREAT, dir_fd=folder), "w") as stream:
            stream.write(FAULTY)
        environ = {name: value for name, value in os.environ.items() if name != "HOME"}
        result = call(project, sys.executable, "-m", "lintdem", "check", "--format", "concise", env=environ)
        assert (result.returncode, result.stderr) == (1, "")
        assert result.stdout.count("LDM101") == 2

    def test_nothing_of_the_project_is_run(self, project: Path) -> None:
        """Modules of the checked project that are called like ours, or like anything, are never imported."""
        trap = "import pathlib\npathlib.Path('SPRUNG').touch()\n"
        write(
            project,
            rich=trap,
            click=trap,
            msgspec=trap,
            sitecustomize=trap,
            conftest=trap,
            libcst=trap,
            app=FAULTY,
        )
        result = call(project, sys.executable, "-m", "lintdem", "check", "--format", "concise")
        assert "app.py:7:5: LDM101" in result.stdout
        assert not (project / "SPRUNG").exists()

    def test_quick_answers_load_no_engine(self, project: Path) -> None:
        """`--version` needs neither parser nor renderer."""
        code = (
            "import sys\nfrom lintdem.cli import run\nassert run(['--version']) == 0\n"
            "print(sorted({'libcst', 'rich', 'msgspec', 'yaml', 'pathspec'} & set(sys.modules)))"
        )
        assert call(project, sys.executable, "-c", code).stdout.splitlines()[1:] == ["[]"]

    def test_the_cache_changes_nothing(self, project: Path) -> None:
        """Cold, warm, without cache and with another number of workers: the same bytes; a warm run loads no parser."""
        write(project, app=FAULTY, good="x = 1\n", other=FAULTY)
        check = (sys.executable, "-m", "lintdem", "check", "--format", "json")
        reports = [call(project, *check, *flags).stdout for flags in (["--no-cache"], ["-j", "1"], [], ["-j", "3"])]
        assert len(json.loads(reports[0])["findings"]) > 0
        assert len(set(reports)) == 1
        code = "import sys\nfrom lintdem.cli import run\nrun(['check', '-q', '--output', 'x.txt'])\nprint('libcst' in sys.modules)"
        assert call(project, sys.executable, "-c", code).stdout == "False\n"

    def test_an_ascii_terminal_is_no_obstacle(self, project: Path) -> None:
        """What the encoding cannot spell is written out."""
        write(project, app=FAULTY.replace("arn:aws:sns:eu-west-1:123456789012:chat", "chät"))
        environ = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
        result = call(project, sys.executable, "-m", "lintdem", "check", env=environ)
        assert 'TopicArn="ch\\xe4t"' in result.stdout
        assert result.stderr == ""

    @pytest.mark.parametrize(
        ("environ", "flag", "colored"),
        [
            ("", "", False),
            ("FORCE_COLOR=1", "", True),
            ("FORCE_COLOR=0", "", False),
            ("FORCE_COLOR=1 NO_COLOR=1", "", False),
            ("NO_COLOR=1", "--color=always", True),
            ("FORCE_COLOR=1", "--color=never", False),
        ],
    )
    def test_colour(self, environ: str, flag: str, colored: bool, project: Path) -> None:
        """The flag goes before NO_COLOR, that before FORCE_COLOR; a pipe has none."""
        write(project, app=FAULTY)
        out = call(project, "sh", "-c", f"{environ} {sys.executable} -m lintdem check {flag}").stdout
        assert ("\x1b[" in out) is colored
        assert "LDM101" in out
