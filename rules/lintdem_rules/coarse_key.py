"""LDM206: the key of a guard is a user, an address or an amount, so distinct events collapse into one."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.rule import Finding, Group, Level, Pass, Rule, lower, way


def check(p: Pass) -> Iterator[Finding]:
    """One finding for each key."""
    seen = set()
    for found in p.facts.coarse_keys():
        if found.place in seen:
            continue
        seen.add(found.place)
        case, names = found.case, " and ".join(found.names)
        yield p.finding(
            case,
            found.place,
            f"another event with the same {names} is taken for a duplicate, and {case.effect.call.name} is left out",
            subject=case.subject,
            level=lower(Level.WARNING, case.subject),
            why=way(case),
            about=names,
            guard=f"it knows an event by {names} alone, which names no piece of work",
            advice="key on what names one piece of work, such as the order, or add it to the key",
        )


RULE = Rule(
    "LDM206",
    "coarse-key",
    Group.NURSERY,
    "0.1",
    "the key of a guard is a user, an address or an amount: distinct events collapse",
    check,
    "none",
)
