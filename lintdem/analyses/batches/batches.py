"""Batches of records: what one failing record makes run again, and what is acknowledged before it is done."""

from __future__ import annotations

import msgspec

from lintdem.analyses.cases import REPEATS, Case
from lintdem.analyses.failures import ASIDE, DOES, is_broad, reports_failures
from lintdem.analyses.guards import Answer, Fault, looked_at, same_store
from lintdem.analyses.subjects import Subject
from lintdem.interpreter.altering import replace
from lintdem.interpreter.domain import Caught, Check, Done, Known, Path, Value
from lintdem.interpreter.engine import Run
from lintdem.interpreter.leftovers import PARTLY
from lintdem.interpreter.trace import Asked, Effect, Loop, Swallowed, Threw
from lintdem.interpreter.values import leaves
from lintdem.interpreter.written import Texts, encloses, ends_in_first_round
from lintdem.knowledge import Kind
from lintdem.model.span import Place, Span
from lintdem.model.stack import Source
from lintdem.program import Program
from lintdem.program.remembering import attached


class Rerun(msgspec.Struct, frozen=True):
    """A loop over records that may raise after some were done. `effects` are what it does again; `duplicates`
    says whether that does harm; `raises` is a call in it that may raise; `dead` when the queue gives the batch up
    at its first failure."""

    run: Run
    subject: Subject
    loop: Loop
    effects: tuple[Effect, ...]
    duplicates: bool
    raises: Place
    dead: bool = False

    @property
    def place(self) -> Place:
        """The `for` itself."""
        span = self.loop.place.span
        return Place(self.loop.place.path, Span(span.line, span.column, span.line, span.column + len("for")))


class Early(msgspec.Struct, frozen=True):
    """A message that is acknowledged although work with it still follows."""

    run: Run
    subject: Subject
    acknowledged: Effect
    work: Effect


def reruns(run: Run, subject: Subject, cases: tuple[Case, ...], texts: Texts, program: Program) -> list[Rerun]:
    """The loops over the records of a batch whose failure makes the records that were done run again."""
    if subject.by_caller or not (subject.batch or subject.source is Source.LOGS):
        return []
    loops: dict[Place, tuple[Loop, list[Case]]] = {}
    for case in cases:
        loop = next((one for one in case.effect.loops if is_over_records(one)), None)
        if loop is not None and not loop.apart and not _is_lone(case.effect) and not _is_counted(case.effect):
            loops.setdefault(loop.place, (loop, []))[1].append(case)
    if not loops or reports_failures(run, subject, texts):
        return []
    found = [
        one
        for loop, inside in loops.values()
        if not _is_one_round(loop, texts) and (one := _rerun(run, subject, loop, inside)) is not None
    ]
    dead = _gives_up_at_once(subject, program)
    return [replace(one, dead=dead) for one in found if not any(_is_part(one, other) for other in found)]


def _is_one_round(loop: Loop, texts: Texts) -> bool:
    module = texts.modules.get(loop.place.path)
    return module is not None and ends_in_first_round(module, loop.place)


def _is_part(one: Rerun, other: Rerun) -> bool:
    """Whether another loop does all that this one does: it tells it already."""
    mine, its = {e.place for e in one.effects}, {e.place for e in other.effects}
    return one is not other and mine <= its and (mine < its or one.loop.place > other.loop.place)


def _gives_up_at_once(subject: Subject, program: Program) -> bool:
    """Whether the queue moves a message to its dead-letter queue after one receive."""
    return subject.evidence in _received_once(program)


@attached
def _received_once(program: Program) -> frozenset[Place]:
    """The event sources of templates whose queue gives a message up after one receive."""
    found = set()
    for stack in program.stacks:
        once = {queue.name for queue in stack.queues if queue.max_receives == 1}
        events = (event for function in stack.functions for event in function.events) if once else ()
        found |= {event.place for event in events if event.target is not None and event.target.text in once}
    return frozenset(found)


def _rerun(run: Run, subject: Subject, loop: Loop, cases: list[Case]) -> Rerun | None:
    if any(c.effect.call.service == "sqs" and c.effect.call.method in ASIDE for c in cases):
        return None
    raises = _raising(run, loop)
    if raises is None:
        return None
    bare = [c for c in cases if c.cover.answer is Answer.NO and not _is_remembered(c, loop, run)]
    doubled = tuple(c.effect for c in bare if c.harm.repeat in REPEATS)
    if doubled:
        return Rerun(run, subject, loop, doubled, True, raises)
    again = tuple(c.effect for c in bare if c.effect.call.kind is not Kind.TELEMETRY)
    return Rerun(run, subject, loop, again, False, raises) if again else None


def _is_remembered(case: Case, loop: Loop, run: Run) -> bool:
    """Whether each round looks for the record that it leaves: two runs at once pass that together, but a batch comes back when
    the run before it is over, and then finds what was done."""
    check = case.cover.check
    if check is None or check.words == PARTLY or case.cover.fault not in (Fault.CHECK, Fault.LOOKED):
        return False
    asked = looked_at(check)
    read = run.sites.get(asked.place) if asked is not None and asked.place is not None else None
    if read is None or case.cover.fault is Fault.LOOKED:
        return read is not None
    records = (e for e in run.events if isinstance(e, Effect) and e.place != case.effect.place and same_store(read, e))
    return any(one.place == loop.place for e in records for one in e.loops)


def _raising(run: Run, loop: Loop) -> Place | None:
    """A place in the loop from which an exception leaves the handler."""
    inside = [e for e in run.events if any(one.place == loop.place for one in e.loops)]
    # What can be anything is taken for what a broad clause in the loop names.
    ended = {error.place for e in inside if isinstance(e, Swallowed) and is_broad(e) for error in e.errors}
    leaving = {one.error.place for one in run.raises} - ended
    # What a function raises by its own decision, its callers may have a word about.
    inner = {one.error.place for one in run.raises if loop.place in one.loops and "any" in one.error.names}
    for event in inside:
        if isinstance(event, (Effect, Asked)) and event.place in leaving:
            return event.place
    return min((place for place in leaving if place in inner or encloses(loop.place, place)), default=None)


RECORDS = frozenset({"records", "logevents", "log_events", "rmqmessagesbyqueue", "messages"})


def is_over_records(loop: Loop) -> bool:
    """Whether one round takes one record of the event."""
    values: list[Value] = [*loop.items, *([loop.over] if loop.over is not None else [])]
    return any(
        isinstance(leaf, Path) and leaf.root == "event" and _is_record(leaf.steps)
        for value in values
        for leaf in leaves(value)
    )


def _is_record(steps: tuple[str, ...]) -> bool:
    """`Records[*]…`, an event that is a list itself, the log events inside a subscription's data."""
    if steps[:1] == ("*",):
        return True
    named = [i for i, step in enumerate(steps) if step.lower() in RECORDS]
    return bool(named) and all(not step.isdigit() for step in steps[: named[0] + 2])


LONE = frozenset({"Sns", "sns", "ses", "s3"})


def _is_lone(effect: Effect) -> bool:
    """Whether an effect uses the record of a source that always delivers one, though the handler knows batches too."""
    paths = [leaf.steps for leaf in _leaves(effect) if isinstance(leaf, Path) and leaf.root == "event"]
    return any(len(steps) > 2 and steps[1] == "*" and steps[2] in LONE for steps in paths)


def _is_counted(effect: Effect) -> bool:
    """Whether the handler refuses every event with more than one record."""
    return any(isinstance(fact, Check) and fact.kind == "alone" for fact in effect.must)


# --- acknowledged before the work ---

ACKNOWLEDGES = {
    ("sqs", "delete_message"): "ReceiptHandle", ("sqs", "delete_message_batch"): "Entries",
    ("stepfunctions", "send_task_success"): "taskToken",
}  # fmt: skip
ANSWERS = frozenset({"send_task_failure", "send_task_heartbeat"})
"""Other answers to the task whose token is acknowledged: no work of their own."""
COMMITS = frozenset({"commit", "store_offsets", "basic_ack", "ack"})


def early(run: Run, subject: Subject, cases: tuple[Case, ...]) -> list[Early]:
    """Messages that are acknowledged while work with them still follows."""
    found: dict[Place, Early] = {}
    effects = [case.effect for case in cases]
    for ack in effects:
        if not _acknowledges(ack):
            continue
        for work in effects:
            after = _follows(work, ack) or (not _is_used_before(ack, effects) and _follows_round(work, ack))
            if work.place != ack.place and after and _is_work(work) and _shares(work, ack) and not _is_instead(work, ack, run):
                found.setdefault(ack.place, Early(run, subject, ack, work))
    return list(found.values())


def _is_instead(work: Effect, ack: Effect, run: Run) -> bool:
    """Whether the work is done where the acknowledgement, the last step of a `try`, or one before it has failed."""
    done = Done(ack.place, ack.call.name)
    for one in run.events:
        if isinstance(one, Swallowed) and Caught(one.place) in work.must and one.block is not None and one.block in ack.caught:
            inside = (e for e in run.events if isinstance(e, (Effect, Asked, Threw)) and one.block in e.caught)
            return not any(done in e.may and e.place != ack.place for e in inside)
    return False


def _acknowledges(effect: Effect) -> bool:
    call = effect.call
    return (call.service, call.method) in ACKNOWLEDGES or ("kafka" in call.service and call.method in COMMITS)


def _follows(work: Effect, ack: Effect) -> bool:
    """Whether the work comes after the acknowledgement, in the same round of the same loops."""
    done = any(isinstance(fact, Done) and fact.place == ack.place for fact in work.may)
    return done and [one.place for one in work.loops][: len(ack.loops)] == [one.place for one in ack.loops]


def _is_work(effect: Effect) -> bool:
    call = effect.call
    # What is only taken away, such as the token of the task itself, is tidied up behind the answer.
    tidies = call.write is not None and bool(call.write.values) and all(value == _TAKEN for _, value in call.write.values)
    does = call.kind in DOES and call.method not in ASIDE and call.method not in ANSWERS
    return does and not tidies and not _acknowledges(effect)


_TAKEN = Known(None, "deleted")


def _follows_round(work: Effect, ack: Effect) -> bool:
    """Whether the work comes after a loop that did nothing but acknowledge what was received."""
    outer = [one.place for one in ack.loops][:-1]
    done = any(isinstance(fact, Done) and fact.place == ack.place for fact in work.may)
    return done and bool(ack.loops) and [one.place for one in work.loops][: len(outer)] == outer


def _is_used_before(ack: Effect, effects: list[Effect]) -> bool:
    """Whether something was done before the message was acknowledged."""
    done = {fact.place for fact in ack.may if isinstance(fact, Done)}
    return any(e.place in done and e.place != ack.place and _is_work(e) for e in effects)


def _shares(work: Effect, ack: Effect) -> bool:
    """Whether the work uses the message that was acknowledged."""
    message = {_root(leaf) for leaf in _leaves(ack)} - {None}
    return any(_root(leaf) in message for leaf in _leaves(work))


def _leaves(effect: Effect) -> list[Value]:
    write = effect.call.write
    stored = (*write.key, *write.values) if write is not None else ()
    return [leaf for _, value in (*effect.call.args, *stored) for leaf in leaves(value)]


def _root(value: Value) -> tuple[str, Place | None] | None:
    """Where a value comes from: the event, or the call that received the message."""
    if isinstance(value, Path) and value.root in ("event", "result"):
        return value.root, value.place
    return None
