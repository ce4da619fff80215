"""LDM401: a late event is acted on as if it were new."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.rule import Finding, Group, Kind, Level, Pass, Rule, Step, lower, way


def check(p: Pass) -> Iterator[Finding]:
    """Time-bound effects, requests carried out late, and overwrites whose event carries a time that nobody compares."""
    for case in p.cases(Kind.STALE):
        call = case.effect.call
        yield p.finding(
            case, case.effect.place, f"{call.name} acts on a late event as if it were new: {case.reason}",
            subject=case.subject, level=lower(Level.WARNING, case.subject), why=way(case),
            guard=case.cover.words or _UNASKED,
            advice="compare the event's time or version first, and set aside what is too old", about=call.name,
        )  # fmt: skip
    for late in p.facts.late_requests():
        first, does = late.commands[0]
        done = (Step(case.effect.place, f"{case.effect.call.name} {what}, whenever that was asked") for case, what in late.commands)
        yield p.finding(
            first, late.place, f"a late request is carried out as if it were new: {first.effect.call.name} {does}, and the age"
            " of the event is never looked at", subject=late.subject, level=lower(Level.WARNING, late.subject),
            why=(*way(first)[:-1], *done), advice="send the time of the request with it, compare it first and set aside what is"
            " too old", about="late request", guard=_UNASKED,
        )  # fmt: skip


_UNASKED = "nothing on the way compares a time of the event with the clock"


RULE = Rule(
    "LDM401", "missing-freshness-check", Group.SUSPICIOUS, "0.1",
    "a late event is acted on as if it were new", check, "none",
)  # fmt: skip
