"""LDM501: read, test, act, then record: two runs pass the test together."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.counting import counts_usage
from lintdem.rule import Case, Finding, Group, Level, Pass, Redelivers, Rule, Step, lower, phrase, way


def check(p: Pass) -> Iterator[Finding]:
    """Tests of a store that are not atomic with the record, with what stands behind them."""
    for asked in p.facts.checked():
        case, *others = asked.cases
        call = case.effect.call
        more = f", and {len(others)} more call{'s' * (len(others) > 1)} behind it," if others else ""
        steps = way(case, Step(asked.place, "the check that two runs pass together"))
        rest = (Step(other.effect.place, f"{other.effect.call.name} {phrase(other)}") for other in others)
        yield p.finding(
            case, asked.stands, f"{call.name} {phrase(case)}{more} when two deliveries pass the check together",
            subject=case.subject, level=min(map(_level, asked.cases), key=list(Level).index), why=(*steps, *rest),
            guard=case.cover.words, advice="make the check and the record one conditional write before the effect",
            about=call.name,
        )  # fmt: skip


def _level(case: Case) -> Level:
    shown = case.effect.call.name == _SHOWN and case.subject.redelivers is Redelivers.CALLER
    if shown or counts_usage(case.effect):
        return Level.NOTE
    duplicates = case.harm.repeat.value not in ("safe", "overwrites", "inserts")
    loud = case.level is not Level.WARNING and case.subject.redelivers is not Redelivers.CALLER and duplicates
    return Level.ERROR if loud else _quiet(case)


_SHOWN = "apigatewaymanagementapi.PostToConnection"
"""What is shown to the others in a room once more, when somebody's client has sent something twice."""


def _quiet(case: Case) -> Level:
    """Rows found first and inserted then multiply only when two runs meet, and where no key is unique."""
    row = case.harm.repeat.value == "inserts" or (case.harm.repeat.value == "mints" and case.effect.call.service == "sql")
    return lower(Level.WARNING, case.subject) if row else Level.WARNING


RULE = Rule(
    "LDM501", "check-then-act", Group.CORRECTNESS, "0.1",
    "a store is read, tested, and written only after the effect", check, "none",
)  # fmt: skip
