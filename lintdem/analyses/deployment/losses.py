"""Where the failures of deployed functions go: what is lost, what holds a stream up, what comes back too soon or expires."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from lintdem.analyses.cases import Case, Kind
from lintdem.analyses.deployment.deployments import (
    ASYNC_AGE,
    ASYNC_RETRIES,
    ASYNCHRONOUS,
    RETENTION,
    STREAMS,
    VISIBILITY,
    Deployed,
    Fed,
    dead_letters,
    fed,
    queue_at,
)
from lintdem.analyses.deployment.eaten import EACH, WORDS, ends_each, ends_inside
from lintdem.analyses.plans import duration
from lintdem.analyses.subjects import may_be_read
from lintdem.analyses.timeliness import is_fresh_checked, time_bound
from lintdem.interpreter.altering import replace
from lintdem.model.finding import Level, Step
from lintdem.model.span import Place
from lintdem.model.stack import Event, Queue, Source
from lintdem.program import Program
from lintdem.program.triggers import of_event

_OLD = (Kind.STALE, Kind.UNORDERED)
"""Faults that an old event does."""
DAY = 86_400
LONGEST = 14 * DAY
"""The longest that SQS keeps a message."""

DOUBLES = frozenset(
    {Kind.UNGUARDED, Kind.MINTED, Kind.TOKENLESS, Kind.ACCUMULATES, Kind.INSERTED, Kind.TAKEN_BACK, Kind.RESENT_DEAD,
     Kind.HALF_DONE}
)  # fmt: skip
"""Effects that a second run does again, with nothing that holds it back."""


class Fault(msgspec.Struct, frozen=True):
    """A fault of a deployed function that stands at a resource or property of its template. `name` is the resource,
    `words` what happens, `case` the effect that it matters for, if that is known; `queued` when it is a queue that has no
    end for what fails."""

    place: Place
    name: str
    words: str
    deployed: Deployed
    case: Case | None
    why: tuple[Step, ...] = ()
    guard: str = ""
    level: Level = Level.WARNING
    queued: bool = False


def lost(functions: Sequence[Deployed], program: Program) -> Iterator[Fault]:
    """Functions and queues whose failures go nowhere, where a run that is lost leaves work undone."""
    return _as_far_as_seen(_lost(functions, program), program)


def _as_far_as_seen(found: Iterator[Fault], program: Program) -> Iterator[Fault]:
    """The faults that hang on failing runs; where no failure leaves the handler, they hold for crashes only."""
    for one in found:
        run = one.deployed.run
        if ends_inside(run, program):
            yield replace(one, guard=WORDS, level=Level.NOTE)
        else:
            # A message of a queue that cannot be read comes again for days; anything else that cannot be read is lost either way.
            each = not one.queued and ends_each(run)
            yield replace(one, guard=EACH, level=Level.NOTE) if each else one


def _lost(functions: Sequence[Deployed], program: Program) -> Iterator[Fault]:
    last = dead_letters(program)
    for one in fed(functions, program):
        if one.queue.redrive is None and "redrive" not in one.queue.unread and (one.queue.place, one.queue.name) not in last:
            for found in fault(one.deployed, one.queue.place, one.queue.name, _poisonous(one.queue), one.event):
                yield replace(found, queued=True)
    for function in functions:
        yield from _lost_event(function)
        for event in function.function.events:
            if event.source in STREAMS and event.failures is None and not _is_endless(event) and not event.unread:
                words = (
                    f"a batch that keeps failing is skipped {_end(event)}, and its records are lost: there is no on-failure "
                    "destination"
                )
                yield from fault(function, event.place, function.function.name, words, event)


def _end(event: Event) -> str:
    """When a stream gives a batch up."""
    if event.max_retries is not None and event.max_retries >= 0:
        return f"after {event.max_retries + 1} runs" if event.max_retries else "after one run"
    return f"when it is {duration(event.max_age or 0)} old"


def _lost_event(one: Deployed) -> Iterator[Fault]:
    function = one.function
    queued = [event for event in function.events if event.source in ASYNCHRONOUS]
    events = [event for event in queued if may_be_read(of_event(function, event), one.run)]
    # Of several the one that the handler is judged by.
    event = next((event for event in events if event.source is one.subject.source), next(iter(events), None))
    if event is None or function.dead_letter is not None or function.on_failure is not None or "async_retries" in function.unread:
        return
    runs = (ASYNC_RETRIES if function.async_retries is None else function.async_retries) + 1
    many = f"after {runs} runs" if runs > 1 else "after one run"
    words = f"an event that keeps failing is lost {many}: {function.name} has no dead-letter queue and no on-failure destination"
    guard = "the dead-letter queue of the subscription or rule takes what Lambda did not accept, not what the function fails on"
    yield from fault(one, function.place, function.name, words, event, guard if event.failures is not None else "")


def _poisonous(queue: Queue) -> str:
    age = RETENTION if queue.retention is None else queue.retention
    visibility = VISIBILITY if queue.visibility is None else queue.visibility
    if {"retention", "visibility"} & set(queue.unread) or not visibility:
        return f"a message that keeps failing runs again until it expires and is then lost: {queue.name} has no redrive policy"
    runs = f"some {age // visibility} times, " if age // visibility > 1 else ""
    return (
        f"a message that keeps failing runs again every {duration(visibility)}, {runs}and is lost after {duration(age)}: "
        f"{queue.name} has no redrive policy"
    )


def endless(functions: Sequence[Deployed], program: Program) -> Iterator[Fault]:
    """Streams whose shard waits for a batch that keeps failing until its records expire."""
    return _as_far_as_seen(_endless(functions), program)


def _endless(functions: Sequence[Deployed]) -> Iterator[Fault]:
    for one in functions:
        for event in one.function.events:
            if event.source in STREAMS and _is_endless(event):
                which = "from the failed record on" if event.reports_failures else "in halves" if event.bisects else "whole"
                words = (
                    f"a record that {one.function.name} keeps failing on stops its shard until it expires, 24 hours or more, and "
                    f"its batch runs again {which} all that time: neither retries nor age have a limit"
                )
                yield from fault(one, event.place, one.function.name, words, event)


def _is_endless(event: Event) -> bool:
    unlimited = [value is None or value < 0 for value in (event.max_retries, event.max_age)]
    return all(unlimited) and not {"max_retries", "max_age"} & set(event.unread)


def short(functions: Sequence[Deployed], program: Program) -> Iterator[Fault]:
    """Queues that show a message again before Lambda is through with it."""
    for one in fed(functions, program):
        queue, timeout = one.queue, one.deployed.timeout
        visibility = VISIBILITY if queue.visibility is None else queue.visibility
        if timeout is None or "visibility" in queue.unread or visibility >= 6 * timeout:
            continue
        told = duration(visibility) if queue.visibility is not None else f"{duration(visibility)} by default"
        name = one.deployed.function.name
        limits = f"{queue.name} has a visibility timeout of {told}, {{}} the timeout of {duration(timeout)} of {name}"
        if visibility < timeout:
            words = f"Lambda refuses the event source mapping: {limits.format('shorter than')}"
        else:
            words = (
                f"a message that waits while the function is throttled is delivered again and counts as failed: "
                f"{limits.format('less than 6 times')}"
            )
        yield from fault(one.deployed, queue.place, queue.name, words, one.event)


def aged(functions: Sequence[Deployed], program: Program) -> Iterator[Fault]:
    """Dead letters that expire unseen, or that a redrive sends to a handler which does not look at their age."""
    for one in fed(functions, program):
        queue = one.queue
        letters = queue_at(queue.redrive, one.deployed.stack, program, queue.place.path)
        if letters is None or "retention" in (*queue.unread, *letters.unread):
            continue
        kept, after = (RETENTION if q.retention is None else q.retention for q in (queue, letters))
        said = queue.retention is not None or letters.retention is not None
        if not letters.fifo and (after < kept or (after == kept and said and after < LONGEST)):
            words = (
                f"a message that fails late expires unseen: {letters.name} keeps it for {duration(after)} since it was first sent, "
                f"{'shorter than' if after < kept else 'no longer than'} {queue.name} with {duration(kept)}"
            )
            yield from fault(one.deployed, letters.place, letters.name, words, one.event)
        elif letters.retention is not None and letters.retention > DAY:
            yield from _replayed(one, letters)


def _replayed(one: Fed, letters: Queue) -> Iterator[Fault]:
    """An effect that a redrive of old dead letters repeats, and that is not reported for its lateness already."""
    late = [case for case in one.deployed.cases if case.kind in DOUBLES and not is_fresh_checked(case.effect)]
    if late and not any(case.kind in _OLD for case in one.deployed.cases):
        words = (
            f"a redrive sends messages up to {duration(letters.retention or 0)} old to {one.deployed.function.name}, where "
            f"{late[0].effect.call.name} has neither a guard nor a look at their age"
        )
        for found in fault(one.deployed, letters.place, letters.name, words, one.event):
            yield replace(found, case=late[0], level=Level.NOTE)


def unbounded(functions: Sequence[Deployed]) -> Iterator[Fault]:
    """Asynchronous functions that may run hours late although what they do is bound to its time."""
    for one in functions:
        function = one.function
        event = next((event for event in function.events if event.source in (*ASYNCHRONOUS, Source.SCHEDULE)), None)
        bounded = (function.async_max_age, function.async_retries) != (None, None) or function.unread
        stale = next((case for case in one.cases if is_time_bound(case)), None)
        if event is None or bounded or stale is None:
            continue
        written = stale.effect.call.write
        does = "delete" if written is not None and written.kind == "delete" else "overwrite"
        late = f"may {does} what is newer" if written is not None else "is right only for a while"
        words = (
            f"an event may run {duration(ASYNC_AGE)} late: {function.name} limits neither age nor retries, and "
            f"{stale.effect.call.name} {late}"
        )
        ruled = (event.max_age, event.max_retries) != (None, None)
        guard = "the rule's retry policy ends when Lambda has accepted the event, not when the function has run" if ruled else ""
        yield from fault(one, function.place, function.name, words, event, guard, stale)


def is_time_bound(case: Case) -> bool:
    """Whether an effect is right only for a while, also where more is wrong with it than that."""
    return case.kind in _OLD or bool(time_bound(case.effect, case.run, case.subject))


def fault(
    one: Deployed, place: Place, name: str, words: str, event: Event, guard: str = "", case: Case | None = None
) -> Iterator[Fault]:  # fmt: skip
    """The fault, if the handler has an effect that it matters for."""
    one = one.called_by(event.source)
    case = case or one.work
    if case is None:
        return
    why = (
        Step(event.place, f"{event.source.value} calls {one.function.name}"),
        Step(Place(one.run.handler.path, one.run.handler.span), f"which runs {one.run.handler.function}"),
        Step(case.effect.place, f"{case.effect.call.name} is its work"),
    )
    yield Fault(place, name, words, one, case, why, guard)
