"""Durable functions: what runs again with every replay, since it stands outside of steps.

An operation of the context may end the invocation: a wait, a callback, a step that failed and is tried again. The next one
runs the function from its start. An effect that stands before such an operation, inside no step, happens once more.
https://docs.aws.amazon.com/lambda/latest/dg/durable-execution-sdk.html
"""

from __future__ import annotations

from lintdem.analyses.cases import REPEATS, Case, Kind
from lintdem.interpreter.altering import replace
from lintdem.interpreter.domain import Claim, Done
from lintdem.interpreter.durable import CHILD
from lintdem.interpreter.engine import Run
from lintdem.interpreter.trace import Effect, Operated, Seen
from lintdem.model.finding import Level

_OPEN = frozenset({Kind.UNGUARDED, Kind.MINTED, Kind.TOKENLESS, Kind.ACCUMULATES, Kind.INSERTED, Kind.ATTEMPT_KEY})
"""The diagnoses of effects that nothing holds back."""
SUSPENDS = frozenset({"wait", "wait_for_callback", "wait_for_condition", "invoke", "result"})
"""Operations that end the invocation whenever they have to wait."""


def operations(run: Run) -> list[Operated]:
    """The operations of a durable function, in order."""
    return [event for event in run.events if isinstance(event, Operated)]


def replayed(case: Case, later: list[Operated]) -> Case:
    """An effect outside of a step with an operation behind it happens again for certain."""
    effect = case.effect
    guarded = any(isinstance(fact, Claim) and not fact.useless for fact in effect.must)
    if case.harm.repeat not in REPEATS or case.kind not in _OPEN or guarded:
        return case
    behind = [one for one in later if _follows(one, effect)]
    if not behind:
        return case
    again = next((one for one in behind if one.name in SUSPENDS), behind[0])
    return replace(case, kind=Kind.REPLAYED, level=Level.ERROR, reason=again.name, key_place=again.place)


def _follows(later: Operated, effect: Effect) -> bool:
    """Whether an operation may come after an effect while the child context around both is not over."""
    if not durably(effect, CHILD) <= durably(later, CHILD):
        return False
    return Done(effect.place, effect.call.name) in later.may or (bool(effect.loops) and later.loops[:1] == effect.loops[:1])


def durably(seen: Seen, kind: str) -> set[Claim]:
    """The steps or child contexts around something."""
    return {fact for fact in seen.must if isinstance(fact, Claim) and fact.kind == kind}
