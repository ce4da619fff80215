"""LDM207: a key that another process computes differently."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.rule import Finding, Group, Kind, Level, Pass, Rule, Step, lower, way


def check(p: Pass) -> Iterator[Finding]:
    """One finding for each place where the value is made."""
    seen = set()
    for case in p.cases(Kind.UNSTABLE):
        key = case.key or case.harm.key
        if key is None or key.place is None or key.place in seen:
            continue
        seen.add(key.place)
        name = case.harm.key_name or (case.cover.claim.kind if case.cover.claim is not None else "the key")
        yield p.finding(
            case,
            key.place,
            f"{name} is made of {key.words}: a second delivery in another process has another key",
            subject=case.subject,
            level=lower(Level.ERROR, case.subject),
            why=way(case, Step(key.place, "the key is made here")),
            guard=case.cover.words,
            advice="digest the sorted parts with hashlib, or use an id of the event itself",
            about=name,
        )


RULE = Rule(
    "LDM207",
    "unstable-hash",
    Group.CORRECTNESS,
    "0.1",
    "a key is computed differently by every process",
    check,
    "none",
)
