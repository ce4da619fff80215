"""When a handler runs again for the same event, in words: with the numbers of the template where it has them."""

from __future__ import annotations

import msgspec

from lintdem.analyses.subjects import Subject
from lintdem.knowledge import redelivery
from lintdem.model.finding import Redelivers
from lintdem.model.stack import Queue, Source, Value
from lintdem.program import Program, Trigger

ASYNCHRONOUS = frozenset(
    {
        Source.SNS, Source.EVENTBRIDGE, Source.SCHEDULE, Source.S3, Source.IOT, Source.LOGS, Source.SES,
        Source.CODEPIPELINE, Source.CONFIG,
    }
)  # fmt: skip
STREAMS = frozenset({Source.KINESIS, Source.DYNAMODB_STREAM})
VISIBILITY = 30
RETENTION = 4 * 86_400
ASYNC_RETRIES = 2
_ASYNC_AGE = 6 * 3_600
"""Defaults: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html and
https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html"""


def redelivery_plan(subject: Subject, program: Program) -> str:
    """The redelivery of the trigger that a handler is judged by."""
    trigger = subject.triggers[0] if subject.triggers else None
    if trigger is None:
        return subject.words
    if trigger.source in (Source.SQS, Source.SQS_FIFO):
        return _queue_plan(trigger, program) or subject.words
    if trigger.learned != "template":
        return subject.words
    if trigger.source in ASYNCHRONOUS:
        return _async_plan(trigger)
    if trigger.source in STREAMS:
        return _stream_plan(trigger)
    if trigger.source is Source.STEP_FUNCTIONS and trigger.retried is not None:
        again = "the task's Retry runs it again" if trigger.retried else "the task has no Retry"
        return f"{again}; a redrive or a new execution with the same input does too"
    return subject.words


def queue_of_trigger(trigger: Trigger, program: Program) -> Queue | None:
    """The queue of an event source mapping, if its template has it."""
    target = trigger.target
    if target is None or trigger.evidence is None:
        return None
    name = target.text.replace(":", "/").rpartition("/")[2]
    queues = (queue for stack in program.stacks_at(trigger.evidence) for queue in stack.queues)
    return next((queue for queue in queues if name in (queue.name, queue.queue_name)), None)


def _queue_plan(trigger: Trigger, program: Program) -> str:
    queue = queue_of_trigger(trigger, program)
    if queue is None:
        return ""
    visibility = VISIBILITY if queue.visibility is None else queue.visibility
    each = f"the visibility timeout of {duration(visibility)} ends"
    if queue.redrive is not None and queue.max_receives is not None:
        runs = queue.max_receives
        many = f"up to {runs} runs, one whenever {each} ({duration(runs * visibility)} in all)" if runs > 1 else "one run"
        return f"{many}, then the dead-letter queue{named(queue.redrive)}; a redrive from there gives new message ids"
    if queue.redrive is not None:
        return f"a run whenever {each}, as often as the queue allows, then the dead-letter queue{named(queue.redrive)}"
    age = duration(RETENTION if queue.retention is None else queue.retention)
    return f"a run whenever {each}, until the message is {age} old; there is no dead-letter queue"


def _async_plan(trigger: Trigger) -> str:
    retries = ASYNC_RETRIES if trigger.max_retries is None else trigger.max_retries
    age = duration(_ASYNC_AGE if trigger.max_age is None else trigger.max_age)
    runs = f"up to {retries + 1} runs within {age}" if retries else "one run, no retry"
    after = f"then the failure destination{named(trigger.failures)}" if trigger.failures is not None else "then the event is lost"
    return f"{runs}, {after}; the source itself may deliver an event more than once"


def _stream_plan(trigger: Trigger) -> str:
    halves = ", in halves" if trigger.bisects else ""
    if trigger.max_retries is None or trigger.max_retries < 0:
        age = trigger.max_age or 0
        until = f"the records are {duration(age)} old" if age > 0 else "the records expire"
        plan = f"the batch runs again{halves} until it succeeds or {until}, and its shard waits"
    else:
        plan = f"up to {trigger.max_retries + 1} runs of the batch{halves}, and its shard waits"
    return f"{plan}, then the failure destination{named(trigger.failures)}" if trigger.failures is not None else plan


def named(value: Value | None) -> str:
    """The name of a resource, behind a space; nothing where it is not known."""
    return f" {value.text.replace(':', '/').rpartition('/')[2]}" if value is not None and value.kind != "unknown" else ""


def duration(seconds: int) -> str:
    """A time span as people say it: "90 s" is "90 seconds", 345600 "4 days"."""
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size} {unit}{'s' if seconds != size else ''}"
    return f"{seconds} second{'s' if seconds != 1 else ''}"


class Horizon(msgspec.Struct, frozen=True):
    """How long after the first delivery a source may deliver again; `words` say by what, `sure` whether the template
    says it or it is the service's default."""

    seconds: int
    words: str
    sure: bool


def horizon(subject: Subject, program: Program) -> Horizon | None:
    """The longest redelivery of a source that redelivers by itself; None when nothing bounds it or it is not known."""
    trigger = subject.triggers[0] if subject.triggers else None
    facts = redelivery(subject.source)
    if trigger is None or facts.redelivers is not Redelivers.ITSELF:
        return None
    told = program.retention.get(trigger.source)
    if trigger.source in (Source.SQS, Source.SQS_FIFO):
        return _queue_horizon(trigger, program, told)
    if told is not None and trigger.max_age is None:
        return _configured(told)
    if trigger.source in STREAMS and (trigger.max_retries or -1) >= 0:
        return None
    if trigger.max_age is not None and trigger.max_age > 0:
        return Horizon(trigger.max_age, f"the template lets an event be {duration(trigger.max_age)} old", True)
    if facts.horizon is None:
        return None
    return Horizon(facts.horizon, f"{facts.words}, up to {duration(facts.horizon)} after the first delivery", True)


def _configured(seconds: int) -> Horizon:
    return Horizon(seconds, f"the configuration says that it delivers again for {duration(seconds)}", True)


def _queue_horizon(trigger: Trigger, program: Program, told: int | None) -> Horizon | None:
    queue = queue_of_trigger(trigger, program)
    if told is not None and (queue is None or (queue.retention is None and queue.redrive is None)):
        return _configured(told)
    if queue is None:
        # Another template may have a dead-letter queue for it, after which nothing comes back by itself.
        kept = redelivery(trigger.source).horizon or RETENTION
        return Horizon(kept, f"a queue without a dead-letter queue delivers again for {duration(kept)}", False)
    retention = RETENTION if queue.retention is None else queue.retention
    if queue.redrive is None:
        words = f"the queue has no dead-letter queue and delivers again until the message is {duration(retention)} old"
        return Horizon(retention, words, True)
    if queue.max_receives is None:
        return None
    visibility = VISIBILITY if queue.visibility is None else queue.visibility
    seconds = min(retention, queue.max_receives * visibility)
    words = f"the queue delivers up to {queue.max_receives} times, {duration(visibility)} apart"
    return Horizon(seconds, words, True)


_LONGEST_RUN = 900
_FIRST_ASYNC = 60
"""https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html"""


def first_retry(subject: Subject, program: Program) -> int | None:
    """Seconds after which a run that died is repeated for the first time; None when that is not known."""
    trigger = subject.triggers[0] if subject.triggers else None
    if trigger is None:
        return None
    if trigger.source in (Source.SQS, Source.SQS_FIFO):
        queue = queue_of_trigger(trigger, program)
        if queue is None:
            # A visibility timeout is hardly longer than the longest run.
            return _LONGEST_RUN
        return VISIBILITY if queue.visibility is None else queue.visibility
    if trigger.source in STREAMS:
        return 0
    return _FIRST_ASYNC if trigger.source in ASYNCHRONOUS else None
