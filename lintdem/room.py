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
        raise errors[0]
    return results[0]
