"""Relays: a call that hands on the whole of what came in, so that whoever gets it twice can tell by the producer's own ids."""

from __future__ import annotations

from lintdem.analyses.subjects import Subject
from lintdem.interpreter.domain import Path, Value
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
_TO_PEOPLE = ("PhoneNumber", "Subject")
"""What only a message to people has."""
_RECORD = ("Records", "*")
_PAYLOADS = frozenset({
    _RECORD, (*_RECORD, "body"), (*_RECORD, "Sns"), (*_RECORD, "Sns", "Message"), (*_RECORD, "kinesis", "data"),
    (*_RECORD, "dynamodb", "NewImage"), ("detail",),
})  # fmt: skip
_WHOLE = frozenset({Source.EVENTBRIDGE, Source.SNS, Source.SQS, Source.SQS_FIFO, Source.KINESIS, Source.DYNAMODB_STREAM})
"""Sources whose events are the producer's own, with all that is in them."""


_SIGNED = frozenset({"stripe-signature", "x-slack-signature", "paypal-transmission-sig"})
"""Headers of those who put an id of their own into what they send.
https://docs.stripe.com/api/events/object#event_object-id, https://docs.slack.dev/apis/events-api/#the-events-api-event_id and
https://developer.paypal.com/api/rest/webhooks/rest/"""


def hands_on(effect: Effect, subject: Subject, run: Run) -> bool:
    """Whether a message carries the event, a record of it or its payload, as it came."""
    name = _BODIES.get((effect.call.service, effect.call.method))
    body = effect.call.arg(name) if name is not None else None
    signed = any(path[:1] == ("headers",) and path[-1].lower() in _SIGNED for path in run.paths)
    if body is None or not (signed or subject.source in _WHOLE) or any(effect.call.arg(one) is not None for one in _TO_PEOPLE):
        return False
    return any(_is_payload(leaf, signed) for leaf in leaves(body))


def _is_payload(leaf: Value, signed: bool) -> bool:
    if not isinstance(leaf, Path) or leaf.root != "event":
        return False
    steps = tuple("*" if step.isdigit() else step for step in leaf.steps if step not in ("json()", "b64()"))
    return not steps or steps in _PAYLOADS or (signed and steps == ("body",))
