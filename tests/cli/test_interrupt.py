"""Long runs: what a terminal sees of them, and what is left when they are interrupted."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from lintdem.cli.progress import Progress

PATIENCE = 20.0
WHOLE = "def handler(event, context):\n    return event\n\n\n" + "".join(f"def f{n}(event):\n    return [event['a'], {n}, (event, {{'b': {n}}})]\n\n\n" for n in range(1500))


def until(holds: Callable[[], bool]) -> None:
    """Wait for a condition, a minute at most."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "it never came true"


def is_running(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def children(pid: int) -> list[int]:
    """The processes that a process has started, from any thread."""
    found = []
    for thread in Path(f"/proc/{pid}/task").iterdir():
        with suppress(FileNotFoundError):  # a thread that has ended meanwhile
            found += [int(one) for one in (thread / "children").read_text(encoding="ascii").split()]
    return found


class TestInterrupt:
    """Ctrl-C."""

    @pytest.fixture
    def busy(self, project: Path) -> Iterator[subprocess.Popen[str]]:
        """A run with workers, in the middle of its work, that is to write `out.json`."""
        for number in range(40):
            (project / f"m{number}.py").write_text(WHOLE, encoding="utf-8")
        (project / "out.json").write_text("before", encoding="utf-8")
        command = [sys.executable, "-m", "lintdem", "check", "--jobs", "2", "--no-cache", "--output", "json:out.json"]
        process = subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            until(lambda: len(children(process.pid)) == 2 or process.poll() is not None)
            yield process
        finally:
            process.kill()
            process.communicate()

    def test_says_one_line_and_leaves_nothing_behind(self, busy: subprocess.Popen[str], project: Path) -> None:
        """Exit code 130, one line, no report, the old file whole, and the workers gone."""
        workers = children(busy.pid)
        busy.send_signal(signal.SIGINT)
        out, err = busy.communicate(timeout=PATIENCE)
        assert (busy.returncode, out, err) == (130, "", "interrupted\n")
        assert (project / "out.json").read_text(encoding="utf-8") == "before"
        assert sorted(path.name for path in project.iterdir() if not path.name.startswith("m")) == [".git", "out.json"]
        until(lambda: not any(map(is_running, workers)))

    def test_a_killed_run_leaves_no_workers(self, busy: subprocess.Popen[str]) -> None:
        """Workers end when nobody asks any more."""
        workers = children(busy.pid)
        busy.kill()
        until(lambda: not any(map(is_running, workers)))


class TestOutputFile:
    """What `--output` writes."""

    def test_a_device_is_written_into(self, project: Path) -> None:
        """A pipe or a device stays what it is."""
        (project / "app.py").write_text("x = 1\n", encoding="utf-8")
        command = f"{sys.executable} -m lintdem check -q --output concise:/dev/stdout --output json:/dev/null | cat"
        done = subprocess.run(["sh", "-c", command], cwd=project, capture_output=True, text=True, check=False)
        assert done.stderr == ""
        assert not Path("/dev/null").is_file()


class TestProgress:
    """The line of a long run."""

    @contextmanager
    def screen(self, monkeypatch: pytest.MonkeyPatch, **environ: str) -> Iterator[int]:
        """A terminal behind standard error, and the other end of it."""
        ours, theirs = pty.openpty()
        monkeypatch.delenv("CI", raising=False)
        monkeypatch.setenv("TERM", "xterm-256color")
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        with os.fdopen(theirs, "w", encoding="utf-8") as stream, monkeypatch.context() as patched:
            patched.setattr(sys, "stderr", stream)
            yield ours
        os.close(ours)

    def read_to(self, screen: int, words: str) -> str:
        """What the terminal got, up to these words."""
        seen = ""
        while words not in seen:
            assert select.select([screen], [], [], PATIENCE)[0], f"only {seen!r} came"
            seen += os.read(screen, 4096).decode()
        return seen

    def test_tells_the_stage_and_how_far_it_is(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Files, handlers and rules are counted; at the end the line is gone."""
        with self.screen(monkeypatch) as screen:
            with Progress(patience=0.0) as progress:
                progress.stage("lower")
                progress.progress(120, 400)
                self.read_to(screen, "\r\x1b[Kreading 120/400 files (")
                progress.stage("handlers")
                progress.progress(7, 60)
                self.read_to(screen, "\r\x1b[Kfollowing 7/60 handlers (")
            print("END", end="", file=sys.stderr, flush=True)  # noqa: T201
            assert self.read_to(screen, "END").endswith("\r\x1b[KEND")

    def test_a_note_takes_the_place_of_the_line(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A note does not stand behind half a line."""
        with self.screen(monkeypatch) as screen, Progress(patience=0.0) as progress:
            progress.stage("link")
            self.read_to(screen, "linking (")
            progress.note("a folder is not there")
            assert "\r\x1b[Knote: a folder is not there\r\n" in self.read_to(screen, "there\r\n")

    @pytest.mark.parametrize(("environ", "patience"), [({"CI": "true"}, 0.0), ({"TERM": "dumb"}, 0.0), ({}, PATIENCE)])
    def test_a_log_and_a_short_run_have_no_line(
        self, environ: dict[str, str], patience: float, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A CI job with a terminal keeps what is written over, a dumb terminal cannot write over, and what is done before
        patience ends leaves no trace."""
        with self.screen(monkeypatch, **environ) as screen:
            with Progress(patience=patience) as progress:
                progress.stage("lower")
                progress.progress(1, 2)
            print("END", end="", file=sys.stderr, flush=True)  # noqa: T201
            assert self.read_to(screen, "END") == "END"
