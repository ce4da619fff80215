"""LDM603: a retry inside the run sends again what may already be done."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.remedies.tokens import attempt_remedies
from lintdem.rule import Finding, Group, Kind, Level, Pass, Retry, Rule, Step, phrase, way


def check(p: Pass) -> Iterator[Finding]:
    """Effects that a retry repeats without a key that all its attempts share."""
    for case in p.cases(Kind.RETRIED):
        if case.retry is None:
            continue
        call, retry = case.effect.call, case.retry
        name = call.token.rpartition(":")[2] if call.token is not None and not call.token_fifo else ""
        guard = f"{name} is made in each attempt" if case.harm.key is not None else "no key is made once outside the retry"
        advice = "make a key once, outside the retry, and let the receiver recognise it; or retry only what was surely refused"
        if name:
            advice = f"make {name} from the event's business id, outside the retry, and pass it in every attempt"
        elif case.cover.claim is not None:
            guard = f"{case.cover.claim.kind} is taken once, outside the retry: it keeps no attempt from the next"
        yield p.finding(
            case, case.effect.place, f"{call.name} {phrase(case)} each time {_words(retry)} repeats it after a failure",
            subject=case.subject, level=Level.ERROR, why=way(case, Step(retry.place, f"{_words(retry)} repeats what failed")),
            guard=guard, advice=advice, about=call.name, remedies=p.remedies(case, attempt_remedies),
        )  # fmt: skip


def _words(retry: Retry) -> str:
    return retry.name or "the loop"


RULE = Rule(
    "LDM603", "retried-effect", Group.CORRECTNESS, "0.1",
    "a retry inside the run sends again what may already be done", check, "unsafe",
)  # fmt: skip
