"""What the literals of Python are worth: numbers, strings, bytes, the text inside f-strings.

None means that the literal has no value the model can hold.
"""

from __future__ import annotations

import re
import unicodedata

from lintdem.regexes import late

_SIMPLE = {
    "\n": "",
    "\\": "\\",
    "'": "'",
    '"': '"',
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
}
_ESCAPE = late(
    r"\\(?: (?P<simple> [\n\\'\"abfnrtv] ) | (?P<octal> [0-7]{1,3} ) | x (?P<hex> [0-9a-fA-F]{2} )"
    r" | N\{ (?P<name> [^}]+ ) \} | u (?P<short> [0-9a-fA-F]{4} ) | U (?P<long> [0-9a-fA-F]{8} ) )",
    re.VERBOSE,
)
_BRACES = late(r"\{\{|\}\}")
_BRACES_OR_ESCAPE = late(_BRACES.pattern + "|" + _ESCAPE.pattern, re.VERBOSE)
_MOST_DIGITS = 70
"""Enough for 64 bits in base two; longer ones are no number the model can hold."""


def integer(token: str) -> int | None:
    """The value of an integer literal that fits 64 bits."""
    if len(token) > _MOST_DIGITS:
        return None
    digits = token.replace("_", "").lower()
    base = {"0x": 16, "0o": 8, "0b": 2}.get(digits[:2], 10)
    value = int(digits, base)
    return value if value < 2**64 else None


def string(token: str) -> str | bytes | None:
    """The value of a string or bytes literal, quotes and prefix included in `token`."""
    start = 0
    while token[start] not in "'\"":
        start += 1
    prefix = token[:start].lower()
    quotes = 3 if len(token) >= start + 6 and token[start] == token[start + 1] == token[start + 2] else 1
    body = token[start + quotes : -quotes]
    if "b" in prefix:
        return _bytes(body, raw="r" in prefix)
    return body if "r" in prefix or "\\" not in body else _unescaped(body, _ESCAPE)


def piece(body: str, raw: bool) -> str | None:
    """The value of a piece of plain text in an f-string."""
    if raw:
        return _BRACES.sub(lambda match: match.group()[0], body)
    if "\\" not in body and "{" not in body and "}" not in body:
        return body
    return _unescaped(body, _BRACES_OR_ESCAPE)


def _bytes(body: str, raw: bool) -> bytes | None:
    if not body.isascii():
        return None
    if raw or "\\" not in body:
        return body.encode("ascii")
    return _ESCAPE.sub(_replace_byte, body).encode("latin-1")


def _unescaped(body: str, pattern: re.Pattern[str]) -> str | None:
    try:
        value = pattern.sub(_replace, body)
        value.encode("utf-8")
    except (KeyError, ValueError):  # an unknown character name, a number beyond Unicode, half a surrogate pair
        return None
    return value


def _replace(match: re.Match[str]) -> str:
    kind, text = match.lastgroup, match.group()
    if kind is None:
        return text[0]
    value = match.group(kind)
    if kind == "simple":
        return _SIMPLE[value]
    if kind == "name":
        return unicodedata.lookup(value)
    return chr(int(value, 8 if kind == "octal" else 16))


def _replace_byte(match: re.Match[str]) -> str:
    kind, text = match.lastgroup, match.group()
    if kind in ("simple", "hex"):
        return _replace(match)
    return chr(int(match.group("octal"), 8) & 0xFF) if kind == "octal" else text
