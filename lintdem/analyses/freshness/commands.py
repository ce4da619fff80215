"""Late requests: a queue carries "start", "stop" or "resize" until long after somebody wanted it, and nobody looks when
it was asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec

from lintdem.analyses.cases import Case, Kind
from lintdem.analyses.keys import readable
from lintdem.analyses.subjects import Subject
from lintdem.interpreter.ages import freshness
from lintdem.interpreter.domain import Check, Path, Value
from lintdem.interpreter.engine import Run
from lintdem.interpreter.trace import Tested
from lintdem.interpreter.values import leaves
from lintdem.knowledge import command, tells_what_happened
from lintdem.model.finding import Redelivers
from lintdem.model.span import Place
from lintdem.model.stack import Queue, Source
from lintdem.program import Program, Trigger
from lintdem.regexes import late

_CARRIERS = frozenset({Source.SQS, Source.SQS_FIFO, Source.SNS, Source.MQ})
"""Sources by which one program asks another to act; what streams and buses of AWS bring is news."""

_ASKS = late(r"(request|command)", re.IGNORECASE)
_PROMPT = 15 * 60
_STORES = frozenset({"dynamodb", "s3", "ssm", "redis", "valkey", "rds-data", "appconfigdata"})
_WANTED = late(r"(desired|wanted|intend|intent|cancel|supersed|schedule|until|enabled|request)", re.IGNORECASE)
_TELLS_APART = late(r"(version|number|revision|generation|sequence|token|etag|(^|_)id$|Id$)", re.IGNORECASE)


class LateRequest(msgspec.Struct, frozen=True):
    """The handler carries out `commands`, as long ago as they may have been asked for."""

    run: Run
    subject: Subject
    commands: tuple[tuple[Case, str], ...]

    @property
    def place(self) -> Place:
        """Where the age should be looked at: the fault is that of the handler, not of each call."""
        return Place(self.run.handler.path, self.run.handler.span)


def late_requests(run: Run, subject: Subject, cases: Iterable[Case], program: Program) -> Iterator[LateRequest]:
    """The requests that a handler carries out without asking how old they are, if it does."""
    if not _comes_late(subject, program) or _is_news(run) or _compares_age(run):
        return
    found: dict[Place, tuple[Case, str]] = {}
    for case in cases:
        if case.kind in (Kind.STALE, Kind.UNORDERED):
            # The age of the event is already missed there: that is one fault, with one remedy.
            return
        does = _carried_out(case)
        if does and case.kind is Kind.NOTHING and not _still_wanted(case, run):
            found.setdefault(case.effect.place, (case, does))
    if found:
        yield LateRequest(run, subject, tuple(found.values()))


def _comes_late(subject: Subject, program: Program) -> bool:
    if not subject.late or subject.redelivers is not Redelivers.ITSELF:
        return False
    triggers = [t for t in subject.triggers if t.source in _CARRIERS or _asks(t)]
    return any(not _is_prompt(trigger, program) for trigger in triggers)


def _asks(trigger: Trigger) -> bool:
    """An event bus carries a request where its type says so."""
    return trigger.source is Source.EVENTBRIDGE and any(map(_ASKS.search, trigger.detail_types))


def _is_prompt(trigger: Trigger, program: Program) -> bool:
    """Whether the source itself drops what is older than a quarter of an hour."""
    queue = _queue(trigger, program)
    if queue is not None:
        return queue.retention is not None and queue.retention <= _PROMPT and queue.redrive is None
    return trigger.max_age is not None and trigger.max_age <= _PROMPT and trigger.failures is None


def _queue(trigger: Trigger, program: Program) -> Queue | None:
    if trigger.target is None or trigger.evidence is None:
        return None
    queues = (q for stack in program.stacks_at(trigger.evidence) for q in stack.queues)
    return next((q for q in queues if trigger.target.text in (q.name, q.queue_name)), None)


def _is_news(run: Run) -> bool:
    """Whether the payload tells what has happened: a state change, an alarm, a finding, an object that was stored."""
    return any(tells_what_happened(step) for path in run.paths for step in _payload(path))


def _payload(path: tuple[str, ...]) -> tuple[str, ...]:
    """The steps inside what the sender wrote."""
    for envelope in ("body", "Message", "message", "data", "detail"):
        if envelope in path:
            return path[path.index(envelope) + 1 :]
    return ()


def _compares_age(run: Run) -> bool:
    return any(isinstance(e, Tested) and freshness(e.test) is not None for e in run.events)


def _carried_out(case: Case) -> str:
    """What the payload asked for, if the call does that."""
    call = case.effect.call
    known = command(call.service, call.method)
    if known is None or (known.amount and not any(call.arg(name) is not None for name in known.amount)):
        return ""
    said = {*known.target, *known.amount}
    wanted = [value for name, value in (*call.args, *call.held) if name.partition("[")[0] in said]
    return known.does if any(_is_asked_for(value, case.run) for value in wanted) else ""


def _is_asked_for(value: Value, run: Run, depth: int = 3) -> bool:
    """Whether the payload says it, or names what was looked up to find it."""
    for leaf in leaves(value):
        if not isinstance(leaf, Path):
            continue
        if leaf.root == "event" and _payload(leaf.steps):
            return True
        read = run.sites.get(leaf.place) if leaf.root == "result" and leaf.place is not None and depth else None
        if read is not None and any(_is_asked_for(v, run, depth - 1) for _, v in (*read.args, *read.held)):
            return True
    return False


def _still_wanted(case: Case, run: Run) -> bool:
    """Whether a record was asked what is wanted now: its wish, or whether this request is the last one."""
    facts = (*case.effect.must, *case.effect.may)
    return any(isinstance(f, Check) and _asks_for_wish(f, run) for f in facts)


def _asks_for_wish(fact: Check, run: Run) -> bool:
    subject = fact.subject
    if fact.kind != "state" or not isinstance(subject, Path) or subject.place is None:
        return False
    read = run.sites.get(subject.place)
    if read is None or read.service not in _STORES:
        return False
    name = readable(subject.steps)
    besides = ("said", "beside", "differs")
    compared = any(isinstance(e, Tested) and e.test.op not in besides and e.test.place == fact.place for e in run.events)
    return bool(_WANTED.search(name)) or (compared and bool(_TELLS_APART.search(name)))
