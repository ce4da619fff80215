"""What the alarms of templates watch, and what they do not. A template without any alarm may be watched from
elsewhere: whether that is worth a word is for the rule to say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lintdem.analyses.deployment.deployments import (
    ASYNCHRONOUS,
    QUEUES,
    STREAMS,
    Deployed,
    is_named,
    queue_at,
    queue_of_event,
)
from lintdem.analyses.deployment.losses import Fault, fault, is_time_bound
from lintdem.interpreter.altering import replace
from lintdem.model.stack import Alarm, Event, Queue, Value
from lintdem.program import Program
from lintdem.regexes import late

_DEPTH = frozenset(
    {"ApproximateNumberOfMessagesVisible", "ApproximateNumberOfMessagesNotVisible", "ApproximateAgeOfOldestMessage"}
)
_SENT = "NumberOfMessagesSent"
"""Counts what is sent, also by Lambda, but not what SQS moves because of a redrive policy."""

_AGE = late(r"age|lag|delay|latency|skew|late", re.IGNORECASE)


def unwatched_letters(functions: Sequence[Deployed], program: Program) -> Iterator[Fault]:
    """Dead-letter queues that no alarm looks at."""
    fed = (queue_of_event(event, one.stack, program) for one in functions for event in one.function.events)
    read = {queue.place for queue in fed if queue is not None}
    for one in functions:
        for event, value, moved in _letters(one, program):
            queue = queue_at(value, one.stack, program, event.place.path)
            if queue is None or queue.place in read or _is_watched(queue, _DEPTH | (frozenset() if moved else {_SENT}), program):
                continue
            words = f"nobody is told when a message fails for good: no alarm of the template watches how many {queue.name} holds"
            guard = (
                f"an alarm on {_SENT} does not see the messages that SQS moves"
                if moved and _is_watched(queue, frozenset({_SENT}), program) else ""
            )  # fmt: skip
            yield from fault(one, queue.place, queue.name, words, event, guard)


def _letters(one: Deployed, program: Program) -> Iterator[tuple[Event, Value, bool]]:
    """The destinations of what a function fails on, with the event, and whether SQS moves the message there itself."""
    for event in one.function.events:
        queue = queue_of_event(event, one.stack, program) if event.source in QUEUES else None
        if queue is not None and queue.redrive is not None:
            yield event, queue.redrive, True
        if event.source in STREAMS and event.failures is not None:
            yield event, event.failures, False
        if event.source in ASYNCHRONOUS:
            yield from ((event, value, False) for value in (one.function.dead_letter, one.function.on_failure) if value is not None)


def unwatched_ages(functions: Sequence[Deployed], program: Program) -> Iterator[Fault]:
    """Queues and streams whose events may be old where that matters, and no alarm on any age."""
    for one in functions:
        case = next((case for case in one.cases if is_time_bound(case)), None)
        if case is None or any(_is_on_age(alarm) for stack in program.stacks for alarm in stack.alarms):
            continue
        for event in one.function.events:
            queue = queue_of_event(event, one.stack, program) if event.source in QUEUES else None
            if queue is None and event.source not in STREAMS:
                continue
            name, place = (queue.name, queue.place) if queue is not None else (one.function.name, event.place)
            metric = "ApproximateAgeOfOldestMessage" if queue is not None else "IteratorAge"
            words = (
                f"nobody is told when events wait too long for {case.effect.call.name}, for which their age matters: "
                f"no alarm of the template watches {metric}"
            )
            for found in fault(one, place, name, words, event):
                yield replace(found, case=case)


def _is_on_age(alarm: Alarm) -> bool:
    return alarm.metric is None or _AGE.search(alarm.metric) is not None


def _is_watched(queue: Queue, metrics: frozenset[str], program: Program) -> bool:
    return any(_watches(alarm, queue, metrics) for stack in program.stacks for alarm in stack.alarms)


def _watches(alarm: Alarm, queue: Queue, metrics: frozenset[str]) -> bool:
    """Whether an alarm is, or may be, about one of these metrics of a queue."""
    if alarm.namespace not in (None, "AWS/SQS") or (alarm.metric is not None and alarm.metric not in metrics):
        return False
    values = [value for name, value in alarm.dimensions if name == "QueueName"]
    unclear = not values or any(value.kind in ("unknown", "import") for value in values)
    return unclear or any(is_named(value, queue.name, queue.queue_name) for value in values)
