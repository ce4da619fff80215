"""What tells a question from others in another process, too: its code and the constants around it, by what they say."""

from __future__ import annotations

from enum import Enum
from types import CodeType


def print_of(key: object) -> str:
    """A key of a question (`asked.key_of`) in words. Two questions of one lintdem have the same only where they ask the same."""
    if isinstance(key, CodeType):
        told = (key.co_firstlineno, key.co_code, key.co_names, key.co_varnames, key.co_freevars, key.co_cellvars)
        return f"{key.co_name}({told!r},{print_of(key.co_consts)})"
    if isinstance(key, type):
        return f"{key.__module__}.{key.__qualname__}"
    if isinstance(key, Enum):
        return f"{print_of(type(key))}.{key.name}"
    if isinstance(key, tuple):
        return f"({','.join(map(print_of, key))})"
    if isinstance(key, frozenset):
        return f"{{{','.join(sorted(map(print_of, key)))}}}"
    return f"{type(key).__name__}:{key!r}"
