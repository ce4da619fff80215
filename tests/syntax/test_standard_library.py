"""The standard library of the running interpreter, read whole: nothing is lost and everything stands where it stands.

A fixed sample is read; set LINTDEM_STDLIB=all to read every file.
"""

from __future__ import annotations

import ast
import os
import sysconfig
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import libcst as cst
import msgspec
import pytest
from libcst.metadata import MetadataWrapper, PositionProvider

from lintdem.model import codec
from lintdem.model.function import DefineClass, DefineFunction, Statement
from lintdem.model.module import Module
from lintdem.model.values import Attr, Call, Format, Item
from lintdem.syntax import lower_source
from lintdem.syntax.decode import decode_source
from lintdem.syntax.positions import Positions

ROOT = Path(sysconfig.get_path("stdlib"))
WHOLE = os.environ.get("LINTDEM_STDLIB") == "all"
Place = tuple[int, int, int, int]


def _files() -> list[Path]:
    found = sorted(path for path in ROOT.rglob("*.py") if "site-packages" not in path.parts)
    return found if WHOLE else [path for path in found[::10] if path.stat().st_size < 30_000][:150]


FILES = _files()
CHUNKS = [FILES[start::5] for start in range(5)]


def _parsed(data: bytes) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(data)
    except (SyntaxError, ValueError):
        return None


def _ours(value: object, formatted: bool = False) -> Iterator[tuple[str, Place | str]]:
    """Kind and place of what the model holds; inside f-strings older interpreters know no places."""
    if isinstance(value, tuple):
        for item in value:
            yield from _ours(item, formatted)
    elif isinstance(value, msgspec.Struct):
        formatted = formatted or isinstance(value, Format)
        if isinstance(value, (Call, Attr, Item, Statement)):
            span = value.span
            if isinstance(value, (DefineFunction, DefineClass)):
                span = (value.function if isinstance(value, DefineFunction) else value.cls).name_span
            place = (span.line, span.column, span.end_line, span.end_column)
            kind = "statement" if isinstance(value, Statement) else type(value).__name__
            yield kind, "in a format" if formatted else place
        for field in value.__struct_fields__:
            yield from _ours(getattr(value, field), formatted)


def _theirs(node: ast.AST, lines: list[str], formatted: bool = False) -> Iterator[tuple[str, Place | str]]:
    kinds = {ast.Call: "Call", ast.Attribute: "Attr", ast.Subscript: "Item"}
    formatted = formatted or isinstance(node, ast.JoinedStr)
    kind = "statement" if isinstance(node, ast.stmt) else kinds.get(type(node))
    if kind is not None:
        yield kind, "in a format" if formatted else _place(node, lines)
    docs = _docstring(node)
    for child in ast.iter_child_nodes(node):
        if child is not docs:
            yield from _theirs(child, lines, formatted)


def _docstring(node: ast.AST) -> ast.stmt | None:
    if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
        return node.body[0] if node.body and ast.get_docstring(node, clean=False) is not None else None
    return None


def _place(node: ast.AST, lines: list[str]) -> Place:
    """The place `ast` gives, with columns in code points; of definitions, the name's."""
    line, end_line = getattr(node, "lineno", 1), getattr(node, "end_lineno", 1)
    column = len(lines[line - 1].encode()[: getattr(node, "col_offset", 0)].decode())
    end = len(lines[end_line - 1].encode()[: getattr(node, "end_col_offset", 0)].decode())
    # To Python, a semicolon after its last statement belongs to a block; to us, to no statement.
    end = len(lines[end_line - 1][:end].rstrip("; "))
    if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
        words = {ast.ClassDef: "class", ast.FunctionDef: "def", ast.AsyncFunctionDef: "async def"}
        column = lines[line - 1].index(node.name, column + len(words[type(node)]))
        return line, column + 1, line, column + 1 + len(node.name)
    return line, column + 1, end_line, end + 1


def _readable(path: Path) -> tuple[Module, ast.Module] | None:
    data = path.read_bytes()
    module, tree = lower_source(path.name, data), _parsed(data)
    if [problem.code for problem in module.problems] == ["LDM901"]:
        known_gap = "that the parser does not know" in module.problems[0].message
        assert tree is None or known_gap, (path, module.problems)
        return None
    assert module.problems == (), path
    return None if tree is None else (module, tree)


@pytest.mark.parametrize("chunk", CHUNKS, ids=range(5))
def test_nothing_is_lost(chunk: list[Path]) -> None:
    """Every call, attribute, index and statement Python sees is in the model, at its exact place."""
    for path in chunk:
        both = _readable(path)
        if both is not None:
            lines = decode_source(path.read_bytes()).split("\n")
            ours, theirs = Counter(_ours(both[0].body)), Counter(_theirs(both[1], lines))
            assert (path, ours - theirs, theirs - ours) == (path, Counter(), Counter())


def test_encoding_keeps_everything() -> None:
    """A module survives its encoding, and the same module always gives the same bytes."""
    for path in FILES[::6]:
        data = path.read_bytes()
        module = lower_source(path.name, data)
        encoded = codec.encode(module)
        assert codec.decode(encoded) == module
        assert codec.encode(codec.decode(encoded)) == codec.encode(lower_source(path.name, data)) == encoded


@pytest.mark.parametrize("chunk", CHUNKS, ids=range(5))
def test_both_parsers_say_the_same(chunk: list[Path]) -> None:
    """A file with a directive in it is read by libcst, one without by Python's own parser: the model is the same, to the byte."""
    for path in chunk:
        data = path.read_bytes()
        one, other = lower_source(path.name, data), lower_source(path.name, data + b"\n# lintdem: \n")
        same = msgspec.structs.replace(other, digest=one.digest, lines=one.lines, directives=one.directives)
        assert one.problems or codec.encode(one) == codec.encode(same), path


def test_positions_are_those_of_libcst() -> None:
    """Our cheap places are the ones libcst's own provider computes, for every node of the tree."""
    for path in FILES[::8]:
        text = decode_source(path.read_bytes()) if _parsed(path.read_bytes()) else ""
        tree = cst.parse_module(text)
        if tree.code != text:  # their places are off where the tree does not say what was read
            continue
        positions = Positions(tree, text)
        theirs = MetadataWrapper(tree, unsafe_skip_copy=True).resolve(PositionProvider)
        for node, where in theirs.items():
            span = positions.span(node)
            assert (span.line, span.column - 1, span.end_line, span.end_column - 1) == (
                where.start.line,
                where.start.column,
                where.end.line,
                where.end.column,
            ), (path, type(node).__name__)
