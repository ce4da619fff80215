"""Where a key or a value stands in a TOML text, so that a message can name the line.

The standard parser keeps no positions. Keys and headers stand on lines of their own in TOML, so a
look at the lines is enough; when a form is too unusual to be found, the answer is the table's line.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import lru_cache

from lintdem.regexes import late

_HEADER = late(r"^\s*\[\[?([^\[\]]+)\]\]?\s*(?:#.*)?$")
_KEY = late(r"""^\s*((?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+))*)\s*=""")
_QUOTED = late(r""""([^"]*)"|'([^']*)'""")
_PART = late(r""""([^"]*)"|'([^']*)'|([A-Za-z0-9_-]+)""")


def line_of(text: str, path: Sequence[str], value: str | None = None) -> int:
    """The line of the key `path` (table names and key), or of the quoted `value` behind it."""
    line = _line_of_key(text, tuple(path))
    return line if value is None else _line_of_value(text, line, value)


@lru_cache(maxsize=64)
def _line_of_key(text: str, path: tuple[str, ...]) -> int:
    wanted = list(path)
    table: list[str] = []
    best, depth = 1, 0
    for number, line in enumerate(text.splitlines(), 1):
        here = _path_on(line, table)
        if here is None:
            continue
        is_table, full = here
        table = full if is_table else table
        shared = _shared(full, wanted)
        if shared > depth:
            best, depth = number, shared
        if shared == len(wanted):
            break
    return best


def line_of_entry(text: str, path: Sequence[str], index: int, key: str = "") -> int:
    """The line of the `index`th `[[…]]` table of the name `path`, counted from 0, or of a key in it; else that of the name."""
    lines = text.splitlines()
    headers = [(number, header) for number, line in enumerate(lines, 1) if (header := _HEADER.match(line))]
    starts = [number for number, header in headers if _parts(header.group(1)) == list(path)]
    if index >= len(starts):
        return line_of(text, path)
    start = starts[index]
    end = next((number for number, _ in headers if number > start), len(lines) + 1)
    inside = range(start + 1, end) if key else ()
    return next((n for n in inside if (found := _KEY.match(lines[n - 1])) and _parts(found.group(1))[0] == key), start)


def _path_on(line: str, table: list[str]) -> tuple[bool, list[str]] | None:
    header = _HEADER.match(line)
    if header:
        return True, _parts(header.group(1))
    key = _KEY.match(line)
    return (False, table + _parts(key.group(1))) if key else None


def _parts(dotted: str) -> list[str]:
    return [first or second or third for first, second, third in _PART.findall(dotted)]


def _shared(full: list[str], wanted: list[str]) -> int:
    """How many names of `wanted` the line has reached; nothing when it leads elsewhere."""
    count = min(len(full), len(wanted))
    return count if full[:count] == wanted[:count] else 0


def _line_of_value(text: str, start: int, value: str) -> int:
    lines = _quoted(text).get(value, ())
    at = bisect_left(lines, start)
    return lines[at] if at < len(lines) else start


@lru_cache(maxsize=4)
def _quoted(text: str) -> Mapping[str, Sequence[int]]:
    """The lines of everything in quotes: a list may be long, and each name in it is asked for."""
    found: dict[str, list[int]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        for double, single in _QUOTED.findall(line):
            found.setdefault(double or single, []).append(number)
    return found
