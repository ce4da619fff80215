"""Text of TypeScript to `Module`."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from lintdem.errors import LoweringError
from lintdem.model.module import Module, Problem
from lintdem.model.span import Place, Span
from lintdem.syntax.typescript.statements import Statements

if TYPE_CHECKING:
    from tree_sitter import Node, Parser


LARGEST = 1_000_000
"""Characters of one file: the parser takes some hundred bytes for each. The largest real ones have 200,000."""


@cache
def _parser() -> Parser:
    # Loaded with the first file: few projects have any.
    import tree_sitter_typescript  # noqa: PLC0415
    from tree_sitter import Language, Parser  # noqa: PLC0415

    return Parser(Language(tree_sitter_typescript.language_typescript()))


def lower_typescript(path: str, source: str) -> Module:
    """The model of a file of TypeScript. Never raises: what the parser does not know is left out with a problem LDM901, and what
    cannot be read at all is a module without a body and with such a problem."""
    lines = source.count("\n") + 1
    try:
        if len(source) > LARGEST:
            raise LoweringError(f"more than {LARGEST:,} characters", 1)
        data = source.encode(errors="replace")
        root = _parser().parse(data).root_node
        body = Statements(data.decode()).block(root.named_children)
        problems = _told(path, "a part of this TypeScript", _fault_in(root)) if root.has_error else ()
        return Module(path, "", body, problems=problems, lines=lines)
    except RecursionError as error:
        return Module(path, "", problems=_told(path, "this TypeScript", LoweringError(str(error), 1)), lines=lines)
    except LoweringError as error:
        return Module(path, "", problems=_told(path, "this TypeScript", error), lines=lines)


def _fault_in(root: Node) -> LoweringError:
    """The first place that the parser did not understand."""
    node = root
    while not node.is_error and (inner := next((child for child in node.children if child.has_error), None)) is not None:
        node = inner
    return LoweringError("not valid TypeScript", node.start_point[0] + 1)


def _told(path: str, what: str, error: LoweringError) -> tuple[Problem, ...]:
    message = f"{what} cannot be read, so what it deploys is not known: {error}"
    return (Problem(Place(path, Span(error.line, 1, error.line, 1)), "LDM901", message),)
