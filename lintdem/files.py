"""Files read with a bound, and written whole: beside their place, then moved there, so that whoever reads one has the old or
the new one."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

_NEW_FILE = 0o644
_READING = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_BINARY", "O_CLOEXEC", "O_NOFOLLOW", "O_NONBLOCK"))


def read_regular(file: Path, most: int | None = None) -> bytes:
    """The bytes of a regular file, of one that has at most so many; OSError for all else, whatever has taken its place since it
    was looked at: a pipe never ends, and a link may lead anywhere."""
    try:
        handle = os.open(file, _READING)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise OSError(error.errno, "is a link") from error
        raise
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "not a regular file")
    with os.fdopen(handle, "rb") as stream:
        data = stream.read() if most is None else stream.read(most + 1)
    if most is not None and len(data) > most:
        raise OSError(errno.EFBIG, f"too large: more than {most:,} bytes")
    return data


def read_in_place(file: Path, most: int | None = None) -> bytes:
    """The same for a file that was found without a link on the way to it; OSError when one of its folders has become one since."""
    data = read_regular(file, most)
    status = file.parent.stat()
    if not _is_plain(file.parent, status.st_dev, status.st_ino):
        raise OSError(errno.ELOOP, "a folder above it is a link")
    return data


@lru_cache(4096)
def _is_plain(folder: Path, device: int, number: int) -> bool:
    """Whether no part of the path is a link. What is behind a link has other numbers, so that it is looked at anew."""
    return os.path.realpath(folder) == str(folder)


def repository_of(folder: Path) -> Path | None:
    """The nearest folder, this one or one above, that holds a repository."""
    return next((above for above in (folder, *folder.parents) if (above / ".git").exists()), None)


def leads_out(file: Path, root: Path) -> bool:
    """Whether a path inside of `root` is, or leads through, a link to somewhere else."""
    return Path(os.path.abspath(file)).is_relative_to(root) and not file.resolve().is_relative_to(root.resolve())  # noqa: PTH100


def replace_file(file: Path, data: bytes) -> None:
    """Put `data` in the place of a file, with the mode of the old one. A link stays a link. OSError when it cannot be done;
    then the old file is untouched."""
    target = Path(os.path.realpath(file))
    mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else _NEW_FILE & ~_umask()
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".new", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as written:
            written.write(data)
            written.flush()
            os.fsync(written.fileno())
        Path(name).chmod(mode)
        Path(name).replace(target)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def write_file(file: Path, data: bytes) -> None:
    """The same for a file that may be a device or a pipe, or stand in a folder that takes no new one: those are written
    into."""
    if file.exists() and not (file.is_file() and os.access(Path(os.path.realpath(file)).parent, os.W_OK)):
        file.write_bytes(data)
    else:
        replace_file(file, data)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
