"""A statement put into a `try`: its lines set in, the duplicate caught, the work left to the first delivery."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import libcst as cst

from lintdem.errors import NoEdit
from lintdem.model.finding import Edit
from lintdem.model.remedy import Change, Wrapped
from lintdem.model.span import Span
from lintdem.syntax.importing import Names
from lintdem.syntax.positions import Positions
from lintdem.syntax.spreading import width_of


class File(Protocol):
    """What is known of the file that is edited."""

    lines: list[str]
    tree: cst.Module
    positions: Positions
    names: Names
    length: int | None

    def at(self, span: Span, text: str) -> Edit:
        """The edit that puts a text in a place."""

    def edits(self, change: Change) -> list[Edit]:
        """The edits of a change."""

    def quoted(self, text: str) -> str:
        """New code with the quotes that the file has."""

    def spelled(self, text: str, within: Span) -> tuple[str, list[Edit]]:
        """A text with the names that this file has, and the imports it lacks."""


def wrapped(file: File, change: Wrapped) -> list[Edit]:
    """The statement that holds the call, with its arguments, inside of a `try`."""
    statement = _statement(file, change.place.span)
    span = file.positions.span(statement)
    first = file.lines[span.line - 1]
    indent = first[: len(first) - len(first.lstrip())]
    if first[: span.column - 1].strip() or any(spans_lines(node) for node in below(statement)):
        raise NoEdit
    inner = [edit for argument in change.arguments for edit in file.edits(argument)]
    own = [edit for edit in inner if span.line <= edit.place.span.line <= span.end_line]
    error, imports = file.spelled(change.error, span)
    unit = file.tree.default_indent
    lines = _spliced(file.lines[span.line - 1 : span.end_line], own, span.line).split("\n")
    body = [f"{unit}{line}" if line.strip() else line for line in lines]
    if change.goes_on and not isinstance(statement.body[0], cst.Expr):
        raise NoEdit
    end = "pass" if change.goes_on else "continue" if _in_loop(file, statement) else "return"
    caught = _caught(file, error, change.codes, span) if change.codes else [f"except {error}:", f"{unit}{end}"]
    text = "\n".join([f"{indent}try:", *body, *(f"{indent}{line}" for line in caught)])
    whole = Span(span.line, 1, span.end_line, len(file.lines[span.end_line - 1]) + 1)
    return [*imports, *(edit for edit in inner if edit not in own), file.at(whole, text)]


def _caught(file: File, error: str, codes: tuple[str, ...], span: Span) -> list[str]:
    """The clause that lets every other error of boto3 through."""
    name = next((one for one in ("error", "refusal") if _is_free(file, one, span)), "")
    if not name:
        raise NoEdit
    unit = file.tree.default_indent
    several = ", ".join(f'"{code}"' for code in codes)
    test = f"not in ({several})" if len(codes) > 1 else f"!= {several}"
    asked = file.quoted(f'if {name}.response["Error"]["Code"] {test}:')
    if len(codes) > 1 and span.column - 1 + len(unit + asked) > width_of(file.lines, file.length):
        listed = [file.quoted(f'{unit * 2}"{code}",') for code in codes]
        asked = "\n".join([asked[: asked.index(" in (") + 5], *listed, f"{unit}):"])
    lines = f"except {error} as {name}:\n{unit}{asked}\n{unit * 2}raise"
    return lines.split("\n")


def _is_free(file: File, name: str, span: Span) -> bool:
    """Whether nothing around a place has a name but clauses that bind it for themselves, none of them around the place."""
    if name not in file.names.used:
        return True
    functions = [n for n in file.positions.ranges if isinstance(n, cst.FunctionDef) and _holds(file.positions.span(n), span)]
    if not functions:
        return False
    inside = list(below(max(functions, key=file.positions.span)))
    bound = [n for n in inside if isinstance(n, cst.ExceptHandler) and n.name is not None and _names(n.name.name, name)]
    own = {id(one) for clause in bound for one in below(clause)}
    own |= {id(n.keyword) for n in inside if isinstance(n, cst.Arg)} | {id(n.attr) for n in inside if isinstance(n, cst.Attribute)}
    around = any(_holds(file.positions.span(clause), span) for clause in bound)
    return not around and all(id(n) in own for n in inside if isinstance(n, cst.Name) and n.value == name)


def _names(node: cst.CSTNode, name: str) -> bool:
    return isinstance(node, cst.Name) and node.value == name


def _statement(file: File, span: Span) -> cst.SimpleStatementLine:
    """The simple statement around a call, alone on its lines. What it gives must not be needed afterwards."""
    for node in file.positions.ranges:
        if isinstance(node, cst.SimpleStatementLine) and len(node.body) == 1 and _holds(file.positions.span(node), span):
            if isinstance(node.body[0], (cst.Expr, cst.Assign)):
                return node
            raise NoEdit
    raise NoEdit


def _in_loop(file: File, statement: cst.SimpleStatementLine) -> bool:
    """Whether the innermost thing around a statement that can be left is a loop; a module cannot be left."""
    line = file.positions.span(statement)
    around = [
        node for node in file.positions.ranges
        if isinstance(node, (cst.For, cst.While, cst.FunctionDef)) and _holds(file.positions.span(node.body), line)
    ]  # fmt: skip
    if not around:
        raise NoEdit
    return not isinstance(max(around, key=file.positions.span), cst.FunctionDef)


def _holds(outer: Span, inner: Span) -> bool:
    start, end = (inner.line, inner.column), (inner.end_line, inner.end_column)
    return (outer.line, outer.column) <= start and end <= (outer.end_line, outer.end_column)


def spans_lines(node: cst.CSTNode) -> bool:
    """Whether a text runs over several lines: what is set in would change it."""
    return isinstance(node, (cst.SimpleString, cst.FormattedStringText)) and "\n" in node.value


def _spliced(lines: list[str], edits: Iterable[Edit], first: int) -> str:
    """The lines with edits, the last one first so that none moves another."""
    text = list(lines)
    for edit in sorted(edits, reverse=True):
        span = edit.place.span
        head, tail = text[span.line - first][: span.column - 1], text[span.end_line - first][span.end_column - 1 :]
        text[span.line - first : span.end_line - first + 1] = [f"{head}{edit.text}{tail}"]
    return "\n".join(text)


def below(node: cst.CSTNode) -> Iterable[cst.CSTNode]:
    """A node and all below it."""
    work = [node]
    while work:
        current = work.pop()
        yield current
        work.extend(current.children)
