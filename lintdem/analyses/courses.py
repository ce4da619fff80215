"""The runs that one event may come to, as numbers for a picture: what `plans` says in words."""

from __future__ import annotations

from lintdem.analyses.plans import (
    ASYNC_RETRIES,
    ASYNCHRONOUS,
    RETENTION,
    STREAMS,
    VISIBILITY,
    duration,
    named,
    queue_of_trigger,
)
from lintdem.analyses.subjects import Subject
from lintdem.model.finding import Redelivers
from lintdem.model.overview import Course
from lintdem.model.stack import Source, Value
from lintdem.program import Program, Trigger


def course_of(subject: Subject, program: Program) -> Course | None:
    """The course of an event through the trigger that a handler is judged by; None where it is not known."""
    trigger = subject.triggers[0] if subject.triggers else None
    if subject.info.redelivers is Redelivers.CALLER:
        return Course(runs=1, end="again only when the caller asks")
    if trigger is None or trigger.learned != "template":
        return None
    if trigger.source in (Source.SQS, Source.SQS_FIFO):
        return _of_queue(trigger, program)
    if trigger.source in ASYNCHRONOUS:
        retries = ASYNC_RETRIES if trigger.max_retries is None else trigger.max_retries
        return _ending(retries + 1, trigger.failures, "lost")
    if trigger.source in STREAMS:
        bounded = trigger.max_retries is not None and trigger.max_retries >= 0
        runs = (trigger.max_retries or 0) + 1 if bounded else None
        return _ending(runs, trigger.failures, "skipped" if bounded else "expired")
    return None


def _ending(runs: int | None, failures: Value | None, otherwise: str) -> Course:
    end = otherwise if failures is None else f"failure destination{named(failures)}"
    return Course(runs=runs, end=end, kept=failures is not None)


def _of_queue(trigger: Trigger, program: Program) -> Course | None:
    queue = queue_of_trigger(trigger, program)
    if queue is None:
        return None
    apart = duration(VISIBILITY if queue.visibility is None else queue.visibility)
    if queue.redrive is None:
        age = duration(RETENTION if queue.retention is None else queue.retention)
        return Course(runs=None, apart=apart, end=f"gone after {age}")
    if queue.max_receives is None:
        return None
    return Course(runs=queue.max_receives, apart=apart, end=f"dead-letter queue{named(queue.redrive)}", kept=True)
