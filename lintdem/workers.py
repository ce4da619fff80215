"""Handlers are run by several processes, which are forked from this one when the program is linked: each takes the next few
handlers until none are left, this process too, and sends its runs back.

A run in another process is the same as one here, so nothing depends on who made it. What is lost with a process that dies is
made here. Where a process cannot be forked safely all are made here.
"""

from __future__ import annotations

import contextlib
import gc
import io
import os
import pickle
import signal
import struct
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from lintdem.interpreter.domain import Scope
from lintdem.model.function import Class, Function

T = TypeVar("T")
FEWEST = 24
"""So many handlers are worth a second process."""
MOST = 32
_BATCH = 2
_TASK = struct.Struct("<I")
_LENGTH = struct.Struct("<Q")
_PIPE = 60_000
"""Bytes that a pipe surely holds."""


class _Child(msgspec.Struct):
    """One process, and what it has sent so far."""

    pid: int
    results: int
    reader: threading.Thread
    frames: list[bytes]


def spread(work: Callable[[int], T], numbers: Sequence[int], jobs: int) -> Iterator[tuple[int, T]]:
    """What `work` gives for each of these numbers, in the order in which it is done."""
    done: set[int] = set()
    jobs = min(jobs, MOST, len(numbers) // FEWEST + 1)
    if jobs > 1 and sys.platform == "linux" and len(numbers) * _TASK.size < _PIPE:
        for number, result in _shared(work, numbers, jobs):
            done.add(number)
            yield number, result
    for number in numbers:
        if number not in done:
            yield number, work(number)


def _shared(work: Callable[[int], T], numbers: Sequence[int], jobs: int) -> Iterator[tuple[int, T]]:
    """What this process and its children have done; what a child took that died is missing."""
    with contextlib.ExitStack() as stack:
        tasks = _filled(numbers)
        stack.callback(os.close, tasks)
        children = _forked(work, tasks, jobs - 1)
        stack.callback(_ended, children)
        for number in _taken(tasks):
            yield number, work(number)
        for child in children:
            child.reader.join()
            yield from _read(child.frames)


def _filled(numbers: Sequence[int]) -> int:
    """A pipe from which everybody takes the next numbers."""
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as stream:
        stream.write(b"".join(map(_TASK.pack, numbers)))
    return reading


def _taken(tasks: int) -> Iterator[int]:
    while data := os.read(tasks, _BATCH * _TASK.size):
        yield from (number for (number,) in _TASK.iter_unpack(data))


def _forked(work: Callable[[int], object], tasks: int, count: int) -> list[_Child]:
    children = []
    gc.freeze()  # what is there stays where it is, so that the processes share it
    try:
        for _ in range(count):
            reading, writing = os.pipe()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)  # no other thread of this process holds a lock meanwhile
                try:
                    pid = os.fork()
                except OSError:
                    os.close(reading)
                    os.close(writing)
                    break
            if not pid:
                _serve(work, tasks, writing)
            os.close(writing)
            frames: list[bytes] = []
            reader = threading.Thread(target=_drain, args=(reading, frames), daemon=True)
            reader.start()
            children.append(_Child(pid, reading, reader, frames))
    finally:
        gc.unfreeze()
    return children


def _serve(work: Callable[[int], object], tasks: int, results: int) -> None:
    """Be a worker. Nothing that belongs to the process it was forked from is touched: no output, no files, no clean-up."""
    status = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        for number in _taken(tasks):
            with contextlib.suppress(Exception):  # then it is made by the process that waits for it
                data = packed((number, work(number)))
                _write(results, _LENGTH.pack(len(data)) + data)
        status = 0
    finally:
        os._exit(status)


def _write(results: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(results, view) :]


def _drain(results: int, frames: list[bytes]) -> None:
    """Take what a process sends until it ends; a frame that is cut off is dropped."""
    with os.fdopen(results, "rb") as stream:
        while head := stream.read(_LENGTH.size):
            data = stream.read(_LENGTH.unpack(head)[0]) if len(head) == _LENGTH.size else b""
            if len(head) < _LENGTH.size or len(data) < _LENGTH.unpack(head)[0]:
                return
            frames.append(data)


def _read(frames: list[bytes]) -> Iterator[tuple[int, Any]]:
    for data in frames:
        try:
            yield pickle.loads(data)
        except Exception:
            continue  # made here


def _ended(children: Sequence[_Child]) -> None:
    """No process is left behind, however this one goes on."""
    for child in children:
        if child.reader.is_alive():
            with contextlib.suppress(ProcessLookupError):
                os.kill(child.pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(child.pid, 0)


# --- what is sent ---


class _Packer(pickle.Pickler):
    """Leaves out the code of functions and classes and what stands in scopes: nobody asks for it once a run is over."""

    dispatch_table: Mapping[type, Callable[[Any], tuple[Any, ...]]] = {
        Function: lambda one: (Function, _without_body(one)),
        Class: lambda one: (Class, _without_body(one)),
        Scope: lambda one: (Scope, (one.path, {})),
    }


def _without_body(one: Function | Class) -> tuple[object, ...]:
    fields = msgspec.structs.fields(type(one))
    return tuple(() if field.name in ("body", "decorators") else getattr(one, field.name) for field in fields)


def packed(*results: object) -> bytes:
    """A run as bytes, and what goes with it, without what nobody asks of them any more. What comes later may be left unread,
    and is made of the same objects."""
    stream = io.BytesIO()
    packer = _Packer(stream, pickle.HIGHEST_PROTOCOL)
    for result in results:
        packer.dump(result)
    return stream.getvalue()
