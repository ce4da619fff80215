"""Paths as templates write them, made relative to the workspace root. Nothing here touches the disk."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lintdem.regexes import late

_REMOTE = late(r"^[A-Za-z][A-Za-z0-9+.-]*://|^arn:")
_FILES = (".py", ".pyc", ".js", ".mjs", ".ts")
_ARCHIVES = (".zip", ".jar", ".whl")


def folder_of(path: str) -> str:
    """The folder of a file; "" is the workspace root."""
    return path.rpartition("/")[0]


def join(folder: str, relative: str) -> str | None:
    """`relative` seen from `folder`, normalised; None when it leaves the root or is not a local path."""
    relative = relative.strip().replace("\\", "/")
    if _REMOTE.match(relative) or relative.startswith("/") or re.match(r"^[A-Za-z]:/", relative) or "\0" in relative:
        return None
    parts: list[str] = []
    for part in f"{folder}/{relative}".split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def is_archive(path: str) -> bool:
    """Whether a path is that of a packed archive."""
    return path.endswith(_ARCHIVES)


def code_folders(folder: str, written: str | None) -> tuple[str, ...]:
    """Folders the code may stand in, most likely first: as written beside the template, then from the root.

    An archive or a single file stands for the folder it is in, and for one of the archive's name.
    """
    if written is None:
        return (folder,)
    found: list[str] = []
    for start in (folder, ""):
        target = join(start, written)
        if target is None:
            continue
        if target.endswith(_ARCHIVES):
            found += [target.rpartition(".")[0], folder_of(target)]
        elif target.endswith(_FILES):
            found.append(folder_of(target))
        else:
            found.append(target)
    return unique(found)


def layer_folders(folder: str, written: str) -> tuple[str, ...]:
    """A layer's own folder and its `python/` part, which Lambda puts on the import path."""
    return unique(part for base in code_folders(folder, written) for part in (base, f"{base}/python".lstrip("/")))


def unique(names: Iterable[str]) -> tuple[str, ...]:
    """The names in order, each once."""
    return tuple(dict.fromkeys(names))
