"""Expressions of TypeScript to expressions of the model."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from lintdem.errors import LoweringError
from lintdem.model.function import Stmt
from lintdem.model.span import Span
from lintdem.model.spelling import snake
from lintdem.model.values import (
    Arg,
    Attr,
    Binary,
    Call,
    Choice,
    Clause,
    Compare,
    Comprehension,
    Const,
    Dict,
    Entry,
    Expr,
    Format,
    Item,
    Lambda,
    Logic,
    Name,
    Opaque,
    Unary,
    Walrus,
)
from lintdem.model.values import Sequence as Display
from lintdem.regexes import late

if TYPE_CHECKING:
    from tree_sitter import Node

MOST_LEVELS = 200
"""Deeper trees are not read."""
_LOGIC = {"&&": "and", "||": "or", "??": "or"}
_COMPARE = {"===": "==", "==": "==", "!==": "!=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">=", "in": "in"}
_ARITHMETIC = frozenset({"+", "-", "*", "/", "%", "**", "|", "&", "^", "<<", ">>"})
_PLAIN = frozenset(
    """
        as_expression satisfies_expression non_null_expression parenthesized_expression await_expression type_assertion
    """.split()
)
_ASSERTION = "type_assertion"
"""`<Props>{…}`, which has its type first."""
_FUNCTIONS = frozenset({"arrow_function", "function_expression", "function"})
_WORDS = {"true": True, "false": False, "null": None, "undefined": None}
_ESCAPE = late(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r?\n)|(.))", re.DOTALL)
_HALVES = late(r"[\ud800-\udfff]")
_WIDE = late(r"[^\x00-\x7f]")
_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
_OF_OBJECT = {"entries": "items", "values": "values", "keys": "keys"}
_HERE = "."
"""`__dirname`: paths are looked for from the folder of the file on."""


class Expressions(ABC):
    """Lowers expressions. One instance per file; `before` is what has to stand before the statement that is being lowered."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._wide = not text.isascii()
        self._offsets: dict[int, tuple[list[int], list[int]]] = {}
        self._levels = 0
        self.before: list[Stmt] = []

    def span(self, node: Node) -> Span:
        """The place of a node; columns from bytes to characters."""
        (line, column), (end_line, end_column) = node.start_point, node.end_point
        return Span(line + 1, self._column(line, column) + 1, end_line + 1, self._column(end_line, end_column) + 1)

    def _column(self, line: int, column: int) -> int:
        if not self._wide:
            return column
        if line not in self._offsets:
            self._offsets[line] = _wide_in(self._lines[line])
        offsets, beyond = self._offsets[line]
        return column - beyond[bisect_left(offsets, column)]

    def enter(self, node: Node) -> None:
        """One level further inside, by expressions and statements alike; `leave` is not called where the file is given up."""
        self._levels += 1
        if self._levels > MOST_LEVELS:
            raise LoweringError("nested too deeply", node.start_point[0] + 1)

    def leave(self) -> None:
        """One level out again."""
        self._levels -= 1

    def expr(self, node: Node) -> Expr:
        """The expression of a node."""
        self.enter(node)
        handler = _HANDLERS.get(node.type)
        if node.type in _PLAIN:
            made = self.expr(part_of(node))
        else:
            made = handler(self, node) if handler is not None else self.opaque(node)
        self.leave()
        return made

    def many(self, nodes: Iterable[Node]) -> tuple[Expr, ...]:
        """The expressions of several nodes."""
        return tuple([self.expr(node) for node in nodes])

    def opaque(self, node: Node) -> Expr:
        """What the model has no node for, with its parts."""
        parts = [child for child in expressions_in(node) if child.type in _HANDLERS or child.type in _PLAIN]
        return Opaque(self.span(node), node.type, self.many(parts))

    @abstractmethod
    def function(self, node: Node) -> Expr:
        """A function in the middle of an expression: what it gives, or the name of a definition that comes before."""

    # --- names and literals ---

    def _name(self, node: Node) -> Expr:
        written, span = text(node), self.span(node)
        if written in _WORDS:
            return Const(span, _WORDS[written])
        return Const(span, _HERE) if written == "__dirname" else Name(span, written)

    def _number(self, node: Node) -> Expr:
        written = text(node).replace("_", "")
        try:
            value = int(written, 0)
        except ValueError:
            try:
                return Const(self.span(node), float(written))
            except ValueError:
                return Opaque(self.span(node), "number")
        return Const(self.span(node), value) if abs(value) < 2**63 else Opaque(self.span(node), "number")

    def _template(self, node: Node) -> Expr:
        parts: list[Expr] = []
        for child in node.named_children:
            if child.type == "template_substitution":
                parts += self.many(expressions_in(child))
            else:
                parts.append(Const(self.span(child), unescaped(text(child))))
        if all(isinstance(part, Const) and isinstance(part.value, str) for part in parts):
            return Const(self.span(node), "".join(str(part.value) for part in parts if isinstance(part, Const)))
        return Format(self.span(node), tuple(parts))

    def _object(self, node: Node) -> Expr:
        return Dict(self.span(node), tuple(entry for child in node.named_children for entry in self._entries(child)))

    def _entries(self, node: Node) -> Iterator[Entry]:
        if node.type == "pair":
            key, value = node.child_by_field_name("key"), node.child_by_field_name("value")
            if key is not None and value is not None:
                yield Entry(self._key(key), self.expr(value))
        elif node.type == "shorthand_property_identifier":
            yield Entry(Const(self.span(node), text(node)), Name(self.span(node), text(node)))
        elif node.type == "spread_element":
            yield Entry(None, self.expr(part_of(node)))

    def _key(self, node: Node) -> Expr:
        if node.type == "computed_property_name":
            return self.expr(part_of(node))
        if node.type in ("string", "number"):
            return self.expr(node)
        return Const(self.span(node), text(node))

    def _array(self, node: Node) -> Expr:
        return Display(self.span(node), "list", tuple(arg.value for arg in self.args(node) if not arg.star))

    # --- access and calls ---

    def _member(self, node: Node) -> Expr:
        owner, name = field(node, "object"), text(field(node, "property"))
        if name == "length":
            return Call(self.span(node), Name(self.span(node), "len"), (Arg(self.expr(owner)),))
        return Attr(self.span(node), self.expr(owner), snake(name))

    def _item(self, node: Node) -> Expr:
        return Item(self.span(node), self.expr(field(node, "object")), self.expr(field(node, "index")))

    def args(self, node: Node | None) -> tuple[Arg, ...]:
        """The arguments of a call, or the items of an array."""
        found = []
        for child in expressions_in(node) if node is not None else ():
            if child.type == "spread_element":
                found.append(Arg(self.expr(part_of(child)), None, "*"))
            else:
                found.append(Arg(self.expr(child)))
        return tuple(found)

    def _new(self, node: Node) -> Expr:
        return Call(self.span(node), self.expr(field(node, "constructor")), self.args(node.child_by_field_name("arguments")))

    def _call(self, node: Node) -> Expr:
        called, span = field(node, "function"), self.span(node)
        args = node.child_by_field_name("arguments")
        if called.type == "super":
            base = Attr(span, Call(span, Name(span, "super")), "__init__")
            return Call(span, base, self.args(args))
        if called.type == "member_expression":
            known = self._known_method(node, field(called, "object"), text(field(called, "property")), args)
            if known is not None:
                return known
        return Call(span, self.expr(called), self.args(args))

    def _known_method(self, node: Node, owner: Node, name: str, args: Node | None) -> Expr | None:
        """A method of JavaScript's own that Python has under another name."""
        span, given = self.span(node), list(expressions_in(args)) if args is not None else []
        if name == "map" and given and given[0].type in _FUNCTIONS:
            return self._mapped(span, owner, given[0])
        if owner.type == "identifier" and text(owner) == "Object" and name in _OF_OBJECT and given:
            return Call(span, Attr(span, self.expr(given[0]), _OF_OBJECT[name]))
        if owner.type == "identifier" and text(owner) == "path" and name == "resolve":
            return Call(span, Attr(span, self.expr(owner), "join"), self.args(args))
        if name == "readFileSync" and given:
            return Call(span, Attr(span, Call(span, Name(span, "open"), (Arg(self.expr(given[0])),)), "read"))
        if name in ("stringify", "toJsonString") and given:
            return self.expr(given[0])
        if name == "toString" and not given:
            return self.expr(owner)
        return Call(span, Attr(span, self.expr(owner), "append"), self.args(args)) if name == "push" else None

    def _mapped(self, span: Span, owner: Node, function: Node) -> Expr:
        """`items.map(item => …)`."""
        made = self.function(function)
        if isinstance(made, Lambda) and made.params:
            target: Expr = Name(span, made.params[0].name)
            return Comprehension(span, "list", made.body, (Clause(target, self.expr(owner)),))
        each = Name(span, "each")
        return Comprehension(span, "list", Call(span, made, (Arg(each),)), (Clause(each, self.expr(owner)),))

    # --- operators ---

    def _binary(self, node: Node) -> Expr:
        left, right, operator = field(node, "left"), field(node, "right"), text(field(node, "operator"))
        span = self.span(node)
        if operator in _LOGIC:
            return Logic(span, _LOGIC[operator], (self.expr(left), self.expr(right)))
        if operator in _COMPARE:
            return Compare(span, self.expr(left), (_COMPARE[operator],), (self.expr(right),))
        if operator in _ARITHMETIC:
            return Binary(span, operator, self.expr(left), self.expr(right))
        return self.opaque(node)

    def _unary(self, node: Node) -> Expr:
        operator = text(field(node, "operator"))
        if operator not in ("!", "-", "+", "~"):
            return self.opaque(node)
        return Unary(self.span(node), "not" if operator == "!" else operator, self.expr(field(node, "argument")))

    def _choice(self, node: Node) -> Expr:
        test, then, other = (self.expr(field(node, name)) for name in ("condition", "consequence", "alternative"))
        return Choice(self.span(node), test, then, other)

    def _assigned(self, node: Node) -> Expr:
        target, value = self.expr(field(node, "left")), self.expr(field(node, "right"))
        if isinstance(target, Name):
            return Walrus(self.span(node), target, value)
        return Opaque(self.span(node), node.type, (target, value))


def text(node: Node) -> str:
    """The text of a node."""
    return (node.text or b"").decode(errors="replace")


def field(node: Node, name: str) -> Node:
    """A part that the grammar says a node has."""
    found = node.child_by_field_name(name)
    if found is None:
        raise LoweringError("not valid TypeScript", node.start_point[0] + 1, node.start_point[1] + 1)
    return found


def expressions_in(node: Node) -> Iterator[Node]:
    """The named parts of a node that are no comments and no types."""
    return (child for child in node.named_children if child.type not in ("comment", "type_annotation", "type_arguments"))


def part_of(node: Node) -> Node:
    """The part that the grammar says a node has, where it is not named."""
    parts = list(expressions_in(node))
    found = next(iter(parts), None) if node.type != _ASSERTION else next(reversed(parts), None)
    if found is None:
        raise LoweringError("not valid TypeScript", node.start_point[0] + 1, node.start_point[1] + 1)
    return found


def unescaped(written: str) -> str:
    """The characters that a literal stands for: two halves are one, and half a character is none that can be written."""
    if "\\" not in written:
        return written
    found = _ESCAPE.sub(_character, written)
    return found.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if _HALVES.search(found) else found


def _wide_in(line: str) -> tuple[list[int], list[int]]:
    """Where in the bytes of a line its wide characters begin, and how many bytes more than characters stand before each and all."""
    offsets, beyond = [], [0]
    for found in _WIDE.finditer(line):
        offsets.append(found.start() + beyond[-1])
        beyond.append(beyond[-1] + len(found.group().encode(errors="replace")) - 1)
    return offsets, beyond


def _character(found: re.Match[str]) -> str:
    code = found.group(1) or found.group(2) or found.group(3)
    if code:
        return chr(int(code, 16)) if int(code, 16) <= 0x10FFFF else "�"
    return "" if found.group(4) else _LETTERS.get(found.group(5), found.group(5))


def _string(lowering: Expressions, node: Node) -> Expr:
    return Const(lowering.span(node), unescaped(text(node)[1:-1]))


def first_of(nodes: Sequence[Node], kind: str) -> Node | None:
    """The first node of a type."""
    return next((node for node in nodes if node.type == kind), None)


_HANDLERS: dict[str, Callable[[Expressions, Node], Expr]] = {
    "identifier": Expressions._name,
    "undefined": Expressions._name,
    "true": Expressions._name,
    "false": Expressions._name,
    "null": Expressions._name,
    "this": lambda self, node: Name(self.span(node), "self"),
    "number": Expressions._number,
    "string": _string,
    "template_string": Expressions._template,
    "object": Expressions._object,
    "array": Expressions._array,
    "member_expression": Expressions._member,
    "subscript_expression": Expressions._item,
    "new_expression": Expressions._new,
    "call_expression": Expressions._call,
    "binary_expression": Expressions._binary,
    "unary_expression": Expressions._unary,
    "ternary_expression": Expressions._choice,
    "assignment_expression": Expressions._assigned,
    **dict.fromkeys(_FUNCTIONS, lambda self, node: self.function(node)),
}
