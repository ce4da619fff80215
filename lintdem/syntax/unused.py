"""Imports that a change has left without use: what the file used before and does not any more."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from typing import Union

from lintdem.errors import LoweringError
from lintdem.model.finding import Edit
from lintdem.model.span import Place, Span
from lintdem.regexes import late
from lintdem.syntax.decode import decode_source

_Import = Union[ast.Import, ast.ImportFrom]  # noqa: UP007 - read when the module is loaded
_WORD = late(r"\w+")


def unused_imports(path: str, before: bytes, after: bytes) -> list[Edit]:
    """The edits that take away the imports of `after` that `before` used and `after` does not. What is imported for others
    to take stays: in `__init__.py`, in `__all__`, and under a remark."""
    if path.endswith("__init__.py"):
        return []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            old, text = ast.parse(decode_source(before)), decode_source(after)
            new = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError, LoweringError):
        return []
    lost = _used(old) - _used(new)
    lines = text.split("\n")
    edits = (_without(statement, lost, lines) for statement in new.body if isinstance(statement, (ast.Import, ast.ImportFrom)))
    return [Edit(Place(path, span), words) for span, words in filter(None, edits)]


def _used(tree: ast.Module) -> set[str]:
    """Names that are read, and words of annotations and lists of names that stand in quotes."""
    found = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    for node in ast.walk(tree):
        quoted = [getattr(node, "annotation", None), getattr(node, "returns", None)]
        if isinstance(node, (ast.Assign, ast.AugAssign)) and "__all__" in ast.dump(node):
            quoted.append(node.value)
        found.update(word for one in quoted if isinstance(one, ast.AST) for word in _words(one))
    return found


def _words(node: ast.AST) -> Iterator[str]:
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield from _WORD.findall(one.value)


def _without(statement: _Import, lost: set[str], lines: list[str]) -> tuple[Span, str] | None:
    """An import without the names that are lost: its place and what is left of it. None where all of it stays."""
    own = lines[statement.lineno - 1 : (statement.end_lineno or statement.lineno)]
    kept = [alias for alias in statement.names if _bound(alias) not in lost]
    alone = statement.col_offset == 0 and len(own[-1].encode()) == statement.end_col_offset
    if len(kept) == len(statement.names) or not alone or any("#" in line for line in own):
        return None
    if not kept:
        return _removed(statement, lines), ""
    if len(own) == 1:
        head, bracket, _ = own[0].partition("(") if "(" in own[0] else own[0].partition("import ")
        names = ", ".join(f"{alias.name} as {alias.asname}" if alias.asname else alias.name for alias in kept)
        end = ")" if bracket == "(" else ""
        return Span(statement.lineno, 1, statement.lineno, len(own[0]) + 1), f"{head}{bracket}{names}{end}"
    gone = [alias.lineno for alias in statement.names if alias not in kept]
    if len(gone) != 1 or not re.fullmatch(r"\s*\w+(?:\s+as\s+\w+)?,\s*", lines[gone[0] - 1]):
        return None
    return Span(gone[0], 1, gone[0] + 1, 1), ""


def _bound(alias: ast.alias) -> str:
    return alias.asname or alias.name


def _removed(statement: _Import, lines: list[str]) -> Span:
    """The lines of a whole statement, and as many blank ones behind it as stand before it; all at the top of the file."""
    first, end = statement.lineno, (statement.end_lineno or statement.lineno) + 1
    above = next((n for n, line in enumerate(reversed(lines[: first - 1])) if line.strip()), len(lines))
    while above and end < len(lines) and not lines[end - 1].strip():
        above, end = above - 1, end + 1
    return Span(first, 1, end, 1)
