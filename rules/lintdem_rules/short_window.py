"""LDM507: the record of what was done is forgotten before the last redelivery."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.plans import duration
from lintdem.rule import Finding, Group, Level, Pass, Rule, Step, phrase, way


def check(p: Pass) -> Iterator[Finding]:
    """Guards over effects that duplicate, with an expiry shorter than the longest redelivery of the source."""
    for one in p.facts.short_windows():
        case, kept = one.case, duration(one.seconds)
        said = "by default" if one.default else "here"
        yield p.finding(
            case, one.place, f"the record is forgotten after {kept}, and the source delivers again for up to "
            f"{duration(one.horizon.seconds)}: after {kept} {case.effect.call.name} {phrase(case)}",
            subject=case.subject, level=Level.WARNING if one.horizon.sure and not one.default else Level.NOTE,
            why=way(case, Step(one.claim.place, f"{one.claim.kind} keeps its record for {kept} {said}")),
            guard=f"{one.horizon.words}",
            advice=f"keep the record for at least {duration(one.horizon.seconds)}", about=case.effect.call.name,
        )  # fmt: skip


RULE = Rule(
    "LDM507", "short-window", Group.SUSPICIOUS, "0.1",
    "the record of what was done is forgotten before the source's last redelivery", check, "none",
)  # fmt: skip
