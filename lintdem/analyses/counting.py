"""Counters that a second run counts on rightly: the number of an item's state, and what the run itself has used."""

from __future__ import annotations

import re

from lintdem.interpreter.domain import Derived, Path
from lintdem.interpreter.trace import Effect, Write
from lintdem.interpreter.values import leaves, text
from lintdem.regexes import late

_VERSIONS = frozenset({"version", "revision", "rev"})
_USAGE = late(r"usage|(input|output|prompt|completion|total)_?tokens|token_?(count|tracker)", re.IGNORECASE)


def counts_versions(write: Write) -> bool:
    """Whether nothing but the number of the item's state is counted on, as each write of it does."""
    counted = [name for name, value in write.values if _is_counted(value)]
    return bool(counted) and not write.opaque and all(name.lower() in _VERSIONS for name in counted)


def counts_usage(effect: Effect) -> bool:
    """Whether a counter counts what the run itself has used, such as the tokens of a model: a second run uses as much again."""
    write = effect.call.write
    if write is None or write.kind != "accumulate":
        return False
    counted = [(name, value) for name, value in write.values if _is_counted(value)]
    said = (leaf for _, value in counted for leaf in leaves(value))
    words = [name for name, _ in counted] + [step.text for step in effect.stack[-1:]]
    words += [text(leaf) or str(getattr(leaf, "name", "")) for leaf in leaves(write.table)] if write.table is not None else []
    own = not any(isinstance(leaf, Path) and leaf.root == "event" for leaf in said)
    return own and any(_USAGE.search(word) for word in words)


def counts_failures(effect: Effect) -> bool:
    """Whether a counter counts what failed, or how often it was tried: a second attempt that fails is one more on purpose."""
    write = effect.call.write
    values = write.values if write is not None and write.kind == "accumulate" else ()
    names = [name for name, value in values if _is_counted(value)] or [name for name, _ in values]
    names = [name for name in names if name.lower() not in _VERSIONS]
    return bool(names) and all(_ATTEMPTS.search(_WORD.sub("_", name)) for name in names)


_ATTEMPTS = late(r"(^|_)(fail(ed|ure)?s?|errors?|retr(y|ies)|attempts?)(_(count|counter|total|number))?$", re.IGNORECASE)
_WORD = late(r"(?<=[a-z])(?=[A-Z])")


def _is_counted(value: object) -> bool:
    return isinstance(value, Derived) and value.op == "accumulates"
