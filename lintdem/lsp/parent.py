"""The editor's process: a server whose editor has died leaves, also where somebody else still holds its pipes.

The end of standard input says so in most cases; a process that was forked from the editor keeps the pipe open after it.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable

_LOOK = 3.0
"""Seconds between two looks, where the system tells nobody of the end of another process."""


def watch(process: int, gone: Callable[[], None]) -> bool:
    """Call back on the running loop when this process is gone; False where it cannot be seen: it may run on another machine,
    or outside of the container, and then nothing is known of it."""
    if process <= 0 or not _is_there(process):
        return False
    loop = asyncio.get_running_loop()
    if sys.platform == "linux":
        try:
            end = os.pidfd_open(process)
        except OSError:  # an older kernel, or a sandbox without that call
            pass
        else:
            loop.add_reader(end, gone)
            return True

    def look() -> None:
        if _is_there(process):
            loop.call_later(_LOOK, look)
        else:
            gone()

    loop.call_later(_LOOK, look)
    return True


def _is_there(process: int) -> bool:
    if sys.platform == "win32":
        return _is_there_on_windows(process)
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):  # it belongs to somebody else, or is no number of a process
        return process < 1 << 31
    return True


def _is_there_on_windows(process: int) -> bool:
    """There `os.kill` ends a process, whatever it is told."""
    import ctypes  # noqa: PLC0415 - on Windows only

    kernel = ctypes.windll.kernel32  # type: ignore[attr-defined, unused-ignore]
    synchronize, timed_out = 0x00100000, 0x102
    handle = kernel.OpenProcess(synchronize, False, process)
    if not handle:
        return False
    try:
        return bool(kernel.WaitForSingleObject(handle, 0) == timed_out)
    finally:
        kernel.CloseHandle(handle)
