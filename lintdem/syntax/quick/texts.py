"""f-strings and the literals beside them, read from the text: the tree of Python up to 3.11 does not know where their parts
stand, and joins literals that stand side by side.

Only the plain forms; everything else is `Refused`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from keyword import iskeyword

from lintdem.model.values import Attr, Const, Expr, Name, Opaque
from lintdem.regexes import late
from lintdem.syntax import literals
from lintdem.syntax.quick.places import Places, Refused

_OPENING = late(r"([A-Za-z]{0,2})(\"\"\"|'''|\"|')")
_BETWEEN = late(r"(?:[ \t\n]|\\\n|#[^\n]*)*")
_PIECE = late(r"(?:[^{}\\]|\{\{|\}\}|\\N\{[^}]*\}|\\(?!N\{)[\s\S])+")
_RAW_PIECE = late(r"(?:[^{}]|\{\{|\}\})+")
_SPEC_PIECE = late(r"[^{}\\]+")
_DOTTED = late(r"[ \t]*([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)[ \t]*(?=[}!:])", re.ASCII)
_CONVERSION = late(r"![rsa]")
_STEP = late(r"[^()\[\]{}'\"!:=<>\\#]+|!=|==|<=|>=|.", re.DOTALL)
_ENDS = {
    "'": late(r"(?:[^'\\\n]|\\[\s\S])*'"),
    '"': late(r'(?:[^"\\\n]|\\[\s\S])*"'),
    "'''": late(r"(?:[^'\\]|\\[\s\S]|'(?!''))*'''"),
    '"""': late(r'(?:[^"\\]|\\[\s\S]|"(?!""))*"""'),
}


class Texts:
    """The f-strings of one file; `lower` makes expressions of nodes."""

    def __init__(self, places: Places, lower: Callable[[ast.expr], Expr]) -> None:
        self._places = places
        self._text = places.text
        self._lower = lower

    def parts(self, node: ast.JoinedStr) -> tuple[Expr, ...]:
        """The parts of an f-string and of what stands beside it."""
        at, end = self._places.extent(node)
        found: list[Expr] = []
        while at < end:
            opening = _OPENING.match(self._text, at)
            if opening is None:
                raise Refused
            prefix, quotes = opening.group(1).lower(), opening.group(2)
            closing = _ENDS[quotes].match(self._text, opening.end())
            if closing is None or closing.end() > end or "b" in prefix or "t" in prefix:
                raise Refused
            if "f" in prefix:
                inner = closing.end() - len(quotes)
                found.extend(self._pieces(opening.end(), inner, "r" in prefix))
            else:
                found.append(self._plain(at, closing.end()))
            at = _matched(_BETWEEN, self._text, closing.end(), end)
        return tuple(found)

    def _plain(self, start: int, end: int) -> Expr:
        return self._const(start, end, literals.string(self._text[start:end]))

    def _const(self, start: int, end: int, value: str | bytes | None) -> Expr:
        if not isinstance(value, str):
            raise Refused
        return Const(self._places.at(start, end), value)

    def _pieces(self, at: int, end: int, raw: bool) -> Iterator[Expr]:
        """What stands between the quotes."""
        piece = _RAW_PIECE if raw else _PIECE
        while at < end:
            stop = _matched(piece, self._text, at, end)
            if stop > at:
                yield self._const(at, stop, literals.piece(self._text[at:stop], raw))
                at = stop
            else:
                value, at = self._field(at, end, raw)
                yield value

    def _field(self, start: int, end: int, raw: bool) -> tuple[Expr, int]:
        """A replacement field, and where it ends."""
        text = self._text
        if text[start] != "{":
            raise Refused
        value, at = self._value(start + 1, end)
        conversion = _CONVERSION.match(text, at, end)
        at = conversion.end() if conversion else at
        if text[at] == ":":
            pieces, at = self._spec(at + 1, end, raw)
            if pieces:
                value = Opaque(self._places.at(start, at + 1), "format", (value, *pieces))
        if at >= end or text[at] != "}":
            raise Refused
        return value, at + 1

    def _spec(self, at: int, end: int, raw: bool) -> tuple[list[Expr], int]:
        """How a value is written."""
        found: list[Expr] = []
        while at < end and self._text[at] != "}":
            stop = _matched(_SPEC_PIECE, self._text, at, end)
            if stop > at:
                found.append(self._const(at, stop, self._text[at:stop]))
                at = stop
            else:
                value, at = self._field(at, end, raw)
                found.append(value)
        return found, at

    def _value(self, at: int, end: int) -> tuple[Expr, int]:
        """The expression of a replacement field, and where it ends."""
        dotted = _DOTTED.match(self._text, at, end)
        if dotted is not None:
            return self._names(dotted.start(1), dotted.group(1)), dotted.end()
        stop = self._end_of_value(at, end)
        source = self._text[at:stop]
        if not source.isascii() or not source.strip():
            raise Refused
        tree = compile(f"({source})", "<file>", "eval", ast.PyCF_ONLY_AST, dont_inherit=True)
        assert isinstance(tree, ast.Expression)
        if isinstance(tree.body, ast.Tuple):
            raise Refused  # whose brackets they are cannot be told
        self._move(tree.body, at)
        return self._lower(tree.body), stop

    def _names(self, start: int, dotted: str) -> Expr:
        first, *rest = dotted.split(".")
        if iskeyword(first):
            raise Refused
        end = start + len(first)
        value: Expr = Name(self._places.at(start, end), first)
        for name in rest:
            end += 1 + len(name)
            value = Attr(self._places.at(start, end), value, name)
        return value

    def _end_of_value(self, at: int, end: int) -> int:
        """Where the expression of a replacement field ends: before a conversion, a colon or the brace, outside of brackets."""
        depth = 0
        while at < end:
            step = _STEP.match(self._text, at, end)
            token = step.group() if step else ""
            if token in ("'", '"'):
                quotes = self._text[at : at + 3] if self._text.startswith(token * 3, at) else token
                at = _matched(_ENDS[quotes], self._text, at + len(quotes), end)
                continue
            if token in ("\\", "#", ""):
                raise Refused
            if depth == 0 and token in ("}", "!", ":", "="):
                if token == "=":
                    raise Refused  # `{value = }` writes its own source
                return at
            depth += (token in ("(", "[", "{")) - (token in (")", "]", "}"))
            at += len(token)
        raise Refused

    def _move(self, tree: ast.expr, start: int) -> None:
        """Put the nodes of an expression that was parsed by itself, in brackets, where it stands in the file."""
        span = self._places.at(start, start)
        lines, columns = span.line - 1, self._places.offset(span.line, span.column - 1) - 1
        for node in ast.walk(tree):
            if isinstance(node, (ast.expr, ast.keyword, ast.arg)):
                node.col_offset += columns if node.lineno == 1 else 0
                if node.end_col_offset is not None and node.end_lineno is not None:
                    node.end_col_offset += columns if node.end_lineno == 1 else 0
                    node.end_lineno += lines
                node.lineno += lines


def _matched(pattern: re.Pattern[str], text: str, at: int, end: int) -> int:
    match = pattern.match(text, at, end)
    return at if match is None else match.end()
