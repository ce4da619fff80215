"""Batches of writes to a table whose other writes have conditions: a batch can carry none.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lintdem.analyses.cases import Case, Kind
from lintdem.analyses.diagnosis import Writers, store_of
from lintdem.analyses.domain import Client
from lintdem.analyses.engine import Run
from lintdem.analyses.trace import Effect
from lintdem.model.finding import Level
from lintdem.model.span import Place
from lintdem.program import Program

_TOLD = frozenset({Kind.UNCONDITIONAL, Kind.UNORDERED})


@dataclass(frozen=True, slots=True)
class Bypassed:
    """A put of a batch, opened at `place`, that goes past the condition at `other`."""

    place: Place
    effect: Effect
    name: str
    other: Place
    condition: str


def bypassed(run: Run, cases: Sequence[Case], program: Program, writers: Writers) -> Iterator[Bypassed]:
    """The batches of one run whose tables are written with conditions elsewhere. What is a warning already is told there."""
    loud = {c.effect.place for c in cases if c.kind in _TOLD and c.level is Level.WARNING}
    for event in run.events:
        write = event.call.write if isinstance(event, Effect) else None
        if not isinstance(event, Effect) or write is None or write.kind != "put" or event.place in loud:
            continue
        target = event.call.target
        gathered = isinstance(target, Client) and target.resource == "batch_writer"
        if not gathered and event.call.method != "batch_write_item":
            continue
        others = writers.get(store_of(write.table, run, program), {})
        guarded = [(place, one) for place, one in sorted(others.items()) if one.conditional and one.kind in ("put", "update")]
        if guarded:
            opened = target.place if isinstance(target, Client) and gathered else event.place
            name = "batch_writer" if gathered else event.call.name
            yield Bypassed(opened, event, name, guarded[0][0], guarded[0][1].condition)
