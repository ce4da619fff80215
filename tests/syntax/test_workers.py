"""A worker may die; the caller does not."""

from __future__ import annotations

import os
import signal
import sys

import pytest

from lintdem.errors import LoweringError
from lintdem.model.module import Module
from lintdem.syntax import lower_source
from lintdem.syntax.workers import NoWorker, Worker


class Dying(Worker):
    """A worker whose process can be killed."""

    def die(self) -> None:
        """End the process as a crash of the parser would."""
        os.kill(self._running().pid, signal.SIGKILL)


@pytest.fixture
def worker() -> object:
    """A worker that is closed in the end."""
    worker = Dying()
    yield worker
    worker.close()


def test_a_worker_lowers_like_this_process(worker: Dying) -> None:
    """The same bytes give the same module, in whichever process."""
    source = "# lintdem: idempotent\ndef f(é):\n    'doc'\n    yield f'{é:>{1}}'\n".encode()
    assert worker.lower("app.py", source) == lower_source("app.py", source)
    assert worker.lower("bad.py", b"(").problems == lower_source("bad.py", b"(").problems


def test_a_dead_worker_fails_for_one_file(worker: Dying) -> None:
    """The file at hand is lost with a reason; the next one gets a new process."""
    worker.die()
    with pytest.raises(LoweringError, match="nested too deeply"):
        worker.lower("a.py", b"x = 1\n")
    module = worker.lower("b.py", b"y = 2\n")
    assert isinstance(module, Module)
    assert len(module.body) == 1


def test_a_closed_worker_can_be_used_again(worker: Dying) -> None:
    """Closing ends the process, not the worker."""
    worker.lower("a.py", b"x = 1\n")
    assert worker.close() is not None
    assert worker.close() is None
    assert len(worker.lower("a.py", b"x = 1\n").body) == 1


def test_without_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no process can be started, calm files are lowered and risky ones are told."""
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    with pytest.raises(NoWorker):
        Worker().lower("a.py", b"x = 1\n")
    assert len(lower_source("a.py", b"x = 1\n").body) == 1
    (problem,) = lower_source("deep.py", ("x = a" + ".b" * 1000).encode()).problems
    assert problem.code == "LDM901"
    assert "process of its own" in problem.message
