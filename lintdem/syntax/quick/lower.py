"""Text to `Module` by Python's own parser, or nothing where the other way is to be taken."""

from __future__ import annotations

import ast
import gc
import unicodedata
import warnings

from lintdem.model.directives import MARK
from lintdem.model.module import Module
from lintdem.regexes import late
from lintdem.syntax.quick.places import Places, Refused
from lintdem.syntax.quick.statements import Statements

_WORD = late(r"[^\W\d]\w*")


def lower_quickly(path: str, text: str, digest: str, lines: int) -> Module | None:
    """The model of a file; None when it is no Python that this interpreter knows, or something in it takes a closer look."""
    if MARK in text or "\f" in text or not _is_plain(text):
        return None
    collecting = gc.isenabled()
    gc.disable()  # trees have no cycles, and collecting doubles the time
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = compile(text, "<file>", "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
            assert isinstance(tree, ast.Module)
            body, doc = Statements(Places(text)).module(tree)
    except (Refused, SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    finally:
        if collecting:
            gc.enable()
    return Module(path, digest, body, (), (), lines, doc)


def _is_plain(text: str) -> bool:
    """Whether Python takes every name in a text as it is written: it brings letters into a common form."""
    if text.isascii():
        return True
    words = {word for word in _WORD.findall(text) if not word.isascii()}
    return all(unicodedata.is_normalized("NFKC", word) for word in words)
