"""Text that a template engine (Jinja, Go templates) makes into YAML, made readable without the engine.

Every construct is blanked in place, so lines and columns stay those of the file.
"""

from __future__ import annotations

import re

from lintdem.deploy.nodes import HOLE
from lintdem.regexes import late

_EXPRESSION = late(r"\{\{(?:(?!\}\}|\{\{)[\s\S]){0,800}\}\}")
_STATEMENT = late(r"\{%(?:(?!%\}|\{%)[\s\S]){0,800}%\}|\{#(?:(?!#\})[\s\S]){0,2000}#\}")
_WORD = late(r"\{%[-+]?\s*(\w+)")

ENDINGS = ("", ".j2", ".jinja2", ".tmpl")
"""What follows the name of a file that another one names as it will be once the engine has run."""


def has_engine(text: str) -> bool:
    """Whether the text holds anything that looks like a template engine's."""
    return _EXPRESSION.search(text) is not None or _STATEMENT.search(text) is not None


def blanked(text: str) -> str:
    """Statements become spaces and expressions unknown text; all branches stay."""
    return _EXPRESSION.sub(_hole, _STATEMENT.sub(_spaces, text))


def first_branches(text: str) -> str:
    """The same with only the first branch of every `if`, for branches that exclude each other."""
    parts: list[str] = []
    nesting: list[int] = []
    at, hidden = 0, 0
    for found in _STATEMENT.finditer(text):
        between = text[at : found.start()]
        parts.append(_blank(between, " ") if hidden else between)
        parts.append(_blank(found.group(), " "))
        at = found.end()
        word = _WORD.match(found.group())
        name = word.group(1) if word else ""
        if name in ("if", "for"):
            nesting.append(0)
        elif name in ("else", "elif") and nesting and not nesting[-1]:
            nesting[-1] = 1
            hidden += 1
        elif name in ("endif", "endfor") and nesting:
            hidden -= nesting.pop()
    return _EXPRESSION.sub(_hole, "".join(parts) + text[at:])


def _hole(found: re.Match[str]) -> str:
    return _blank(found.group(), HOLE)


def _spaces(found: re.Match[str]) -> str:
    return _blank(found.group(), " ")


def _blank(text: str, fill: str) -> str:
    return re.sub(r"[^\n]", fill, text)
