"""Conditions on one part of a key: DynamoDB looks for the item under the whole key, and a new one is never there."""

from __future__ import annotations

from lintdem.analyses.effects import Harm, Repeat
from lintdem.analyses.guards import Answer, Cover, Fault
from lintdem.interpreter.altering import replace
from lintdem.interpreter.trace import Effect


def of_whole_key(found: Cover, effect: Effect, harm: Harm, schema: tuple[str, ...]) -> Cover:
    """The guard of a put whose own condition always holds, because a part of the table's key is made in the run."""
    own = effect.call.write.claim if effect.call.write is not None else None
    mine = own is not None and found.claim is not None and found.claim.place == own.place
    if not mine or found.answer is not Answer.YES or harm.repeat is not Repeat.MINTS or harm.key_name not in schema:
        return found
    kind = own.kind if own is not None else "the condition"
    words = f"{kind} is asked of the item under the whole key, and {harm.key_name} is new in each run"
    return replace(found, answer=Answer.NO, fault=Fault.USELESS, key=None, words=words)
