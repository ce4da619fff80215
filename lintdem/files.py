"""Writing a file whole: beside its place, then moved there, so that whoever reads it has the old or the new one."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

_NEW_FILE = 0o644


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
