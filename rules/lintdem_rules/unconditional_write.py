"""LDM301: an item is written without a condition."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.batches.batched import SINGLY, is_batched
from lintdem.analyses.remedies.duplicates import created_once
from lintdem.rule import Finding, Group, Kind, Level, Pass, Rule, way

_NEWER = "compare the version or time of the event with the one that is stored"
_ADVICE = {
    "put": f"attribute_not_exists for a creation, else {_NEWER}",
    "update": _NEWER,
    "delete": f"{_NEWER}, so that what a newer event has written stays",
}
"""What the condition is to ask, by kind of the write."""


def check(p: Pass) -> Iterator[Finding]:
    """Unconditional item writes, graded by what an old event can overwrite."""
    first = {one.place for one in p.facts.unfinished()}
    for case in p.cases(Kind.UNCONDITIONAL):
        if case.effect.place in first:
            # What is written in front of the work is told by what a crash behind it loses (LDM503, LDM504).
            continue
        call = case.effect.call
        kind = call.write.kind if call.write is not None else "write"
        add = f"{SINGLY}with ConditionExpression" if is_batched(call) else "add ConditionExpression"
        done = {"put": "replaces", "delete": "deletes", "update": "overwrites"}.get(kind, "overwrites")
        yield p.finding(
            case, case.effect.place, f"{call.name} {done} the item without a condition: {case.reason}",
            subject=case.subject, level=case.level or Level.NOTE, why=way(case), guard="the write has no condition",
            advice=f"{add}: {_ADVICE.get(kind, _ADVICE['put'])}", about=call.name,
            remedies=p.remedies(case, created_once),
        )  # fmt: skip


RULE = Rule(
    "LDM301", "unconditional-write", Group.GRADED, "0.1",
    "an item is written without a condition, so an old event can overwrite newer state", check, "unsafe",
)  # fmt: skip
