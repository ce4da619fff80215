"""HCL text to blocks of attributes.

Expressions become nodes. Literals, lists and objects are plain nodes; what must be evaluated is a record
with one of the keys below, which no HCL object can have because they are not identifiers.
"""

from __future__ import annotations

import re
from bisect import bisect_right

import msgspec

from lintdem.deploy.hcl_tokens import Token, failure, words
from lintdem.deploy.nodes import DEEPEST, Entry, Node, Record, Scalar, Series, record_of
from lintdem.errors import LoweringError
from lintdem.model.span import Place, Span
from lintdem.regexes import late

PATH = "$path"
"""A name with its attributes: `var.stage`, `aws_sqs_queue.orders.arn`."""

PARTS = "$parts"
"""A string with `${…}`: the parts in a list."""

CALL = "$call"
"""A function call: the name first, then the arguments."""

CHOICE = "$if"
"""A conditional: condition, then, else."""

MIXED = "$mixed"
"""Anything else: the operands, so that what it mentions is not lost."""

_BINARY = frozenset({"==", "!=", "<", ">", "<=", ">=", "&&", "||", "+", "-", "*", "/", "%"})
_CLOSING = {"{": "}", "[": "]", "(": ")"}
_MENTIONED = late(r"(?:module|data|local|var|aws_\w+)(?:\.[A-Za-z_][\w-]*)+")
_ESCAPE = late(r"\\(n|t|r|\"|\\)")
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\"}


class Block(msgspec.Struct, frozen=True):
    """`type "label" { … }`; `place` is that of the line it opens on."""

    type: str
    labels: tuple[str, ...]
    attributes: dict[str, Entry]
    blocks: tuple[Block, ...]
    place: Place

    def get(self, name: str) -> Node | None:
        """The expression of an attribute."""
        entry = self.attributes.get(name)
        return entry.value if entry else None


def read_hcl(path: str, text: str) -> Block:
    """The file as a block without a type. Raises LoweringError."""
    return _Parser(path, text).body("", (), Place(path, Span(1, 1, 1, 1)), 0)


def read_text(path: str, text: str, place: Place) -> Node:
    """A text with `${…}` that stands in another form of the language. Raises LoweringError."""
    return _Parser(path, "").text_of(text, place, 0)


def special(node: Node, kind: str) -> Node | None:
    """The content of an expression of this kind."""
    return node.get(kind) if isinstance(node, Record) and len(node.entries) == 1 else None


class _Parser:
    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.starts = [0, *(found.end() for found in re.finditer("\n", text))]
        self.tokens = words(text)
        self.at = 0

    def body(self, kind: str, labels: tuple[str, ...], place: Place, depth: int) -> Block:
        """Attributes and blocks up to the closing brace, or to the end of the file."""
        attributes: dict[str, Entry] = {}
        blocks: list[Block] = []
        while True:
            token = self._next()
            if token.kind == "end" or token.text == "}":
                if (token.kind == "end") != (depth == 0):
                    raise self._failure(token)
                return Block(kind, labels, attributes, tuple(blocks), place)
            if token.kind not in ("word", "string"):
                raise self._failure(token)
            if self._is_mark(self._peek(), "="):
                self._next()
                attributes[token.text] = Entry(Scalar(token.text, self._place(token)), self._expression(depth))
                if self._is_mark(self._peek(), ","):
                    self._next()  # Terraform allowed one here before 0.12.
            else:
                blocks.append(self._block(token, depth + 1))

    def _block(self, opening: Token, depth: int) -> Block:
        labels: list[str] = []
        while True:
            token = self._next()
            if self._is_mark(token, "{"):
                break
            if token.kind not in ("string", "word"):
                raise self._failure(token)
            labels.append(token.text)
        if depth > DEEPEST:
            raise self._failure(opening)
        return self.body(opening.text, tuple(labels), self._place(opening, token), depth)

    def _expression(self, depth: int) -> Node:
        if depth > DEEPEST:
            raise self._failure(self._peek())
        first = self._peek()
        operands = [self._operand(depth + 1)]
        while self._peek().kind == "mark" and self._peek().text in _BINARY:
            self._next()
            operands.append(self._operand(depth + 1))
        node = operands[0] if len(operands) == 1 else self._special(MIXED, operands, first)
        if not self._is_mark(self._peek(), "?"):
            return node
        self._next()
        then = self._expression(depth + 1)
        self._expect(":")
        return self._special(CHOICE, [node, then, self._expression(depth + 1)], first)

    def _operand(self, depth: int) -> Node:
        token = self._next()
        if token.kind == "mark" and token.text in ("!", "-"):
            below = self._operand_below(depth)
            if token.text == "-" and isinstance(below, Scalar) and below.text.isdigit():
                return Scalar(f"-{below.text}", self._place(token, self.tokens[self.at - 1]), plain=True)
            return self._special(MIXED, [below], token)
        if token.kind == "string":
            return self._postfix(self.text_of(token.text, self._place(token), depth), depth)
        if token.kind == "heredoc":
            text, margin = self._heredoc(token)
            return self.text_of(text, self._place(token), depth, margin)
        if token.kind == "number":
            return Scalar(token.text, self._place(token), plain=True)
        if token.kind == "word":
            return self._word(token, depth)
        if token.text in _CLOSING:
            return self._postfix(self._bracket(token, depth), depth)
        raise self._failure(token)

    def _operand_below(self, depth: int) -> Node:
        if depth > DEEPEST:
            raise self._failure(self._peek())
        return self._operand(depth + 1)

    def _word(self, token: Token, depth: int) -> Node:
        if token.text in ("true", "false", "null"):
            return Scalar(token.text, self._place(token), plain=True)
        if self._is_mark(self._peek(), "("):
            self._next()
            name = Scalar(token.text, self._place(token))
            return self._postfix(self._special(CALL, [name, *self._items(")", depth)], token), depth)
        return self._postfix(self._special(PATH, [Scalar(token.text, self._place(token))], token), depth)

    def _postfix(self, node: Node, depth: int) -> Node:
        """Attributes and indexes. A text or a number counts as an attribute, a name is kept for where it is known; any other
        index is dropped, and every element stands for all of them."""
        while True:
            token = self._peek()
            if self._is_mark(token, "."):
                self._next()
                node = self._with_name(node, self._next())
            elif self._is_mark(token, "["):
                self._next()
                (index, *_) = (*self._items("]", depth), Scalar("", self._place(token)))
                is_number = isinstance(index, Scalar) and index.text.isdigit() and special(node, PATH) is not None
                if isinstance(index, Scalar) and index.text and (is_number or not index.plain):
                    node = self._with_name(node, Token("word", index.text, token.start, token.end))
                elif special(index, PATH) is not None and isinstance(names := special(node, PATH), Series):
                    node = self._special(PATH, [*names.items, index], token, node.place)
            else:
                return node

    def _with_name(self, node: Node, name: Token) -> Node:
        path = special(node, PATH)
        if not isinstance(path, Series):
            return self._special(MIXED, [node], name)
        if name.kind != "word":
            return node
        return self._special(PATH, [*path.items, Scalar(name.text, self._place(name))], name, path.place)

    def _bracket(self, opening: Token, depth: int) -> Node:
        if opening.text == "(":
            (inner, *_) = (*self._items(")", depth), Scalar("", self._place(opening)))
            return inner
        if self._peek().text == "for" and self._peek().kind == "word":
            return self._comprehension(opening)
        if opening.text == "[":
            items = self._items("]", depth)
            return Series(tuple(items), self._place(opening, self.tokens[self.at - 1]))
        return self._object(opening, depth)

    def _object(self, opening: Token, depth: int) -> Node:
        entries: list[tuple[Scalar, Node]] = []
        while not self._is_mark(self._peek(), "}"):
            token = self._next()
            key = Scalar(token.text, self._place(token))
            if self._is_mark(token, "("):
                self._items(")", depth)
            elif token.kind not in ("word", "string", "number"):
                raise self._failure(token)
            while not (self._is_mark(self._peek(), "=") or self._is_mark(self._peek(), ":")):
                self._next_or_fail()
            self._next()
            entries.append((key, self._expression(depth + 1)))
            if self._is_mark(self._peek(), ","):
                self._next()
        closing = self._next()
        return record_of(entries, self._place(opening, closing))

    def _items(self, closing: str, depth: int) -> list[Node]:
        items: list[Node] = []
        while not self._is_mark(self._peek(), closing):
            if self._is_mark(self._peek(), "*"):
                self._next()
                continue
            items.append(self._expression(depth + 1))
            if self._is_mark(self._peek(), "..."):
                self._next()
            if self._is_mark(self._peek(), ","):
                self._next()
            elif not self._is_mark(self._peek(), closing):
                raise self._failure(self._peek())
        self._next()
        return items

    def _comprehension(self, opening: Token) -> Node:
        """`[for …]`: only what it mentions is kept."""
        nesting = 1
        while nesting:
            token = self._next_or_fail()
            if token.kind == "mark":
                nesting += (token.text in _CLOSING) - (token.text in _CLOSING.values())
        place = self._place(opening, self.tokens[self.at - 1])
        written = self.text[opening.start : self.tokens[self.at - 1].end]
        return self._special(MIXED, [self._path_of(text, place) for text in _MENTIONED.findall(written)], opening)

    def _path_of(self, text: str, place: Place) -> Node:
        names = Series(tuple(Scalar(name, place) for name in text.split(".")), place)
        return record_of([(Scalar(PATH, place), names)], place)

    def _heredoc(self, token: Token) -> tuple[str, int]:
        """The text, and how far its lines are moved to the left: `<<-` takes away the indentation they share."""
        lines = token.text.splitlines(keepends=True)
        indents = [len(line) - len(line.lstrip(" ")) for line in lines if line.strip()]
        margin = min(indents, default=0) if self.text.startswith("<<-", token.start) else 0
        return "".join(line[margin:] if line.strip() else line.lstrip(" ") for line in lines), margin

    def text_of(self, text: str, place: Place, depth: int, margin: int | None = None) -> Node:
        """A literal, or its parts when expressions stand in it; these have the place of the whole. Only the lines of a
        heredoc have a `margin`."""
        parts: list[Node] = []
        heredoc = margin is not None
        pending, at = "", 0
        while (start := text.find("${", at)) >= 0:
            if text[start - 1 : start] == "$":
                pending += text[at : start - 1] + "${"
                at = start + 2
                continue
            end = _code_end(text, start + 2)
            if end is None:
                break
            pending += text[at:start]
            if pending:
                parts.append(Scalar(_plain(pending, heredoc), place, margin=margin))
            parts.append(self._embedded(text[start + 2 : end].strip("~"), place, depth))
            pending, at = "", end + 1
        pending += text[at:]
        if not parts:
            return Scalar(_plain(pending, heredoc), place, margin=margin)
        if pending:
            parts.append(Scalar(_plain(pending, heredoc), place, margin=margin))
        return record_of([(Scalar(PARTS, place), Series(tuple(parts), place))], place)

    def _embedded(self, text: str, place: Place, depth: int) -> Node:
        try:
            parser = _Parser(self.path, text)
            found = parser._expression(depth + 1)
        except LoweringError as error:
            raise LoweringError(str(error), place.span.line, place.span.column) from error
        return _moved(found, place)

    def _special(self, kind: str, items: list[Node], first: Token, start: Place | None = None) -> Node:
        place = self._place(first, self.tokens[max(self.at - 1, 0)])
        if start is not None:
            opened, ended = start.span, place.span
            place = Place(self.path, Span(opened.line, opened.column, ended.end_line, ended.end_column))
        return record_of([(Scalar(kind, place), Series(tuple(items), place))], place)

    def _skip_lines(self) -> None:
        while self.tokens[self.at].kind == "line":
            self.at += 1

    def _peek(self) -> Token:
        """The next token. An operator or bracket never starts an attribute, so a line end before one that
        could continue the expression only matters for what starts a new attribute: a word."""
        token = self.tokens[self.at]
        if token.kind != "line":
            return token
        ahead = self.at
        while self.tokens[ahead].kind == "line":
            ahead += 1
        return self.tokens[ahead] if self.tokens[ahead].text not in ("[", ".", "(", "{") else token

    def _next(self) -> Token:
        self._skip_lines()
        token = self.tokens[self.at]
        self.at = min(self.at + 1, len(self.tokens) - 1)
        return token

    def _next_or_fail(self) -> Token:
        token = self._next()
        if token.kind == "end":
            raise self._failure(token)
        return token

    def _expect(self, mark: str) -> None:
        token = self._next()
        if not self._is_mark(token, mark):
            raise self._failure(token)

    def _is_mark(self, token: Token, mark: str) -> bool:
        return token.kind == "mark" and token.text == mark

    def _place(self, first: Token, last: Token | None = None) -> Place:
        return Place(self.path, Span(*self._position(first.start), *self._position((last or first).end)))

    def _position(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1

    def _failure(self, token: Token) -> LoweringError:
        return failure(self.text, token.start, f"unexpected {token.text or token.kind!r}")


def _code_end(text: str, at: int) -> int | None:
    """The offset of the brace that ends `${…}`; None when there is none, as in a shell script."""
    nesting, quoted = 1, False
    while at < len(text):
        character = text[at]
        if character == "\\":
            at += 1
        elif character == '"':
            quoted = not quoted
        elif not quoted and character in "{}":
            nesting += 1 if character == "{" else -1
            if not nesting:
                return at
        at += 1
    return None


def _plain(text: str, heredoc: bool) -> str:
    return text if heredoc else _ESCAPE.sub(lambda found: _ESCAPED[found.group(1)], text)


def _moved(node: Node, place: Place) -> Node:
    """The node with every place that of the string it stands in."""
    if isinstance(node, Scalar):
        return Scalar(node.text, place, node.plain)
    if isinstance(node, Series):
        return Series(tuple(_moved(item, place) for item in node.items), place)
    entries = {
        name: Entry(Scalar(entry.key.text, place), _moved(entry.value, place)) for name, entry in node.entries.items()
    }
    return Record(entries, place)
