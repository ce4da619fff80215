"""What tells a question from others in another process, too: its code and the constants around it, by what they say."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from hashlib import blake2b
from types import CodeType


def print_of(key: object) -> bytes:
    """What tells a question by its key (`asked.key_of`). Two of one lintdem have the same only where they ask the same."""
    return digest_of([_words(key).encode(errors="surrogatepass")])


def digest_of(parts: Iterable[bytes]) -> bytes:
    """What tells these from others, in few bytes."""
    return blake2b(b"".join(parts), digest_size=16).digest()


def _words(key: object) -> str:
    if isinstance(key, CodeType):
        told = (key.co_firstlineno, key.co_code, key.co_names, key.co_varnames, key.co_freevars, key.co_cellvars)
        return f"{key.co_name}({told!r},{_words(key.co_consts)})"
    if isinstance(key, type):
        return f"{key.__module__}.{key.__qualname__}"
    if isinstance(key, Enum):
        return f"{_words(type(key))}.{key.name}"
    if isinstance(key, tuple):
        return f"({','.join(map(_words, key))})"
    if isinstance(key, frozenset):
        return f"{{{','.join(sorted(map(_words, key)))}}}"
    return f"{type(key).__name__}:{key!r}"
