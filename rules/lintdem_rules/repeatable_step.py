"""LDM533: a step of a durable function runs its charge twice."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.effects import Repeat
from lintdem.analyses.reruns.durablesteps import Attempts, Repeatable, repeatable
from lintdem.rule import Finding, Group, Judged, Level, Pass, Rule, Step, phrase, way

_WORDS = {
    Attempts.AGAIN: "a step that is interrupted before its result is kept runs again",
    Attempts.RETRIED: "at most once is meant for one attempt, and a failed or interrupted attempt is retried",
}


def check(p: Pass) -> Iterator[Finding]:
    """Steps around payments and stock that may run twice; around other effects they wait to be asked for."""
    judged: dict[int, Judged] = {id(one.run): one for one in p.facts.handlers}

    def ask(one: Judged) -> Iterator[Repeatable]:
        return repeatable(one.run, one.cases)

    for one in p.once(ask):
        case, call = one.case, one.case.effect.call
        token = f"pass a stable {call.token.rpartition(':')[2]}, or " if call.token is not None and not call.token_fifo else ""
        again = f"makes another one, with a new {case.harm.key_name}," if case.harm.repeat is Repeat.MINTS else phrase(case)
        yield p.finding(
            judged[id(case.run)].run, one.place, f"{call.name} {again} when its step is tried again: {_WORDS[one.attempts]}",
            subject=case.subject, level=Level.ERROR if one.money else Level.WARNING, group=None if one.money else Group.PEDANTIC,
            why=(*way(case), Step(one.step.place, f"context.{one.step.name} runs its function at least once")),
            guard="the result of a step is kept when it is over, not that it has begun",
            advice=f"{token}configure the step with StepConfig(step_semantics=StepSemantics.AT_MOST_ONCE_PER_RETRY, "
            "retry_strategy=RetryPresets.none()) and handle the failure", about=call.name,
        )  # fmt: skip


RULE = Rule(
    "LDM533", "repeatable-step", Group.CORRECTNESS, "0.1",
    "a durable step around a payment may run twice", check, "none",
)  # fmt: skip
