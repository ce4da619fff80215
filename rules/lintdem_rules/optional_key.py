"""LDM205: the key of a guard may be missing."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.rule import Finding, Group, Level, Pass, Rule, Step, lower, way


def check(p: Pass) -> Iterator[Finding]:
    """One finding for each key."""
    seen = set()
    for found in p.facts.optional_keys():
        if found.place in seen:
            continue
        seen.add(found.place)
        case = found.case
        extra = Step(found.read, f"{found.name} may be absent here")
        yield p.finding(
            case,
            found.place,
            f"when {found.name} is absent, {found.outcome}",
            subject=case.subject,
            level=lower(Level.WARNING, case.subject),
            why=way(case, extra),
            about=found.name,
            guard=f"only the key tells a second delivery, and nothing before {case.effect.call.name} asks whether there is one",
            advice=f"refuse the event when {found.name} is missing: raise_on_no_idempotency_key=True, or a check before",
        )


RULE = Rule(
    "LDM205",
    "optional-key",
    Group.SUSPICIOUS,
    "0.1",
    "the key of a guard may be absent: the guard is off, or all share one record",
    check,
    "none",
)
