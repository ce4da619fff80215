"""LDM307: dedup records that nothing deletes."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.rule import Finding, Group, Level, Pass, Rule, Step, way


def check(p: Pass) -> Iterator[Finding]:
    """Records that hold nothing but a key, a status and a time, and have no expiry."""
    stuck = {one.place for one in p.facts.unfinished() if one.finish is None}
    for one in p.facts.unending():
        if one.claim.place in stuck:
            # That nothing ends it is told where it loses work (LDM503).
            continue
        case, write = one.case, one.case.run.sites[one.claim.place].name
        yield p.finding(
            case, one.claim.place, f"{write} gives the record of a handled event no expiry: the table grows with every "
            "event, and a key that is used again years later is turned away",
            subject=case.subject, level=Level.WARNING, about="expiry",
            why=way(case, Step(one.claim.place, f"the record holds {', '.join(one.attributes)}")),
            guard="it holds the second delivery back, and outlives the last one by far",
            advice="store ttl=int(time.time()) + a span longer than the last redelivery, and name it as the table's time to live",
        )  # fmt: skip


RULE = Rule(
    "LDM307", "endless-record", Group.SUSPICIOUS, "0.1",
    "records of what was done are written without an expiry", check, "none",
)  # fmt: skip
