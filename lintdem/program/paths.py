"""Relative paths as text: no file system here."""

from __future__ import annotations


def folder(path: str) -> str:
    """The folder a path stands in; "" for the root."""
    return path.rpartition("/")[0]


def join(base: str, *parts: str) -> str:
    """Join path parts with slashes, leaving out empty ones and "."."""
    return "/".join(p for p in (base, *parts) if p and p != ".")


def ancestors(path: str) -> list[str]:
    """The folder of a file and every folder above it, nearest first, "" last."""
    found = []
    here = folder(path)
    while here:
        found.append(here)
        here = folder(here)
    found.append("")
    return found


def shared(left: str, right: str) -> int:
    """How many leading folders two paths have in common."""
    count = 0
    for a, b in zip(left.split("/"), right.split("/"), strict=False):
        if a != b:
            break
        count += 1
    return count
