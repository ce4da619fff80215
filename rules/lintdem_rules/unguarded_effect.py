"""LDM101: a side effect runs again when the event is delivered again."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.relays import hands_on
from lintdem.analyses.remedies.recording import recorded
from lintdem.analyses.remedies.tokens import call_remedies
from lintdem.rule import Finding, Group, Kind, Level, Pass, Rule, lower, phrase, way


def check(p: Pass) -> Iterator[Finding]:
    """Effects that duplicate and that no guard dominates."""
    for case in p.cases(Kind.UNGUARDED):
        call = case.effect.call
        advice = "guard the call with an idempotency record keyed on the event's business id (Powertools idempotent_function)"
        if call.token is not None and not call.token_fifo:
            advice = f"pass {call.token.rpartition(':')[2]} made from the event's business id, or guard the call"
        relay = hands_on(case.effect, case.subject, case.run)
        more = ", with the whole payload: the receiver can tell it by the producer's ids" if relay else ""
        more = ": every attempt that fails tells of its failure" if case.level is Level.NOTE else more
        level = case.level or lower(Level.WARNING if relay else Level.ERROR, case.subject)
        yield p.finding(
            case, case.effect.place, f"{call.name} {phrase(case)} on the second delivery{more}", subject=case.subject,
            level=level, why=way(case), guard=case.cover.words,
            advice=advice, about=call.name,
            remedies=p.remedies(case, call_remedies, recorded),
        )  # fmt: skip


RULE = Rule(
    "LDM101", "unguarded-effect", Group.CORRECTNESS, "0.1",
    "a side effect runs again when the event is delivered again", check, "unsafe",
)  # fmt: skip
