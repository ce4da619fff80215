"""LDM802: what gives back an earlier step gives it back again."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.remedies.recording import recorded
from lintdem.analyses.remedies.tokens import call_remedies
from lintdem.rule import Finding, Group, Kind, Level, Pass, Rule, lower, phrase, way


def check(p: Pass) -> Iterator[Finding]:
    """Refunds, releases and other calls that take an earlier step back, with no guard and no stable key of their own."""
    for case in p.cases(Kind.TAKEN_BACK):
        call, write = case.effect.call, case.effect.call.write
        does = phrase(case)
        if write is not None and write.accumulates:
            does = f"applies `{write.accumulates}` again"
        token = call.token.rpartition(":")[2] if call.token and not call.token_fifo else ""
        pass_it = f"pass {token} made from the id of the step that is taken back, or " if token else ""
        yield p.finding(
            case, case.effect.place, f"{call.name} {does} on the second delivery: what was taken once is given back twice",
            subject=case.subject, level=lower(Level.ERROR, case.subject), why=way(case), guard=case.cover.words,
            advice=f"{pass_it}let one conditional write move the step to its taken-back state, and give back only when it went"
            " through",
            about=call.name,
            remedies=p.remedies(case, call_remedies, recorded) if write is None else (),
        )  # fmt: skip


RULE = Rule(
    "LDM802", "repeatable-compensation", Group.CORRECTNESS, "0.1",
    "a refund or release runs again, so what was taken once is given back twice", check, "unsafe",
)  # fmt: skip
