"""LDM806: a dead letter is sent again by something that may itself run twice."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.rule import Finding, Group, Kind, Level, Pass, Rule, lower, way


def check(p: Pass) -> Iterator[Finding]:
    """Calls of handlers of dead letters that send on what they received, with nothing that holds the second one back."""
    for case in p.cases(Kind.RESENT_DEAD):
        call = case.effect.call
        yield p.finding(
            case, case.effect.place, f"{call.name} sends a dead letter again at each delivery: one failure comes back as several"
            " messages, each under a new id", subject=case.subject, level=lower(Level.ERROR, case.subject), why=way(case),
            guard=f"{case.reason}; {case.cover.words}" if case.cover.words else case.reason,
            advice="record the message's business id before it is sent again and leave when it is there, or let SQS move the"
            " messages (StartMessageMoveTask)", about=call.name,
        )  # fmt: skip


RULE = Rule(
    "LDM806", "blind-replay", Group.CORRECTNESS, "0.1",
    "a dead letter is sent again by a handler that may itself run twice", check, "none",
)  # fmt: skip
