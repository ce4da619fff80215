"""`--watch`: a process that checks again when something changes."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

PATIENCE = 60.0
FAULTY = """import boto3

sns = boto3.client("sns")


def handler(event, context):
    sns.publish(TopicArn="arn:aws:sns:eu-west-1:123456789012:chat", Message=event["detail"]["text"])
"""
CALM = "def handler(event, context):\n    return event\n"
WAITING = "watching for changes; Ctrl-C ends"


class Watching:
    """A watching process on a terminal, and what it has written since it was last read."""

    def __init__(self, folder: Path, *flags: str) -> None:
        self._screen, theirs = pty.openpty()
        environ = {**os.environ, "TERM": "xterm-256color", "NO_COLOR": "1"}
        command = [sys.executable, "-m", "lintdem", "check", "--watch", "--format", "concise", *flags]
        self.process = subprocess.Popen(command, cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs, env=environ)
        os.close(theirs)
        self._rest = ""

    def round(self, *words: str) -> str:
        """What is written up to the end of the round that has these words."""
        end = time.monotonic() + PATIENCE
        seen = ""
        while True:
            while WAITING not in self._rest:
                ready = select.select([self._screen], [], [], max(end - time.monotonic(), 0))[0]
                assert ready, f"only {seen + self._rest!r} came"
                self._rest += os.read(self._screen, 65536).decode()
            seen, _, self._rest = self._rest.partition(WAITING)
            if all(word in seen for word in words):
                return seen

    def close(self) -> str:
        """Ctrl-C; what is written from then on."""
        self.process.send_signal(signal.SIGINT)
        last = self._rest
        try:
            while select.select([self._screen], [], [], PATIENCE)[0] and (more := os.read(self._screen, 65536)):
                last += more.decode()
        except OSError:  # the other end is closed
            pass
        self.process.wait(PATIENCE)
        return last


@pytest.fixture
def watching(project: Path) -> Iterator[Watching]:
    """A process that watches a project with one faulty file."""
    (project / "app.py").write_text(FAULTY, encoding="utf-8")
    started = Watching(project)
    yield started
    started.process.kill()
    started.process.wait()


def test_code_templates_and_settings_are_checked_again(watching: Watching, project: Path) -> None:
    """Each change gives a cleared screen, the time, what changed, and the report as it is now."""
    assert "app.py:7:5: LDM101" in watching.round()
    (project / "app.py").write_text(CALM, encoding="utf-8")
    seen = watching.round("changed: app.py", "All clear")
    assert seen.count("\x1b[H\x1b[2J") == 1
    assert "LDM101" not in seen
    (project / "app.py").write_text(FAULTY, encoding="utf-8")
    watching.round("changed: app.py", "LDM101")
    (project / "lintdem.toml").write_text('ignore = ["LDM101"]\n', encoding="utf-8")
    watching.round("changed: lintdem.toml", "All clear")
    (project / "lintdem.toml").unlink()
    watching.round("LDM101")
    (project / "template.yaml").write_text("Resources: {A: {Type: 'AWS::Serverless::Function'\n", encoding="utf-8")
    watching.round("changed: template.yaml")


def test_what_cannot_be_read_is_told_and_waited_for(watching: Watching, project: Path) -> None:
    """A syntax error, settings that are wrong and a deleted file end nothing."""
    watching.round()
    (project / "app.py").write_text("def handler(:\n", encoding="utf-8")
    watching.round("LDM901")
    (project / "lintdem.toml").write_text("nonsense = 1\n", encoding="utf-8")
    watching.round("error: ", "nonsense")
    (project / "lintdem.toml").unlink()
    (project / "app.py").unlink()
    watching.round("no Python files found")
    (project / "app.py").write_text(FAULTY, encoding="utf-8")
    watching.round("app.py:7:5: LDM101")


def test_ctrl_c_ends_with_one_line(watching: Watching) -> None:
    """No traceback, exit code 130, and the process is gone."""
    watching.round()
    assert watching.close().replace("\r\x1b[K", "").strip() == "interrupted"
    assert watching.process.returncode == 130


def test_what_it_writes_itself_is_no_change(project: Path) -> None:
    """Reports and the cache inside of the project set off no round: the next one names only what somebody changed."""
    (project / "app.py").write_text(FAULTY, encoding="utf-8")
    watching = Watching(project, "--output", "json:out.json", "--cache-dir", "kept.json")
    watching.round()
    (project / "other.py").write_text(CALM, encoding="utf-8")
    told = watching.round("changed: ").partition("changed: ")[2].partition("\r\n")[0]
    watching.close()
    assert told == "other.py"
    assert (project / "out.json").exists()


def test_flags_that_change_files_are_refused(project: Path) -> None:
    """--watch only looks."""
    command = [sys.executable, "-m", "lintdem", "check", "--watch", "--fix"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--watch only looks" in done.stderr
