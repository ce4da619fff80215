"""Parses DynamoDB's update and condition expressions.

Function names count with their case, keywords without. What cannot be parsed is None: the caller
knows nothing then, rather than something wrong.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from lintdem.knowledge.expressions import (
    Action,
    And,
    Arithmetic,
    Between,
    Call,
    Comparison,
    Condition,
    Exists,
    Function,
    In,
    Not,
    Operand,
    Or,
    PathOperand,
    Update,
    ValueOperand,
)
from lintdem.regexes import late

T = TypeVar("T")

_TOKEN = late(r"\s*(?:([#:]?[A-Za-z0-9_]+)|(<>|<=|>=|[=<>+\-(),.\[\]]))")
_CLAUSES = ("SET", "REMOVE", "ADD", "DELETE")
_COMPARATORS = ("=", "<>", "<", "<=", ">", ">=")
_TESTS = {"begins_with": 2, "contains": 2, "attribute_type": 2}
_EXISTENCE = {"attribute_exists": True, "attribute_not_exists": False}
_CONDITION_VALUES = {"size": 1}
_UPDATE_VALUES = {"if_not_exists": 2, "list_append": 2}
_DEEPEST = 40
"""Deeper nesting than anybody writes; it keeps hostile text from exhausting the stack."""


class _Refused(Exception):
    """The text is not an expression."""


def parse_update(text: str) -> Update | None:
    """Parse an `UpdateExpression`."""
    return _parse(text, lambda reader: reader.update(), _UPDATE_VALUES)


def parse_condition(text: str) -> Condition | None:
    """Parse a `ConditionExpression`, `FilterExpression` or `KeyConditionExpression`."""
    return _parse(text, lambda reader: reader.any_of(0), _CONDITION_VALUES)


def _parse(text: str, rule: Callable[[_Reader], T], functions: dict[str, int]) -> T | None:
    try:
        reader = _Reader(_tokens(text), functions)
        result = rule(reader)
        reader.finish()
    except _Refused:
        return None
    return result


def _tokens(text: str) -> list[str]:
    tokens, at = [], 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise _Refused
        tokens.append(match[1] or match[2])
        at = match.end()
    return tokens


class _Reader:
    """Reads tokens from left to right, one method per rule of the grammar."""

    def __init__(self, tokens: list[str], functions: dict[str, int]) -> None:
        self._tokens = tokens
        self._at = 0
        self._functions = functions

    def finish(self) -> None:
        """Refuse what is left over."""
        if self._at != len(self._tokens):
            raise _Refused

    def update(self) -> Update:
        """One or more clauses, each at most once."""
        actions: list[Action] = []
        seen: set[str] = set()
        while self._at < len(self._tokens):
            clause = self._next().upper()
            if clause not in _CLAUSES or clause in seen:
                raise _Refused
            seen.add(clause)
            actions.append(self._action(clause))
            while self._take(","):
                actions.append(self._action(clause))
        if not actions:
            raise _Refused
        return Update(tuple(actions))

    def any_of(self, depth: int) -> Condition:
        """Conditions joined by OR, which binds loosest."""
        parts = [self._all_of(depth)]
        while self._take_word("OR"):
            parts.append(self._all_of(depth))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _all_of(self, depth: int) -> Condition:
        parts = [self._one(depth)]
        while self._take_word("AND"):
            parts.append(self._one(depth))
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _one(self, depth: int) -> Condition:
        if depth > _DEEPEST:
            raise _Refused
        if self._take_word("NOT"):
            return Not(self._one(depth + 1))
        if self._take("("):
            inner = self.any_of(depth + 1)
            self._expect(")")
            return inner
        if self._peek(1) == "(" and self._peek() in _EXISTENCE:
            present = _EXISTENCE[self._next()]
            self._expect("(")
            path = self._path()
            self._expect(")")
            return Exists(path, present)
        if self._peek(1) == "(" and self._peek() in _TESTS:
            name = self._next()
            return Call(name, self._arguments(_TESTS[name], depth))
        return self._comparison(depth)

    def _comparison(self, depth: int) -> Condition:
        left = self._operand(depth)
        if self._take_word("BETWEEN"):
            low = self._operand(depth)
            if not self._take_word("AND"):
                raise _Refused
            return Between(left, low, self._operand(depth))
        if self._take_word("IN"):
            return In(left, self._arguments(None, depth))
        op = self._next()
        if op not in _COMPARATORS:
            raise _Refused
        return Comparison(op, left, self._operand(depth))

    def _action(self, clause: str) -> Action:
        path = self._path()
        if clause == "REMOVE":
            return Action(clause, path)
        if clause != "SET":
            return Action(clause, path, self._operand(0))
        self._expect("=")
        return Action(clause, path, self._sum(0))

    def _sum(self, depth: int) -> Operand:
        left = self._operand(depth)
        for op in ("+", "-"):
            if self._take(op):
                return Arithmetic(op, left, self._operand(depth))
        return left

    def _operand(self, depth: int) -> Operand:
        if depth > _DEEPEST:
            raise _Refused
        if self._take("("):
            inner = self._sum(depth + 1) if self._functions is _UPDATE_VALUES else self._operand(depth + 1)
            self._expect(")")
            return inner
        token = self._peek()
        if token.startswith(":"):
            return ValueOperand(self._next())
        if self._peek(1) == "(" and token in self._functions:
            self._next()
            return Function(token, self._arguments(self._functions[token], depth))
        return PathOperand(self._path())

    def _arguments(self, count: int | None, depth: int) -> tuple[Operand, ...]:
        self._expect("(")
        arguments = [self._operand(depth + 1)]
        while self._take(","):
            arguments.append(self._operand(depth + 1))
        self._expect(")")
        if count is not None and len(arguments) != count:
            raise _Refused
        return tuple(arguments)

    def _path(self) -> str:
        path = self._name()
        while True:
            if self._take("."):
                path += "." + self._name()
            elif self._take("["):
                path += f"[{self._next()}]"
                self._expect("]")
            else:
                return path

    def _name(self) -> str:
        name = self._next()
        if not (name[0] == "#" or name[0].isalpha() or name[0] == "_"):
            raise _Refused
        return name

    def _peek(self, ahead: int = 0) -> str:
        at = self._at + ahead
        return self._tokens[at] if at < len(self._tokens) else ""

    def _next(self) -> str:
        token = self._peek()
        if not token:
            raise _Refused
        self._at += 1
        return token

    def _take(self, token: str) -> bool:
        taken = self._peek() == token
        self._at += taken
        return taken

    def _take_word(self, word: str) -> bool:
        taken = self._peek().upper() == word
        self._at += taken
        return taken

    def _expect(self, token: str) -> None:
        if not self._take(token):
            raise _Refused
