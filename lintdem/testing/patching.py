"""A patch applied to the files of a case: every line of it has to fit where it says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lintdem.errors import UsageError
from lintdem.regexes import late

_HUNK = late(r"@@ -(\d+)(?:,\d+)? \+\d+(?:,\d+)? @@")


def patched(files: Mapping[str, str], diff: str) -> dict[str, str]:
    """The files after a unified diff (`--- a/…`, `+++ b/…`); raises `UsageError` where it does not fit."""
    after = dict(files)
    for path, lines in _parts(diff):
        if path not in files:
            raise UsageError(f"the patch is for {path}, which is no file here")
        after[path] = _applied(path, files[path].splitlines(), lines)
    return after


def _parts(diff: str) -> Iterator[tuple[str, list[str]]]:
    """Each file with its hunks."""
    path, lines = "", list[str]()
    for line in diff.splitlines():
        if line.startswith("--- a/"):
            if path:
                yield path, lines
            path, lines = line.removeprefix("--- a/"), []
        elif line != f"+++ b/{path}":
            lines.append(line)
    if path:
        yield path, lines


def _applied(path: str, before: list[str], lines: list[str]) -> str:
    """One file: what stands between hunks is kept, what a hunk keeps or removes has to be there."""
    after, at = list[str](), 0
    for line in lines:
        if hunk := _HUNK.fullmatch(line):
            after += before[at : int(hunk[1]) - 1]
            at = int(hunk[1]) - 1
        elif line.startswith("+"):
            after.append(line[1:])
        elif line[:1] in (" ", "-") and before[at : at + 1] == [line[1:]]:
            after += [line[1:]] if line.startswith(" ") else []
            at += 1
        else:
            raise UsageError(f"the patch does not fit {path}:{at + 1}: {line}")
    return "".join(f"{line}\n" for line in (*after, *before[at:]))
