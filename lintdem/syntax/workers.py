"""Processes that lower files and may die doing so.

Native parser code cannot be interrupted, and ends its process when a file is nested too deeply. A
`Worker` is one such process: a request is a path and bytes, a reply an encoded module, both behind
their length. One that dies or takes too long fails for the file at hand only. What counts is its own time on
the processor, where the system can tell, so that a busy machine gives up no file that an idle one reads.
It is started with Python's isolated mode and the caller's module path, so that neither the folder it runs
in nor the caller's main module is imported.
"""

from __future__ import annotations

import json
import math
import signal
import struct
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO

import msgspec

from lintdem.errors import LoweringError
from lintdem.model import codec
from lintdem.model.module import Module

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

SECONDS = 20.0
_PATIENCE = 8 if resource is not None else 1
"""How often the processor may be busy with other work: the clock stops what the limit on processor time does not."""
_SECONDS_PER_BYTE = 5e-6
_SECONDS_TO_START = 60.0
_STACK_MEGABYTES = (256, 64, 16)
_FRAMES = 50_000
_LENGTH = struct.Struct("<Q")
_READY = b"ready"
_START = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from lintdem.syntax.workers import serve
serve()
"""


class NoWorker(Exception):
    """A worker process could not be started."""


TOO_SLOW = "takes the parser longer than"
"""How it is told that a file was given up."""


class Worker:
    """One process, seen from the caller. Not to be used by two threads at once."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None

    def lower(self, path: str, data: bytes) -> Module:
        """The module of a file. Raises `LoweringError` when the process died of it or was too slow, and
        `NoWorker` when there is none."""
        process = self._running()
        seconds = self._seconds + len(data) * _SECONDS_PER_BYTE
        reply, late = _asked(process, msgspec.msgpack.encode((path, data, seconds)), seconds * _PATIENCE)
        if reply is not None:
            return codec.decode(reply)
        status = self.close()
        if late or (resource is not None and status == -signal.SIGXCPU):
            raise LoweringError(f"{TOO_SLOW} {seconds:.0f} seconds")
        raise LoweringError("nested too deeply for the parser") from ChildProcessError(f"it ended with status {status}")

    def close(self) -> int | None:
        """End the process; its exit status."""
        process, self._process = self._process, None
        if process is None:
            return None
        process.kill()
        status = process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                _closed(pipe)
        return status

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._process = _started()
            ready, _ = _asked(self._process, None, _SECONDS_TO_START)
            if ready != _READY:
                raise NoWorker(f"the process for lowering ended with status {self.close()}")
        return self._process


def serve() -> None:
    """Be a worker until the caller closes the pipe, on a thread whose stack is large enough for any file."""
    requests, replies = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr
    sys.setrecursionlimit(_FRAMES)
    for megabytes in _STACK_MEGABYTES:
        try:
            threading.stack_size(megabytes << 20)
            thread = threading.Thread(target=_serve, args=(requests, replies))
            thread.start()
        except (ValueError, RuntimeError):
            continue
        thread.join()
        return
    _serve(requests, replies)


def _serve(requests: IO[bytes], replies: IO[bytes]) -> None:
    from lintdem.syntax.reading import look_at, lower_here, read_quickly  # noqa: PLC0415

    _write(replies, _READY)
    while (request := _read(requests)) is not None:
        path, data, seconds = msgspec.msgpack.decode(request, type=tuple[str, bytes, float])
        _limit(seconds)
        _write(replies, codec.encode(read_quickly(path, data) or lower_here(look_at(path, data))))


def _limit(seconds: float) -> None:
    """End this process when it has been on the processor for so long from now on."""
    if resource is not None:
        used = resource.getrusage(resource.RUSAGE_SELF)
        _, most = resource.getrlimit(resource.RLIMIT_CPU)
        limit = math.ceil(used.ru_utime + used.ru_stime + seconds)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # it may die of this, and its memory is nobody's business
        resource.setrlimit(resource.RLIMIT_CPU, (limit if most == resource.RLIM_INFINITY else min(limit, most), most))


def _started() -> subprocess.Popen[bytes]:
    package = Path(__file__).resolve().parent.parent.parent
    modules = [entry for entry in (*sys.path, str(package)) if entry]
    command = [sys.executable, "-I", "-c", _START, json.dumps(modules)]
    try:
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    except OSError as error:
        raise NoWorker(str(error)) from error


def _asked(process: subprocess.Popen[bytes], request: bytes | None, seconds: float) -> tuple[bytes | None, bool]:
    """The reply to a request, or None when the process ended; and whether it ended for being late."""
    late = threading.Event()

    def expire() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(seconds, expire)
    timer.daemon = True
    timer.start()
    try:
        assert process.stdin is not None and process.stdout is not None
        if request is not None:
            _write(process.stdin, request)
        return _read(process.stdout), late.is_set()
    except OSError:
        return None, late.is_set()
    finally:
        timer.cancel()


def _write(pipe: IO[bytes], message: bytes) -> None:
    pipe.write(_LENGTH.pack(len(message)) + message)
    pipe.flush()


def _read(pipe: IO[bytes]) -> bytes | None:
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    message = pipe.read(length)
    return message if len(message) == length else None


def _closed(pipe: IO[bytes]) -> None:
    """Close a pipe whose other end is gone: what was not written cannot be."""
    try:
        pipe.close()
    except OSError:
        return
