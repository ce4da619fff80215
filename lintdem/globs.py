"""Git-style patterns that anybody may have written, matched in bounded time.

A pattern becomes a regular expression, and one with many wildcards tries every way to spread a name over them: `*a*a*a*b`
never ends on a long name. Of a glob the first place where a part fits is as good as any later one, so the parts
between wildcards are matched once each and never tried again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import count
from typing import Any

from pathspec import GitIgnoreSpec
from pathspec.pattern import RegexPattern

from lintdem.regexes import late

_FEW = 2
"""So many wildcards are matched as they stand, which takes no more than the square of a name's length."""
_ANY = "[^/]*"
_FOLDERS = late(r"(\(\?:\.\+/\)\?|\(\?:/\.\+\)\?)")
_LAZY = {"(?:.+/)?": "(?:.+?/)??", "(?:/.+)?": "(?:/.+?)??"}
_TAIL = late(r"(?:\(\?:)?\(\?P<\w+>/\)")
_SLASH = late(r"((?<!\[\^)/)")


def spec_of(lines: Iterable[str]) -> GitIgnoreSpec:
    """The patterns of these lines. Raises ValueError for one that is none."""
    return as_one(patterns_of(lines))


def as_one(patterns: Iterable[Any]) -> GitIgnoreSpec:
    """Patterns together, of which the last that matches decides."""
    make: Any = GitIgnoreSpec
    try:
        spec = make(list(patterns), backend="simple")  # other engines may be there, and know no look ahead
    except TypeError:  # before pathspec 1.0 there is one
        spec = make(list(patterns))
    assert isinstance(spec, GitIgnoreSpec)
    return spec


def patterns_of(lines: Iterable[str]) -> tuple[Any, ...]:
    """The same as single patterns."""
    return tuple(_bounded(pattern) for pattern in GitIgnoreSpec.from_lines(lines).patterns)


def _bounded(pattern: Any) -> Any:
    expression = pattern.regex.pattern if pattern.regex is not None else ""
    if expression.count(_ANY) + len(_FOLDERS.findall(expression)) <= _FEW:
        return pattern
    return RegexPattern(re.compile(_once_each(expression)), include=pattern.include)


def _once_each(expression: str) -> str:
    """The expression of a pattern with everything between two `**` fixed at the first place where it fits."""
    numbers = count()
    tail = _TAIL.search(expression)
    end = tail.start() if tail else len(expression)
    first, *rest = _FOLDERS.split(expression[:end])
    result = _segments(first, numbers)
    for at in range(0, len(rest), 2):
        folders, chunk = rest[at], _segments(rest[at + 1], numbers)
        is_last = at + 2 == len(rest)
        result += f"{folders}{chunk}" if is_last else _fixed(f"{_LAZY[folders]}{chunk}(?=/)", numbers)
    return result + expression[end:]


def _segments(chunk: str, numbers: Iterator[int]) -> str:
    """The names between slashes, each with its parts between two `*` fixed."""
    return "".join(part if part == "/" else _segment(part, numbers) for part in _SLASH.split(chunk))


def _segment(name: str, numbers: Iterator[int]) -> str:
    first, *parts = name.split(_ANY)
    if not parts:
        return first
    inner = (_fixed(f"[^/]*?{part}", numbers) for part in parts[:-1] if part)
    return f"{first}{''.join(inner)}{_ANY}{parts[-1]}"


def _fixed(expression: str, numbers: Iterator[int]) -> str:
    """What is matched once and not tried in another way. Python 3.10 has no atomic groups; a look ahead is one."""
    name = f"fixed{next(numbers)}"
    return f"(?=(?P<{name}>{expression}))(?P={name})"
