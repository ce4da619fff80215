"""Changes as a unified diff that `git apply` and `patch -p1` take."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping

from lintdem.regexes import late

_PLAIN = late(r"[^\x00-\x1f\"\\\x7f-\xff]+")


def patch(files: Mapping[str, tuple[bytes, bytes]]) -> bytes:
    """The diff of these files, by the path they are to be shown under. Bytes, for files have encodings of their own."""
    return b"".join(_one(path, *pair) for path, pair in sorted(files.items()) if pair[0] != pair[1])


def _one(path: str, before: bytes, after: bytes) -> bytes:
    shown = path.encode("utf-8", errors="surrogateescape").decode("latin-1")
    lines = difflib.unified_diff(_lines(before), _lines(after), _quoted(f"a/{shown}"), _quoted(f"b/{shown}"))
    return "".join(_ended(lines)).encode("latin-1")


def _lines(data: bytes) -> list[str]:
    """The lines, each byte a character."""
    lines = data.decode("latin-1").split("\n")
    return [f"{line}\n" for line in lines[:-1]] + [line for line in lines[-1:] if line]


def _ended(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _quoted(path: str) -> str:
    """A path as git writes it: odd characters in octal, inside of quotes."""
    if _PLAIN.fullmatch(path):
        return f"{path}\t" if " " in path else path
    special = {'"': '\\"', "\\": "\\\\"}
    inside = "".join(c if _PLAIN.fullmatch(c) else special.get(c, f"\\{ord(c):03o}") for c in path)
    return f'"{inside}"'
