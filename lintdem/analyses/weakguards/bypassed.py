"""Batches of writes to a table whose other writes have conditions: a batch can carry none.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from lintdem.analyses.batches.batched import is_batched, is_gathered
from lintdem.analyses.cases import Case, Kind
from lintdem.analyses.tablewrites import Writers, store_of
from lintdem.interpreter.domain import Client
from lintdem.interpreter.engine import Run
from lintdem.interpreter.trace import Effect, Write
from lintdem.model.finding import Level
from lintdem.model.span import Place
from lintdem.program import Program
from lintdem.regexes import late

_TOLD = frozenset({Kind.UNCONDITIONAL, Kind.UNORDERED})
_ABSENT = late(r"not_exists|#")


class Bypassed(msgspec.Struct, frozen=True):
    """A put of a batch, opened at `place`, that goes past the condition at `other`."""

    place: Place
    effect: Effect
    name: str
    other: Place
    condition: str


def bypassed(run: Run, cases: Sequence[Case], program: Program, writers: Writers) -> Iterator[Bypassed]:
    """The batches of one run whose tables are written with conditions elsewhere. What is a warning already is told there, and
    an item with a new key replaces none."""
    loud = {c.effect.place for c in cases if (c.kind in _TOLD and c.level is Level.WARNING) or c.kind is Kind.MINTED}
    for event in run.events:
        write = event.call.write if isinstance(event, Effect) else None
        if not isinstance(event, Effect) or write is None or write.kind != "put" or event.place in loud:
            continue
        if not is_batched(event.call):
            continue
        others = writers.get(store_of(write.table, run, program), {})
        guarded = [(place, one) for place, one in sorted(others.items()) if one.kind in ("put", "update") and _protects(one)]
        if guarded:
            target, gathered = event.call.target, is_gathered(event.call)
            opened = target.place if isinstance(target, Client) and gathered else event.place
            name = "batch_writer" if gathered else event.call.name
            yield Bypassed(opened, event, name, guarded[0][0], guarded[0][1].condition)


def _protects(write: Write) -> bool:
    """Whether a condition keeps what is stored from being replaced: it asks that there is nothing yet, or looks at what the
    write itself sets. One that only asks whether there is an item, or whose it is, is against another fault."""
    if not write.conditional:
        return False
    words = set(re.findall(r"\w+", write.condition))
    return not words or bool(write.orders or _ABSENT.search(write.condition) or words & {name for name, _ in write.values})
