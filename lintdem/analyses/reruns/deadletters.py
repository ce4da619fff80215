"""Handlers that get what could not be delivered, and what of their calls sends it again."""

from __future__ import annotations

import re

from lintdem.analyses.deployment.deployments import dead_letters, queue_at
from lintdem.analyses.subjects import Subject
from lintdem.interpreter.deployed import queue_of
from lintdem.interpreter.domain import Env, Path, Value
from lintdem.interpreter.engine import Run
from lintdem.interpreter.trace import Asked, Effect
from lintdem.interpreter.values import leaves, text
from lintdem.model.span import Place
from lintdem.program import Program
from lintdem.regexes import late

RESENDS = frozenset(
    {
        ("sqs", "send_message"), ("sqs", "send_message_batch"), ("sns", "publish"), ("sns", "publish_batch"),
        ("events", "put_events"), ("lambda", "invoke"), ("lambda", "invoke_async"), ("stepfunctions", "start_execution"),
        ("kinesis", "put_record"), ("kinesis", "put_records"),
    }
)  # fmt: skip
"""Calls by which a message comes to its consumer once more."""
_DEAD = late(r"(dlq|dead[-_ ]?letter)", re.IGNORECASE)
_AGAIN = late(
    r"redrive|re-?submit|requeue|(?<!p)re-?process|^replay(s|er|ing)?$"
    r"|(?<![a-z])replay(s|er|ing)?[-_ ]?(all|failed|failures?|events?|messages?|records?|archived?)(?![a-z])",
    re.IGNORECASE,
)
"""Names of what sends again. A replay is one when it stands alone or is one of events; that of a film or a game is none."""


def resends(effect: Effect) -> bool:
    """Whether a call sends on what was received: a part of the event, or of a message that was read, goes along. What goes
    to another queue of dead letters is put aside, not sent again."""
    call = effect.call
    goes = [leaf for name in call.destination if (value := call.arg(name)) is not None for leaf in leaves(value)]
    if (call.service, call.method) not in RESENDS or any(_DEAD.search(_named(leaf)) for leaf in goes):
        return False
    named = {*call.destination, "MessageGroupId", "MessageDeduplicationId"}
    return any(_is_received(leaf) for name, value in (*call.args, *call.held) if name not in named for leaf in leaves(value))


def _named(value: Value) -> str:
    return value.name if isinstance(value, Env) else text(value) or ""


def _is_received(value: Value) -> bool:
    return isinstance(value, Path) and value.root in ("event", "result") and (value.root == "event" or "Messages" in value.steps)


def consumes_dead_letters(run: Run, subject: Subject, program: Program) -> str:
    """By what a handler is known to get dead letters: its queue in the template, the queue it reads, or its name."""
    letters = dead_letters(program)
    for trigger in subject.triggers:
        if trigger.target is None or trigger.evidence is None:
            continue
        for stack in program.stacks_at(trigger.evidence):
            queue = queue_at(trigger.target, stack, program, trigger.evidence.path)
            if queue is not None and ((queue.place, queue.name) in letters or _DEAD.search(queue.queue_name or queue.name)):
                return f"{queue.name} holds dead letters"
    return _by_reading(run, program, letters) or _by_name(run)


def _by_reading(run: Run, program: Program, letters: set[tuple[Place, str]]) -> str:
    """The dead-letter queue that a handler polls itself."""
    for event in run.events:
        if not isinstance(event, Asked) or event.call.method != "receive_message":
            continue
        named = event.call.arg("QueueUrl")
        queue = queue_of(named, run.handler, program)
        if queue is not None and (queue.place, queue.name) in letters:
            return f"{queue.name}, which is read here, holds dead letters"
        for leaf in leaves(named) if named is not None else ():
            if _DEAD.search(_named(leaf)):
                return f"{_named(leaf)}, which is read here, holds dead letters"
    return ""


def _by_name(run: Run) -> str:
    """A handler called after dead letters, or after a replay."""
    handler = run.handler
    *_, folder, file = ("", *handler.path.removesuffix(".py").split("/"))
    dead = (name for name in (handler.function, handler.resource, file, folder) if _DEAD.search(name))
    again = (name for name in (handler.function, file) if _AGAIN.search(name))
    found = next(dead, None) or next(again, None)
    return f"{found} handles what failed before" if found else ""
