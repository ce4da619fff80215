"""Repositories spread over processes of this machine.

A worker takes one repository after another from its own pipe, so that it is known what each has in hand. One that is lost,
to a crash or to the system's need of memory, is replaced, and its repository tried once more by another.
"""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import get_context, resource_tracker
from multiprocessing.connection import Connection, wait

import msgspec

from lintdem.audit.checking import audited, audited_far_away, failed
from lintdem.audit.records import Audited, Task

_TRIES = 2
_PATIENCE = 5.0
"""Seconds in which a worker that is told to end does so."""


def checked_locally(tasks: Sequence[Task], jobs: int) -> Iterator[Audited]:
    """The record of every task, as they are done."""
    if jobs == 1 or len(tasks) == 1:
        yield from map(audited, tasks)
        return
    waiting = deque((task, 1) for task in tasks)
    crew: list[_Worker] = []
    try:
        while waiting or crew:
            while waiting and len(crew) < jobs:
                crew.append(_Worker(*waiting.popleft()))
            ready = wait([worker.pipe for worker in crew])
            for worker in [one for one in crew if one.pipe in ready]:
                record = worker.answer()
                task, tries = worker.task, worker.tries
                if record is None or not waiting:
                    crew.remove(worker)
                    lost = worker.end()
                else:
                    worker.give(*waiting.popleft())
                if record is not None:
                    yield record
                elif tries < _TRIES:
                    waiting.append((task, tries + 1))
                else:
                    yield failed(task, f"its worker was lost {tries} times ({lost}); alone, with --jobs 1, it may have room")
    finally:
        for worker in crew:
            worker.stop()


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Ctrl-C waits: a process that is left alone half begun complains on the terminal."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Worker:
    """A process and what it has in hand."""

    def __init__(self, task: Task, tries: int) -> None:
        context = get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs,), name="lintdem audit")
        resource_tracker.ensure_running()  # which lets Ctrl-C through again when it is started
        with _uninterrupted():
            self._process.start()
        theirs.close()
        self.give(task, tries)

    def give(self, task: Task, tries: int) -> None:
        """Hand it a repository. Whether it is still there is seen when it answers."""
        self.task, self.tries = task, tries
        try:
            self.pipe.send_bytes(msgspec.msgpack.encode(task))
        except OSError:
            return

    def answer(self) -> Audited | None:
        """What came of the repository, None when the worker is gone."""
        try:
            return msgspec.msgpack.decode(self.pipe.recv_bytes(), type=Audited)
        except (EOFError, OSError, msgspec.MsgspecError):
            return None

    def end(self) -> str:
        """Let it go, for nobody asks any more; how it ended."""
        self.pipe.close()
        self._process.join(_PATIENCE)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        code = self._process.exitcode
        return f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"

    def stop(self) -> None:
        """End it in the middle of its work."""
        self._process.terminate()
        self.end()


def _work(pipe: Connection, work: Callable[[bytes], bytes] = audited_far_away) -> None:
    """The life of a worker: until nobody asks any more. Ctrl-C is the business of the one who asks."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        try:
            task = pipe.recv_bytes()
        except (EOFError, OSError):
            return
        pipe.send_bytes(work(task))
