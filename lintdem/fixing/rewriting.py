"""Files replaced on the disk: written beside, then put in place at once, so that there is the old or the new file and
never half of one."""

from __future__ import annotations

import os
import stat
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_PREFIX = ".lintdem-fix-"
_LONG_AGO = 600.0


class NotWritten(Exception):
    """A file that was left as it was; the text says why."""


@dataclass(frozen=True)
class _Ready:
    """A new file beside the one that it is to replace."""

    name: str
    target: Path
    before: bytes

    def put(self) -> None:
        """Replace the old file, if it is still what was checked."""
        if self.target.read_bytes() != self.before:
            raise NotWritten("it has changed since it was checked")
        Path(self.name).replace(self.target)


def rewrite(path: Path, root: Path, before: bytes, after: bytes) -> None:
    """Replace the file if it still holds `before`. Links are followed inside of `root`; mode and owner stay."""
    for _, reason in rewrite_together({"": (before, after)}, lambda _: path, root):
        raise NotWritten(reason)


def rewrite_together(
    files: Mapping[str, tuple[bytes, bytes]], path_of: Callable[[str], Path], root: Path
) -> list[tuple[str, str]]:
    """Replace files that need each other: all new ones are written before the first is put in place. Those that stay as they
    were, and why."""
    with suppress(OSError):
        for folder in sorted({path_of(name).resolve().parent for name in files}):
            remove_stale(folder)
    ready: list[_Ready] = []
    at = ""
    try:
        for at, (before, after) in files.items():
            ready.append(_prepared(path_of(at), root, before, after))
        left = list(files)
        for at, one in zip(files, ready, strict=True):
            one.put()
            left.remove(at)
    except (NotWritten, OSError) as error:
        reason = str(error) if isinstance(error, NotWritten) else error.strerror or str(error)
        others = [name for name in files if name != at and (len(ready) < len(files) or name in left)]
        return [(at, reason), *((name, f"{at} belongs to the same fix and cannot be written") for name in others)]
    finally:
        for one in ready:
            Path(one.name).unlink(missing_ok=True)
    return []


def _prepared(path: Path, root: Path, before: bytes, after: bytes) -> _Ready:
    target = path.resolve(strict=True)
    if not target.is_relative_to(root.resolve()):
        raise NotWritten("it is a link that leads out of the workspace")
    status = target.stat()
    if not stat.S_ISREG(status.st_mode):
        raise NotWritten("it is no regular file")
    if status.st_nlink > 1:
        raise NotWritten("it has several hard links, and a new file would part them")
    if not status.st_mode & 0o222 or not os.access(target, os.W_OK):
        raise NotWritten("it is read-only")
    try:
        handle, name = tempfile.mkstemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=target.parent)
    except PermissionError as error:
        raise NotWritten("its folder takes no new file, and files are replaced, never written over") from error
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(after)
            stream.flush()
            os.fsync(stream.fileno())
        _like(name, target, status)
        if target.read_bytes() != before:
            raise NotWritten("it has changed since it was checked")
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return _Ready(name, target, before)


def _like(name: str, target: Path, status: os.stat_result) -> None:
    """Owner, mode and attributes of the file it replaces; the owner where that is allowed."""
    with suppress(OSError, AttributeError):
        os.chown(name, status.st_uid, status.st_gid)
    Path(name).chmod(stat.S_IMODE(status.st_mode))
    with suppress(OSError, AttributeError):
        for attribute in os.listxattr(target):
            os.setxattr(name, attribute, os.getxattr(target, attribute))


def remove_stale(folder: Path) -> None:
    """Remove what runs that were killed have left behind in a folder."""
    for file in folder.glob(f"{_PREFIX}*"):
        number = file.name[len(_PREFIX) :].partition("-")[0]
        if number.isdigit() and not _is_written(int(number), file):
            file.unlink(missing_ok=True)


def _is_written(process: int, file: Path) -> bool:
    """Whether a process may still be writing a file. Numbers are given out again: what has our own is not ours, for this
    is asked before anything is written, and what is old is nobody's."""
    if process == os.getpid() or time.time() - file.lstat().st_mtime > _LONG_AGO:
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
