"""Text to `Module`: parse, one pass, done; no tree is alive afterwards."""

from __future__ import annotations

import ast
import gc
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import libcst as cst

from lintdem.errors import LoweringError
from lintdem.model.module import Module
from lintdem.regexes import late
from lintdem.syntax.comments import find_directives
from lintdem.syntax.definitions import Definitions
from lintdem.syntax.positions import Positions

_FRAMES = 20_000
_PARSER_PLACE = late(r"error at (\d+):(\d+)")


def lower_text(path: str, text: str, digest: str, lines: int) -> Module:
    """The model of a file; raises `LoweringError` when it is no Python."""
    with _room():
        tree = _parse(text)
        positions = Positions(tree, text)
        lowering = Definitions(positions, path)
        body, doc = lowering.module(tree)
        directives = find_directives(tree, positions, text)
    return Module(path, digest, body, directives, tuple(lowering.problems), lines, doc)


def parsed(text: str) -> tuple[cst.Module, Positions]:
    """The tree of a file and where its nodes stand, for those who edit it."""
    with _room():
        tree = _parse(text)
        return tree, Positions(tree, text)


@contextmanager
def _room() -> Iterator[None]:
    """Room for recursion, and no garbage collection: trees have no cycles and collecting doubles the time."""
    frames, collecting = sys.getrecursionlimit(), gc.isenabled()
    sys.setrecursionlimit(max(frames, _FRAMES))
    gc.disable()
    try:
        yield
    finally:
        sys.setrecursionlimit(frames)
        if collecting:
            gc.enable()


def _parse(text: str) -> cst.Module:
    try:
        return cst.parse_module(text)
    except cst.ParserSyntaxError as error:
        raise _explained(text, str(error)) from error


def _explained(text: str, message: str) -> LoweringError:
    """Python's own words for what is wrong: the parser often knows neither the place nor the reason."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except SyntaxError as error:
        return LoweringError(f"not valid Python: {error.msg}", error.lineno or 1, error.offset or 1)
    except (RecursionError, MemoryError):
        return LoweringError("nested too deeply for the parser")
    except ValueError as error:
        return LoweringError(f"not valid Python: {error}")
    place = _PARSER_PLACE.search(message)
    line, column = (int(place.group(1)), int(place.group(2)) + 1) if place else (1, 1)
    return LoweringError("valid Python that the parser does not know", line, column)
