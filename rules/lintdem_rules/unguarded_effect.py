"""LDM101: a side effect runs again when the event is delivered again."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.advised import advised
from lintdem.analyses.relays import hands_on, hands_on_id
from lintdem.analyses.remedies.recording import recorded
from lintdem.analyses.remedies.tokens import call_remedies
from lintdem.rule import Finding, Group, Kind, Level, Pass, Rule, lower, phrase, way


def check(p: Pass) -> Iterator[Finding]:
    """Effects that duplicate and that no guard dominates."""
    for case in p.cases(Kind.UNGUARDED):
        call = case.effect.call
        relay = hands_on(case.effect, case.subject, case.run)
        more = "with the whole payload: the receiver can tell it by the producer's ids" if relay else case.reason
        known = relay and hands_on_id(case.effect, case.subject, case.run)
        level = case.level or (Level.NOTE if known else lower(Level.WARNING if relay else Level.ERROR, case.subject))
        yield p.finding(
            case, case.effect.place, f"{call.name} {phrase(case)} on the second delivery{_because(more, relay)}",
            subject=case.subject, level=level, why=way(case), guard=case.cover.words,
            advice=advised(case), about=call.name,
            remedies=p.remedies(case, call_remedies, recorded),
        )  # fmt: skip


def _because(reason: str, relay: bool) -> str:
    return f"{',' if relay else ':'} {reason}" if reason else ""


RULE = Rule(
    "LDM101", "unguarded-effect", Group.CORRECTNESS, "0.1",
    "a side effect runs again when the event is delivered again", check, "unsafe",
)  # fmt: skip
