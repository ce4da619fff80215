"""Failures that end with a reason: the code says that it lets them go ("best effort", "must never break the upload"), or no later
run could make up for them.

Who writes this has thought of the failure. Whether it may be lost cannot be told here, so it is told quietly.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from lintdem.analyses.carried import is_from_event
from lintdem.interpreter.domain import Done
from lintdem.interpreter.engine import Run
from lintdem.interpreter.trace import Asked, Effect, Swallowed
from lintdem.interpreter.values import NONE
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
    | \b(no|não|nao)\s+(?:(debe|deve|debería|deveria|puede|pode)\s+)?
      (fallar|falhar|bloquear|romper|quebrar|interrumpir|interromper|detener|parar)\b
    | \bne\s+(doit|faut)\s+pas\s+(échouer|bloquer|interrompre)
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


def is_spent(effects: Sequence[Effect | Asked], run: Run) -> bool:
    """Whether the object that the event names is deleted by the time of these calls: the next delivery would not find it."""
    gone = [e for e in run.events if isinstance(e, Effect) and (e.call.service, e.call.method) == ("s3", "delete_object")]
    taken = [e for e in gone if is_from_event(e.call.arg("Key") or NONE, run, 0)]
    return bool(effects) and all(any(_is_before(one, e) for one in taken) for e in effects)


def _is_before(one: Effect, effect: Effect | Asked) -> bool:
    return one.must <= effect.must and Done(one.place, one.call.name) in effect.may


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
