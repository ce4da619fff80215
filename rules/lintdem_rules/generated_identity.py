"""LDM102: what is made gets a new name in each run."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.rule import Finding, Group, Kind, Level, Pass, Rule, Step, lower, way


def check(p: Pass) -> Iterator[Finding]:
    """Stored or started things whose identity is minted in the handler."""
    for case in p.cases(Kind.MINTED):
        call, key = case.effect.call, case.harm.key
        made = key.words if key is not None else "a value made in the run"
        extra = (Step(key.place, f"{made} is made here"),) if key is not None and key.place is not None else ()
        yield p.finding(
            case, case.effect.place, f"{call.name} makes another one on the second delivery: {case.harm.key_name} is {made}",
            subject=case.subject, level=lower(Level.ERROR, case.subject), why=way(case, *extra), guard=case.cover.words,
            advice=f"derive {case.harm.key_name} from the event's business id, for example with uuid5, so that a repeat "
            "finds what the first run made", about=call.name,
        )  # fmt: skip


RULE = Rule(
    "LDM102", "generated-identity", Group.CORRECTNESS, "0.1",
    "a key or name is made in the handler, so each run makes a new artifact", check, "none",
)  # fmt: skip
