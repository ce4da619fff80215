"""FIFO queues and topics: messages that are refused because they name no deduplication id, or that only look alike."""

from __future__ import annotations

from lintdem.analyses.effects import token_value
from lintdem.interpreter.deployed import queue_of, topic_of
from lintdem.interpreter.domain import Fresh, Value
from lintdem.interpreter.engine import Run
from lintdem.interpreter.trace import Effect
from lintdem.interpreter.values import NONE, leaves
from lintdem.model.stack import Queue, Topic
from lintdem.program import Program

BODIES = ("MessageBody", "Message")


def fifo_fault(effect: Effect, run: Run, program: Program) -> str:
    """What happens to a message for a FIFO queue or topic of the template that is sent without a deduplication id."""
    call = effect.call
    if not call.token_fifo or "[]" in (call.token or "") or call.arg("**") is not None:
        return ""
    if token_value(effect) not in (None, NONE):
        return ""
    found = [one for name in call.destination if (one := _destination(call.arg(name), run, program)) is not None]
    if len(found) != 1 or not found[0].fifo:
        return ""
    target = found[0]
    unread = target.content_dedup is None or (isinstance(target, Queue) and "content_dedup" in target.unread)
    if unread:
        return ""
    if not target.content_dedup:
        return (
            f"every message is refused: {target.name} is FIFO without content-based deduplication, and no "
            "MessageDeduplicationId is given"
        )
    body = next((value for name in BODIES if (value := call.arg(name)) is not None), None)
    if body is not None and any(isinstance(leaf, Fresh) for leaf in leaves(body)):
        return f"the second delivery sends another body, so the content-based deduplication of {target.name} lets it through"
    return ""


def _destination(value: Value | None, run: Run, program: Program) -> Queue | Topic | None:
    return queue_of(value, run.handler, program) or topic_of(value, run.handler, program)
