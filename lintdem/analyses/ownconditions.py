"""Conditions that keep what is written right: they were not made to tell a duplicate of other work."""

from __future__ import annotations

import re

from lintdem.analyses.effects import tells
from lintdem.interpreter.altering import replace
from lintdem.interpreter.domain import Claim, Path
from lintdem.interpreter.engine import Run
from lintdem.interpreter.trace import Claimed, Effect
from lintdem.interpreter.values import leaves
from lintdem.regexes import late


def fills_in(claim: Claim, run: Run) -> bool:
    """Whether a claim is that of an update which gives an item what it lacks, such as its brand: who finds it filled goes on
    with what is there. A mark says that something was done, and holds a word or a time."""
    call = run.sites.get(claim.place)
    write = call.write if call is not None else None
    if write is None or write.kind != "update":
        return False
    keys = {name for name, _ in write.key}
    missing = [v for k, v in write.values if k not in keys and any(words.format(k) in claim.kind for words in _MISSING)]
    told = [any(isinstance(leaf, Path) and leaf.root in ("event", "result") for leaf in leaves(value)) for value in missing]
    return bool(told) and all(told) and "<>" not in claim.kind


_MISSING = ("attribute_not_exists({})", "{} does not exist")
"""What a condition says of an attribute that an item lacks."""


def is_kept(claim: Claim, run: Run) -> bool:
    """Whether a claim is that of a write that stores an item which comes from elsewhere, in a function that many use: whoever
    finds it there has not asked whether other work was done."""
    call = run.sites.get(claim.place)
    write = call.write if call is not None and call.service == "dynamodb" else None
    return write is not None and write.kind == "put" and write.opaque


def keeps_more(claim: Claim, run: Run) -> bool:
    """Whether a claim is that of a write which stores what the event says: its condition keeps that right, and was not made for
    what was done before. A mark says that something was done, and no more."""
    call = run.sites.get(claim.place)
    if call is None or call.write is None or call.service != "dynamodb":
        return False
    if call.write.opaque:
        return True  # a mark is written out: an item that comes from elsewhere is what somebody keeps
    stored = tuple((name, value) for name, value in call.write.values if not _ENDS.search(name))
    return tells(replace(call.write, values=stored))


_ENDS = late(r"ttl|expir|keep|until", re.IGNORECASE)
"""Attributes that say how long a mark is kept."""


def stands_apart(tried: Claimed, effect: Effect) -> bool:
    """Whether a claim is made some calls deep on another way than an effect: it belongs to the work that stands there."""
    pairs = enumerate(zip(tried.stack, effect.stack, strict=False))
    fork = next((i for i, (one, other) in pairs if one != other), min(len(tried.stack), len(effect.stack)))
    return len(tried.stack) - fork > 2
