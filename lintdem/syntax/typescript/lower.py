"""Text of TypeScript to `Module`."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from lintdem.errors import LoweringError
from lintdem.model.module import Module, Problem
from lintdem.model.span import Place, Span
from lintdem.syntax.typescript.statements import Statements

if TYPE_CHECKING:
    from tree_sitter import Parser


@cache
def _parser() -> Parser:
    # Loaded with the first file: few projects have any.
    import tree_sitter_typescript  # noqa: PLC0415
    from tree_sitter import Language, Parser  # noqa: PLC0415

    return Parser(Language(tree_sitter_typescript.language_typescript()))


def lower_typescript(path: str, source: str) -> Module:
    """The model of a file of TypeScript. Never raises: what the parser does not know is left out, and what cannot be read at all is
    a module without a body and with a note LDM902."""
    lines = source.count("\n") + 1
    try:
        tree = _parser().parse(source.encode(errors="replace"))
        return Module(path, "", Statements(source).block(tree.root_node.named_children), lines=lines)
    except (LoweringError, RecursionError) as error:
        line = error.line if isinstance(error, LoweringError) else 1
        message = f"what this file of TypeScript deploys is not known: {error}"
        return Module(path, "", problems=(Problem(Place(path, Span(line, 1, line, 1)), "LDM902", message),), lines=lines)
