"""What to do about an effect that runs again: by what the call takes, who receives it, and what the event is known by."""

from __future__ import annotations

from lintdem.analyses.cases import Case
from lintdem.analyses.subjects import Subject
from lintdem.interpreter.trace import Effect
from lintdem.interpreter.values import leaves, text
from lintdem.knowledge.receivers import receiver_of
from lintdem.model.stack import Source


def advised(case: Case) -> str:
    """The nearest way to make a call that duplicates happen once."""
    call, known = case.effect.call, what_names(case.subject)
    guard = f"guard the call with an idempotency record keyed on {known} (Powertools idempotent_function)"
    if call.token is not None and call.token.startswith("headers:") and not _is_recognised(case.effect):
        return f"{guard}; a receiver that knows an {call.token.rpartition(':')[2]} may be sent one made from it instead"
    if call.token is not None and not call.token_fifo:
        return f"pass {call.token.rpartition(':')[2]} made from {known}, or guard the call"
    if call.identity and call.already and call.service != "lambda" and all(call.arg(name) is None for name in call.identity):
        # Who gives what is made a name of its own is told that it is there.
        return f"pass {call.identity[0]} made from {known}, or guard the call"
    return guard


def what_names(subject: Subject) -> str:
    """What tells one event from another: a schedule has no business id, only its time."""
    return "the time the schedule fired for (event['time'])" if subject.source is Source.SCHEDULE else "the event's business id"


def _is_recognised(effect: Effect) -> bool:
    """Whether a request goes to one that is known to recognise the repeat by a header."""
    given = [effect.call.arg(name) for name in ("url", "0", "1")]
    return any(receiver_of(written) for value in given if value is not None for leaf in leaves(value) if (written := text(leaf)))


REPORTING = frozenset({Source.SQS, Source.SQS_FIFO, Source.KINESIS, Source.DYNAMODB_STREAM, Source.KAFKA})
"""Event source mappings that take a partial-batch response; other sources deliver one event, whole."""
