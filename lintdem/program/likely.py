"""What the bytes of a file say before it is made into a module: may it hold handlers?

These tests err on the side of yes: what they let pass is looked at properly afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lintdem.program.remembering import remembered
from lintdem.regexes import late

_DEF = late(rb"\bdef[ \t\f\\\n]+([^\s(\[]+)\s*(?:\[[^\n]*?\])?\s*\(")
_END = late(rb"\)\s*(?:->|:)")
_LONGEST = 4_000
"""So many bytes of parameters are looked at. A file without an end to them would else be read again for each `def`."""
_LAMBDA = late(rb"\blambda\s+([^:]*):")
_CONTEXT = late(rb"context|ctx", re.IGNORECASE)
_EVENT = late(rb"event|evt", re.IGNORECASE)
USUAL = frozenset({"lambda_handler", "handler"})
"""Names that only handlers have."""
_TAKES = late(
    rb"(?:\A|,)(?:\s|#[^\n]*\n|\\\n)*\**\s*_*(?:lambda_)?(?:event|evt|e|payload)_*\s*(?:[:=,#].*?)?"
    rb",(?:\s|#[^\n]*\n|\\\n)*\**\s*_*(?:lambda_)?(?:context|ctx|c)_*\s*(?:[:=,#]|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_ASSIGNED = late(rb"(?:\bhandler|\blambda_handler|_handler|Handler)[ \t\f]*(?::[^=\n]*)?=(?!=)")
_FRAMEWORKS = (b"chalice", b"domovoi", b"durable_execution", b"lintdem")


def may_hold_handlers(data: bytes, decorators: Iterable[bytes]) -> bool:
    """Whether a file may define or assign a handler; `decorators` make handlers of what they decorate."""
    return holds_handlers(data) or (b"@" in data and any(name in data for name in decorators))


@remembered(2048, files=True)
def holds_handlers(data: bytes) -> bool:
    """Whether a file may hold handlers, whatever other files define."""
    if any(word in data for word in _FRAMEWORKS) or _ASSIGNED.search(data):
        return True
    return any(_is_handler(name, signature) for name, signature in _signatures(data))


@remembered(2048, files=True)
def may_take_events(data: bytes) -> bool:
    """Whether a function, method or lambda in a file may take an event and a context."""
    if not _EVENT.search(data) and b"payload" not in data and not re.search(rb"\be\b", data):
        return False
    inner = (match.group(1) for match in _LAMBDA.finditer(data))
    return any(_TAKES.search(one) for one in inner) or any(_TAKES.search(one) for _, one in _signatures(data))


def _signatures(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Every function with the text of its parameters."""
    for match in _DEF.finditer(data):
        last = match.end() + _LONGEST
        end = _END.search(data, match.end(), last)
        yield match.group(1), data[match.end() : end.start() if end else last]


def _is_handler(name: bytes, signature: bytes) -> bool:
    if name.decode(errors="replace") in USUAL:
        return True
    return bool(_CONTEXT.search(signature)) and (bool(_EVENT.search(signature)) or b"handler" in name.lower())
