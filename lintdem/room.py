"""The room that work has: processors, and a thread with a deep stack, for what is analysed is nested as deeply as its authors
liked. The process does not wait for that thread when it is told to end.
"""

from __future__ import annotations

import gc
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")
_STACK = 512 * 1024 * 1024
_RECURSION = 60_000
_OBJECTS = 200_000
_ARENA_MAX = -8
"""M_ARENA_MAX of mallopt."""


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """Look for circles of garbage seldom: what is made here mostly stays, and looking through all of it again and again
    takes a quarter of the time."""
    before = gc.get_threshold()
    gc.set_threshold(_OBJECTS, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def one_heap() -> None:
    """Have the C library of Linux serve all threads from one heap. Each of a new thread's own would keep what is freed there, and a
    process that goes on for days would grow without holding more."""
    call = _of_libc("mallopt")
    if call is not None:
        call(_ARENA_MAX, 1)


def give_back() -> None:
    """Give memory that is free back to the system, where the C library can be told to."""
    gc.collect()
    call = _of_libc("malloc_trim")
    if call is not None:
        call(0)


def _of_libc(name: str) -> Callable[..., int] | None:
    if sys.platform != "linux":
        return None
    import ctypes  # noqa: PLC0415 - only a server needs it

    found: Callable[..., int] | None = getattr(ctypes.CDLL(None), name, None)
    return found


def stay() -> None:
    """What is there now mostly stays as long as the process: it is looked through for circles once more, and never again."""
    gc.collect()
    gc.freeze()


def with_room(work: Callable[[], T]) -> T:
    """Run on a thread with a deep stack: what is analysed is nested as deeply as its authors liked."""
    results: list[T] = []
    errors: list[BaseException] = []

    def body() -> None:
        try:
            with seldom_collecting():
                results.append(work())
        except BaseException as error:
            errors.append(error)

    limit, size = sys.getrecursionlimit(), threading.stack_size(_STACK)
    sys.setrecursionlimit(_RECURSION)
    try:
        thread = threading.Thread(target=body, name="lintdem analysis", daemon=True)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(size)
        sys.setrecursionlimit(limit)
    if errors:
        raise errors.pop()
    return results[0]
