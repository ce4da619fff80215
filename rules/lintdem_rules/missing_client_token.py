"""LDM103: an operation that takes an idempotency token is called without one."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.advised import what_names
from lintdem.analyses.remedies.tokens import token_remedies
from lintdem.rule import Finding, Group, Kind, Level, Pass, Rule, lower, phrase, way


def check(p: Pass) -> Iterator[Finding]:
    """Calls with a token parameter that is left out."""
    for case in p.cases(Kind.TOKENLESS):
        call = case.effect.call
        token = case.harm.key_name
        filled = f"; the SDK fills {token} with a new random value in each run" if call.token_marked else ""
        longest = f" (at most {call.token_max} characters)" if call.token_max else ""
        yield p.finding(
            case, case.effect.place, f"{call.name} {phrase(case)} on the second delivery: no {token} is passed{filled}",
            subject=case.subject, level=lower(Level.ERROR, case.subject), why=way(case), guard=case.cover.words,
            advice=f"pass {token} made from {what_names(case.subject)}{longest}", about=call.name,
            remedies=p.remedies(case, token_remedies),
        )  # fmt: skip


RULE = Rule(
    "LDM103", "missing-client-token", Group.CORRECTNESS, "0.1",
    "an operation that takes an idempotency token is called without one", check, "unsafe",
)  # fmt: skip
