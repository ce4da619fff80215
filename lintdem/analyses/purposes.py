"""Failures that are let go on purpose, and say so: "best effort", "non-fatal", "must never break the upload".

Who writes this has thought of the failure. Whether it may be lost cannot be told here, so it is told quietly.
"""

from __future__ import annotations

import re

from lintdem.interpreter.trace import Swallowed
from lintdem.interpreter.written import Texts, function_at, nodes
from lintdem.model.function import Try
from lintdem.regexes import late

_MEANT = late(
    r"""
    \bbest[- ]?effort | \bnon[- ]?(fatal|critical|blocking|essential)\b | \bnot\ (fatal|critical|essential)\b
    | \bfire[- ]and[- ]forget\b | \bfail(s|ing)?[- ]?(open|soft(ly)?)\b
    | \b(ignor|swallow|suppress)\w*\s+(on\ purpose|deliberately|intentionally)
    | \b(deliberately|intentionally|purposely)\s+(ignor|swallow|suppress|not\ rais)
    | (\b(do|does|should|must|may|will|need|can|could|would)(\ ?not|n.?t)|\bnever|\bnot)\s+(to\s+)?(ever\s+)?
      (re-?raise|fail|block|break|stop|interrupt|abort|crash|take\ down|derail)s?\b
    """,
    re.IGNORECASE | re.VERBOSE,
)


def is_meant(one: Swallowed, texts: Texts) -> bool:
    """Whether a clause, what stands above its `try`, or what is said of its function says that the failure is let go."""
    module = texts.modules.get(one.place.path)
    if module is None:
        return False
    lines = texts.modules.bytes_of(one.place.path).decode("utf-8", "replace").splitlines()
    function = function_at(module, one.place.span)
    said = [] if function is None or function.doc is None or not _is_alone(one, function.body) else [function.doc]
    span = one.place.span
    beside = (*_comments(lines, one.block.span.line - 2, -1), *_comments(lines, span.end_line, 1)) if one.block is not None else ()
    return any(map(_MEANT.search, (*said, *lines[span.line - 1 : span.end_line], *beside)))


def _is_alone(one: Swallowed, body: object) -> bool:
    """Whether a function has no other `try`: what is said of it is said of this one."""
    return len([node for node in nodes(body) if isinstance(node, Try)]) == 1 and one.block is not None


def _comments(lines: list[str], line: int, step: int) -> list[str]:
    """The comment above a `try`, or behind the last statement of a clause."""
    found: list[str] = []
    while 0 <= line < len(lines) and lines[line].lstrip().startswith("#"):
        found.append(lines[line])
        line += step
    return found
