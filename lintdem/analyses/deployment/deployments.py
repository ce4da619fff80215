"""Functions of templates joined with the handlers they run, and the resources of a template with each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

import msgspec

from lintdem.analyses.cases import Case
from lintdem.analyses.failures import ASIDE, CACHES, DOES
from lintdem.analyses.subjects import Subject, delivered_by
from lintdem.interpreter.engine import Run
from lintdem.interpreter.libraries.requests import only_asks
from lintdem.interpreter.senders import may_be_from
from lintdem.knowledge import Kind
from lintdem.model.span import Place
from lintdem.model.stack import Event, Lambda, Queue, Source, Stack, Value
from lintdem.program import Program
from lintdem.program.handlers import locate
from lintdem.program.remembering import attached, remembered

VISIBILITY = 30
RETENTION = 4 * 86_400
ASYNC_RETRIES = 2
ASYNC_AGE = 6 * 3_600
TIMEOUTS = {"serverless": 6}
TIMEOUT = 3
"""Defaults: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html,
https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html,
https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html and
https://www.serverless.com/framework/docs/providers/aws/guide/serverless.yml"""

QUEUES = frozenset({Source.SQS, Source.SQS_FIFO})
STREAMS = frozenset({Source.KINESIS, Source.DYNAMODB_STREAM})
ASYNCHRONOUS = frozenset({Source.SNS, Source.EVENTBRIDGE, Source.S3, Source.IOT, Source.SES, Source.LOGS})
"""Sources whose events Lambda keeps in a queue of its own; a schedule's next run makes up for the one that is lost."""


Judged: TypeAlias = tuple[Run, Subject, tuple[Case, ...]]
"""One handler with one of those who call it, and what is said of its effects."""


class Deployed(msgspec.Struct, frozen=True):
    """A function of a template with the handler it runs; `others` are the same handler called by other sources."""

    stack: Stack
    function: Lambda
    run: Run
    subject: Subject
    cases: tuple[Case, ...]
    others: tuple[Judged, ...] = ()

    def called_by(self, source: Source) -> Deployed:
        """The handler as this source calls it: what it does for another one only is not at stake."""
        every = ((self.run, self.subject, self.cases), *self.others)
        trigger = next((one for one in self.run.handler.triggers if one.source is source), None)
        found = next((one for one in every if one[1].source is source), None)
        if found is None and trigger is not None:
            here = tuple(c for _, _, cases in every for c in cases if may_be_from(source, c.effect.must))
            found = (self.run, delivered_by(trigger, self.run), here)
        return Deployed(self.stack, self.function, *found) if found is not None else self

    @property
    def work(self) -> Case | None:
        """The first effect that is missing when a run is lost; None when the handler only reads, measures or caches."""
        return next((case for case in self.cases if _is_work(case)), None)

    @property
    def timeout(self) -> int | None:
        """The function's timeout in seconds; None when it cannot be read."""
        if "timeout" in self.function.unread:
            return None
        return self.function.timeout or TIMEOUTS.get(self.stack.kind, TIMEOUT)


def _is_work(case: Case) -> bool:
    call = case.effect.call
    if only_asks(case.effect):
        return False
    return call.kind in (*DOES, Kind.DELETE) and call.service not in CACHES and call.method not in ASIDE


class Fed(msgspec.Struct, frozen=True):
    """A queue and a function that it feeds."""

    queue: Queue
    event: Event
    deployed: Deployed


def deployed(judged: Sequence[Judged], program: Program) -> Iterator[Deployed]:
    """Every function of every template whose handler was analysed."""
    known: dict[tuple[str, str], list[Judged]] = {}
    for one in judged:
        known.setdefault((one[0].handler.path, one[0].handler.function), []).append(one)
    every = [(stack, one, locate(program.modules, one) or ("", "")) for stack in program.stacks for one in stack.functions]
    sources = {(function.name, where) for _, function, where in every if not function.written}
    for stack, function, where in every:
        # What SAM has written of a template that is here, too, with an archive in place of the code, is no other function.
        if where in known and not (function.written and (function.name, where) in sources):
            yield Deployed(stack, function, *known[where][0], tuple(known[where][1:]))


def fed(functions: Sequence[Deployed], program: Program) -> Iterator[Fed]:
    """The queues of templates with the functions they feed, once for each pair."""
    seen = set()
    for one in functions:
        for event in one.function.events:
            queue = queue_of_event(event, one.stack, program) if event.source in QUEUES else None
            if queue is not None and (queue.place, one.function.place) not in seen:
                seen.add((queue.place, one.function.place))
                yield Fed(queue, event, one)


def queue_of_event(event: Event, stack: Stack, program: Program) -> Queue | None:
    """The queue an event source mapping polls, if a template has it."""
    return queue_at(event.target, stack, program, event.place.path)


def queue_at(value: Value | None, stack: Stack, program: Program, path: str = "") -> Queue | None:
    """The queue a value of a template means. `path` is the file the value stands in, where that is another template."""
    if value is None:
        return None
    own = _by_path(program).get((path, stack.kind), stack)
    by_name, by_physical = _queues_of(own)
    if value.kind in ("ref", "attribute"):
        return by_name.get(value.text)
    return by_physical.get(last_part(value.text)) if value.kind == "text" else None


@attached
def _by_path(program: Program) -> dict[tuple[str, str], Stack]:
    return {(stack.path, stack.kind): stack for stack in reversed(program.stacks)}


@remembered(512)
def _queues_of(stack: Stack) -> tuple[dict[str, Queue], dict[str, Queue]]:
    """The queues of a template by their name in it, and by that which they are given; the first of a name counts."""
    queues = stack.queues[::-1]
    return {one.name: one for one in queues}, {one.queue_name: one for one in queues if one.queue_name is not None}


def is_named(value: Value, name: str, physical: str | None) -> bool:
    """Whether a value means the resource of this logical and physical name."""
    if value.kind in ("ref", "attribute"):
        return value.text == name
    return value.kind == "text" and physical is not None and last_part(value.text) == physical


def last_part(text: str) -> str:
    """The name at the end of an ARN or a URL."""
    return text.replace(":", "/").rpartition("/")[2]


def dead_letters(program: Program) -> set[tuple[Place, str]]:
    """All queues that take what another queue, a function or a source could not deliver: where each is made, and its name, as
    one line of a CDK application may make many."""
    found: set[tuple[Place, str]] = set()
    for stack in program.stacks:
        letters = [queue.redrive for queue in stack.queues]
        for function in stack.functions:
            letters += [function.dead_letter, function.on_failure, *(event.failures for event in function.events)]
        found |= {(queue.place, queue.name) for value in letters if (queue := queue_at(value, stack, program)) is not None}
    return found

