"""LDM407: the event says how new it is, and the write does not ask."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.batches.batched import SINGLY, is_batched
from lintdem.analyses.remedies.duplicates import newer_only
from lintdem.rule import Finding, Group, Kind, Level, Pass, Rule, lower, way


def check(p: Pass) -> Iterator[Finding]:
    """Overwrites by events that carry a version, a sequence or a time."""
    for case in p.cases(Kind.UNORDERED):
        call = case.effect.call
        alone = SINGLY if is_batched(call) else "write "
        yield p.finding(
            case, case.effect.place, f"{call.name} lets an older event overwrite a newer one: {case.reason}",
            subject=case.subject, level=lower(Level.WARNING, case.subject), why=way(case), guard="the write has no condition",
            advice=f"{alone}under a condition that compares what is stored with what the event carries, and leave when it fails",
            about=call.name, remedies=p.remedies(case, newer_only),
        )  # fmt: skip


RULE = Rule(
    "LDM407", "unordered-overwrite", Group.CORRECTNESS, "0.1",
    "an event that carries a version, a sequence or a time overwrites without comparing it", check, "unsafe",
)  # fmt: skip
