"""Loops over records that are left before their end: what comes behind is never looked at, and the batch counts as done."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from lintdem.analyses.batches.batches import is_over_records
from lintdem.analyses.failures import DOES, head_of, is_answered, is_kept, reports_failures
from lintdem.analyses.subjects import Subject
from lintdem.interpreter.domain import Caught, Check, Failed
from lintdem.interpreter.engine import Run
from lintdem.interpreter.trace import Asked, Effect, Left, Swallowed, Threw
from lintdem.interpreter.written import Texts, calls, changes, encloses, last_of, nodes, only_tells
from lintdem.model.function import Break, DefineClass, DefineFunction, For, If, Match, Return, Stmt, Try, While, With
from lintdem.model.module import Module
from lintdem.model.span import Place, Span
from lintdem.model.stack import Source
from lintdem.model.values import Attr, Const, Expr, Name, Yield

_BATCHES = frozenset({Source.SQS, Source.SQS_FIFO, Source.KINESIS, Source.DYNAMODB_STREAM})
_SHARED = frozenset({"eventSource", "eventSourceARN", "event_source", "event_source_arn", "awsRegion", "aws_region"})
"""What all records of a batch have in common: to leave for that is to leave for all of them."""


class Cut(msgspec.Struct, frozen=True):
    """A loop at `loop` is left at `place`; `always` when no record but the first is ever reached; `effect` is what it
    does for a record, or what is done behind it with what it `gathers`; `raised` where it was left when `place` is the
    `except` around it."""

    run: Run
    subject: Subject
    place: Place
    loop: Place
    effect: Effect
    always: bool = False
    gathers: bool = False
    raised: Place | None = None


def cut_short(run: Run, subject: Subject, texts: Texts) -> list[Cut]:
    """Where a handler of batches leaves the loop over their records although it ends well."""
    if subject.by_caller or not subject.batch or subject.source not in _BATCHES:
        return []
    if reports_failures(run, subject, texts):
        return []
    loops: dict[Place, Effect] = {}
    rounds: dict[Place, Left] = {}
    for event in run.events:
        if event.loops and is_over_records(event.loops[0]):
            if isinstance(event, Left):
                rounds.setdefault(event.loops[0].place, event)
            if isinstance(event, Effect) and event.call.kind in DOES:
                loops.setdefault(event.loops[0].place, event)
    gathering = {place: effect for place, one in rounds.items() if place not in loops and (effect := _behind(run, one, place))}
    found = []
    for place, effect in {**loops, **gathering}.items():
        module = texts.modules.get(place.path)
        loop = _loop_at(module, place) if module is not None else None
        if loop is None or module is None or (place in gathering and not _is_gathered(loop, module)):
            continue
        busy = _busy(run, place.path)
        for one in _ways_out(loop, texts, busy):
            always = one is last_of(loop.body)
            found.append(Cut(run, subject, Place(place.path, one.span), place, effect, always, place in gathering))
    return [one for one in found if one.always] or [*found, *_caught_outside(run, subject, loops, texts)]


def _behind(run: Run, one: Left, loop: Place) -> Effect | None:
    """What the function does behind a loop of its own."""
    depth = len(one.stack)
    if not encloses(loop, one.place):
        return None
    for event in run.events:
        if isinstance(event, Effect) and event.call.kind in DOES and event.stack[:depth] == one.stack:
            place = event.stack[depth].place if len(event.stack) > depth else event.place
            if place.path == loop.path and place.span.line > loop.span.end_line:
                return event
    return None


def _is_gathered(loop: For, module: Module) -> bool:
    """Whether the rounds of a loop collect something that is used behind it."""
    kept = changes(loop.body) - {n.id for n in nodes(loop.target) if isinstance(n, Name)}
    named = (n for n in nodes(module.body) if isinstance(n, Name) and n.id in kept)
    return any(n.span.line > loop.span.end_line for n in named)


def _caught_outside(run: Run, subject: Subject, loops: dict[Place, Effect], texts: Texts) -> Iterator[Cut]:
    """The clauses around a loop that end what the program itself raises for one of the records."""
    thrown = {e.place: e for e in run.events if isinstance(e, Threw) and e.loops}
    effects = [e for e in run.events if isinstance(e, Effect)]
    for one in run.events:
        if not isinstance(one, Swallowed) or one.block is None or is_kept(one) or is_answered(one, effects, run, texts):
            continue
        for error in one.errors:
            threw = thrown.get(error.place)
            loop = threw.loops[0].place if threw is not None else None
            if threw is None or loop is None or loop not in loops or any(around.place == loop for around in one.loops):
                continue
            if not _is_told_before(threw, effects):
                yield Cut(run, subject, head_of(one), loop, loops[loop], raised=threw.place)
                break


def _is_told_before(threw: Threw, effects: list[Effect]) -> bool:
    """Whether something was done about it before it was raised: the records that are left were sent back, or a row says so."""
    why = {fact for fact in threw.must if isinstance(fact, (Caught, Check, Failed))}
    return any(fact in e.must for e in effects for fact in why)


def _loop_at(module: Module, place: Place) -> For | None:
    loop = next((n for n in nodes(module.body) if isinstance(n, For) and n.span == place.span), None)
    return None if loop is None or any(isinstance(n, Yield) for n in nodes(loop.body)) else loop


def _busy(run: Run, path: str) -> frozenset[Span]:
    """Where in a file something is done, or a function called that does something."""
    events = [e for e in run.events if isinstance(e, (Effect, Asked))]
    places = (place for e in events for place in (e.place, *(call.place for call in e.stack)))
    return frozenset(place.span for place in places if place.path == path)


def _ways_out(loop: For, texts: Texts, busy: frozenset[Span]) -> Iterator[Stmt]:
    """The statements by which a loop is left for good."""
    target = {n.id for n in nodes(loop.target) if isinstance(n, Name)}
    if isinstance(loop.body[-1], Break):
        yield loop.body[-1]
    yield from (one for one in _returns(loop.body) if not _hands_on(one, target, texts, busy))


def _returns(body: tuple[Stmt, ...]) -> Iterator[Return]:
    """What returns, except from an `except`, which is told as the end of a failure, and where all records are alike."""
    for statement in body:
        if isinstance(statement, Return):
            yield statement
        elif isinstance(statement, If):
            yield from _returns(statement.other)
            if not any(_names_shared(n) for n in nodes(statement.test)):
                yield from _returns(statement.then)
        elif isinstance(statement, Try):
            yield from _returns((*statement.body, *statement.other))
        elif isinstance(statement, (For, While, With)):
            yield from _returns(statement.body)
        elif isinstance(statement, Match):
            for case in statement.cases:
                yield from _returns(case.body)
        elif isinstance(statement, (DefineFunction, DefineClass)):
            continue


def _names_shared(node: object) -> bool:
    name = node.name if isinstance(node, Attr) else node.value if isinstance(node, Const) else None
    return isinstance(name, str) and name in _SHARED


def _hands_on(one: Return, target: set[str], texts: Texts, busy: frozenset[Span]) -> bool:
    """Whether what is returned is what was looked for among the records, or what somebody does with the others; a
    function of the program that did nothing when it ran only makes the answer."""
    value: Expr | None = one.value
    named = {n.id for n in nodes(value) if isinstance(n, Name)} if value is not None else set()
    if named & target or any(span.line in range(one.span.line, one.span.end_line + 1) for span in busy):
        return True
    return any(not only_tells(call) and not texts.defines(call[-1]) for call in calls(value))
