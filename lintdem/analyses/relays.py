"""Relays: a call that hands on the whole of what came in, so that whoever gets it twice can tell by the producer's own ids."""

from __future__ import annotations

from typing import TypeAlias

from lintdem.analyses.subjects import Subject
from lintdem.interpreter.domain import Path
from lintdem.interpreter.engine import Run
from lintdem.interpreter.trace import Effect
from lintdem.interpreter.values import leaves
from lintdem.model.stack import Source

_BODIES = {
    ("sqs", "send_message"): "MessageBody", ("sns", "publish"): "Message", ("kinesis", "put_record"): "Data",
    ("lambda", "invoke"): "Payload", ("sqs", "send_message_batch"): "Entries[].MessageBody",
    ("sns", "publish_batch"): "PublishBatchRequestEntries[].Message", ("events", "put_events"): "Entries[].Detail",
    ("kinesis", "put_records"): "Records[].Data",
}  # fmt: skip
"""Calls that programs receive, and where they carry what they send."""
Steps: TypeAlias = tuple[str, ...]
_TO_PEOPLE = ("PhoneNumber", "Subject")
"""What only a message to people has."""
_RECORD = ("Records", "*")
_PAYLOADS = frozenset({
    _RECORD, (*_RECORD, "body"), (*_RECORD, "body", "Message"), (*_RECORD, "Sns"), (*_RECORD, "Sns", "Message"),
    (*_RECORD, "kinesis", "data"), (*_RECORD, "dynamodb", "NewImage"), ("detail",),
})  # fmt: skip
_KNOWN: frozenset[Steps] = frozenset({(), _RECORD, (*_RECORD, "Sns"), ("body",)})
"""Of these the ones that hold an id, whoever made the payload."""
_WHOLE = frozenset({Source.EVENTBRIDGE, Source.SNS, Source.SQS, Source.SQS_FIFO, Source.KINESIS, Source.DYNAMODB_STREAM})
"""Sources whose events are the producer's own, with all that is in them."""


_SIGNED = frozenset({"stripe-signature", "x-slack-signature", "paypal-transmission-sig"})
"""Headers of those who put an id of their own into what they send.
https://docs.stripe.com/api/events/object#event_object-id, https://docs.slack.dev/apis/events-api/#the-events-api-event_id and
https://developer.paypal.com/api/rest/webhooks/rest/"""


def hands_on(effect: Effect, subject: Subject, run: Run) -> bool:
    """Whether a message carries the event, a record of it or its payload, as it came."""
    return bool(_handed(effect, subject, run))


def hands_on_id(effect: Effect, subject: Subject, run: Run) -> bool:
    """Whether what goes on has an id for certain: that of the event or record it is, or of who signs what he sends."""
    return any(steps in _KNOWN for steps in _handed(effect, subject, run))


def _handed(effect: Effect, subject: Subject, run: Run) -> list[Steps]:
    """What of the event goes on as it came."""
    name = _BODIES.get((effect.call.service, effect.call.method))
    body = effect.call.arg(name) if name is not None else None
    signed = any(path[:1] == ("headers",) and path[-1].lower() in _SIGNED for path in run.paths)
    if body is None or not (signed or subject.source in _WHOLE) or any(effect.call.arg(one) is not None for one in _TO_PEOPLE):
        return []
    found = [_steps(leaf) for leaf in leaves(body) if isinstance(leaf, Path) and leaf.root == "event"]
    return [steps for steps in found if not steps or steps in _PAYLOADS or (signed and steps == ("body",))]


def _steps(leaf: Path) -> Steps:
    return tuple("*" if step.isdigit() else step for step in leaf.steps if step not in ("json()", "b64()"))
