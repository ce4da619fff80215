"""Keys that nobody has but the run that makes them: a claim of one is never refused, whatever the program does where it is."""

from __future__ import annotations

from lintdem.interpreter.domain import AnyOf, Cases, Derived, Fresh, Value
from lintdem.interpreter.machine import Machine
from lintdem.interpreter.values import members, parts_of

_SHORTENS = frozenset({"slice", "item", "index", "coarse", "hash"})
"""What leaves so little of a uuid that others may have it."""


def is_new(m: Machine, key: Value) -> bool:
    """Whether a key has a whole uuid in it that is made for this very write: one that is made before a retry may be there
    when it is written again."""
    if isinstance(key, (AnyOf, Cases)):
        return all(is_new(m, one) for one in members(key))
    if isinstance(key, Fresh):
        again = {retry for frame in m.frames for retry in frame.retries}
        return key.kind == "uuid" and again <= m.minted.get(key.place, frozenset())
    if isinstance(key, Derived) and key.op in _SHORTENS:
        return False
    return any(is_new(m, one) for one in parts_of(key)) if isinstance(key, Derived) else False
