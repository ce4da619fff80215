"""LDM105: a row or document is inserted again."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.remedies.inserting import left_alone
from lintdem.rule import Finding, Group, Kind, Level, Pass, Rule, lower, phrase, way


def check(p: Pass) -> Iterator[Finding]:
    """Inserts without a conflict clause, a caught unique violation or a document id."""
    for case in p.cases(Kind.INSERTED):
        call = case.effect.call
        yield p.finding(
            case,
            case.effect.place,
            f"{call.name} {phrase(case)} on the second delivery, or fails where a key is unique",
            subject=case.subject,
            level=case.level or lower(Level.WARNING, case.subject),
            why=way(case),
            guard=case.cover.words,
            advice=_ADVICE.get(call.service, _ADVICE["sql"]),
            about=call.name,
            remedies=p.remedies(case, left_alone),
        )


_ADVICE = {
    "sql": "give the row a unique key of the event's and leave it when it is there (ON CONFLICT DO NOTHING), "
    "or catch the unique violation",
    "mongo": "give the document an _id of the event's and catch DuplicateKeyError",
    "search": "give the document an id of the event's",
}


RULE = Rule(
    "LDM105",
    "plain-insert",
    Group.SUSPICIOUS,
    "0.1",
    "a row or document without a key of the event is inserted by every delivery",
    check,
    "unsafe",
)
