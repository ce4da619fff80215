"""Whether a change of the text stays where its edits are: the trees before and after differ nowhere else.

An insertion with the wrong indentation, or an operator that binds more than was meant, changes the meaning of code
beside it. Both trees are walked side by side; where they differ, an edit has to be.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any

from lintdem.errors import LoweringError
from lintdem.model.finding import Edit
from lintdem.syntax.decode import decode_source


def unmoved(before: bytes, after: bytes, edits: Sequence[Edit]) -> bool:
    """Whether nothing but what the edits touch is another."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            old = ast.parse(decode_source(before))
    except (SyntaxError, ValueError, RecursionError, MemoryError, LoweringError):
        # Python that this interpreter does not know; that it can be read is checked again anyway.
        return True
    try:
        new = ast.parse(decode_source(after))
    except (SyntaxError, ValueError, RecursionError, MemoryError, LoweringError):
        return False
    lines = {line for edit in edits for line in range(edit.place.span.line - 1, edit.place.span.end_line + 2)}
    return _alike(old, new, lines, (1, max(lines, default=1)))


def _alike(old: Any, new: Any, lines: set[int], around: tuple[int, int]) -> bool:
    """Whether two nodes differ at most on these lines; `around` are the lines of what they stand in."""
    if isinstance(old, ast.AST):
        here = _place(old, around)
        if type(old) is not type(new) or isinstance(old, ast.JoinedStr):
            # Before Python 3.12 what stands inside of an f-string has no lines of its own.
            return _same(old, new) or _touched(here, lines)
        return all(_alike(getattr(old, name, None), getattr(new, name, None), lines, here) for name in old._fields)
    if isinstance(old, list):
        return isinstance(new, list) and _alike_lists(old, new, lines, around)
    return (type(old) is type(new) and old == new) or _touched(around, lines)


def _alike_lists(old: list[Any], new: list[Any], lines: set[int], around: tuple[int, int]) -> bool:
    """Lists of the same length part by part; of others, what has no likeness has to be touched."""
    if len(old) == len(new):
        return all(_alike(a, b, lines, around) for a, b in zip(old, new, strict=True))
    for word, start, end, low, high in SequenceMatcher(None, [*map(_text, old)], [*map(_text, new)], False).get_opcodes():
        if word == "equal" or start == end:
            continue
        if end - start == high - low:
            pairs = zip(old[start:end], new[low:high], strict=True)
            if not all(_alike(a, b, lines, around) for a, b in pairs):
                return False
        elif not all(_touched(_place(node, around), lines) for node in old[start:end]):
            return False
    return True


def _place(node: Any, around: tuple[int, int]) -> tuple[int, int]:
    return getattr(node, "lineno", around[0]), getattr(node, "end_lineno", around[1]) or around[1]


def _text(node: Any) -> str:
    return ast.dump(node) if isinstance(node, ast.AST) else repr(node)


def _same(old: Any, new: Any) -> bool:
    return _text(old) == _text(new)


def _touched(here: tuple[int, int], lines: set[int]) -> bool:
    return any(here[0] <= line <= here[1] for line in lines)
