"""The words of HCL, Terraform's language, with their offsets."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from lintdem.errors import LoweringError
from lintdem.regexes import late

_TOKEN = late(
    r"""(?P<space>[ \t\r\ufeff]+)
    |(?P<comment>\#[^\n]*|//[^\n]*)
    |(?P<line>\n)
    |(?P<heredoc><<-?[ ]*(?P<tag>[\w.-]+)[ \t\r]*\n)
    |(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
    |(?P<word>[^\W\d][\w-]*)
    |(?P<mark>\.\.\.|=>|==|!=|<=|>=|&&|\|\||[{}()\[\]=:?,.!<>+*/%&|-])
    """,
    re.VERBOSE,
)


LARGEST = 200_000
"""Words of one file; a megabyte of HCL has about as many."""


class Token(msgspec.Struct, frozen=True):
    """A word of the language: "line", "number", "word", "mark", "string", "heredoc" or "end". `text` is
    as written, for strings what stands between the quotes."""

    kind: str
    text: str
    start: int
    end: int


def words(text: str) -> list[Token]:
    """Every token of a text. Raises LoweringError where there are too many."""
    found: list[Token] = []
    for token in tokens(text):
        found.append(token)
        if len(found) > LARGEST:
            raise failure(text, token.start, "too large to be Terraform code")
    return found


def tokens(text: str) -> Iterator[Token]:
    """Every token but spaces and comments; the last one is the end."""
    at = 0
    while at < len(text):
        if text[at] == '"':
            end = string_end(text, at + 1)
            yield Token("string", text[at + 1 : end], at, end + 1)
            at = end + 1
            continue
        if text.startswith("/*", at):
            at = _comment_end(text, at)
            continue
        found = _TOKEN.match(text, at)
        if found is None:
            raise failure(text, at, f"unexpected {text[at]!r}")
        kind = str(found.lastgroup if found.lastgroup != "tag" else "heredoc")
        if kind == "heredoc":
            token = _heredoc(text, found)
            yield token
            at = token.end
            continue
        if kind not in ("space", "comment"):
            yield Token(kind, found.group(), found.start(), found.end())
        at = found.end()
    yield Token("end", "", at, at)


def _comment_end(text: str, at: int) -> int:
    end = text.find("*/", at + 2)
    if end < 0:
        raise failure(text, at, "a comment without end")
    return end + 2


def string_end(text: str, at: int) -> int:
    """The offset of the quote that ends a string; quotes inside `${…}` belong to the expression there."""
    start, nesting = at, [False]
    while at < len(text):
        character = text[at]
        in_code = nesting[-1]
        if character == "\\":
            at += 2
            continue
        if not in_code and character == '"':
            nesting.pop()
            if not nesting:
                return at
        elif not in_code and text.startswith(("${", "%{"), at) and text[at - 1 : at] != character:
            nesting.append(True)
            at += 1
        elif in_code and character == '"':
            nesting.append(False)
        elif in_code and character == "{":
            nesting.append(True)
        elif in_code and character == "}":
            nesting.pop()
        at += 1
    raise failure(text, start, "a string without end")


def _heredoc(text: str, opening: re.Match[str]) -> Token:
    """The text up to the line that holds only the tag, which is left for the next token's line end."""
    closing = re.compile(r"^[ \t]*" + re.escape(opening.group("tag")) + r"[ \t\r]*$", re.MULTILINE)
    found = closing.search(text, opening.end())
    if found is None:
        raise failure(text, opening.start(), f"a text without its closing {opening.group('tag')}")
    return Token("heredoc", text[opening.end() : found.start()], opening.start(), found.end())


def failure(text: str, at: int, message: str) -> LoweringError:
    """An error at an offset of the text."""
    return LoweringError(message, text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))
