"""Failures that end in the code although the source takes a quiet end as success: the event is gone.

`lost` gives the `except` clauses that eat the failure of an effect, `unread` the calls whose partial or
HTTP failure nobody looks at.
"""

from __future__ import annotations

import msgspec

from lintdem.analyses.badanswers import badly_answered, is_hopeless
from lintdem.analyses.besteffort import is_beside_work, is_word_of_failure
from lintdem.analyses.bytime import is_of_its_day
from lintdem.analyses.carried import carries_event, is_received
from lintdem.analyses.commits import committed_in
from lintdem.analyses.elsewhere import does_elsewhere
from lintdem.analyses.markers import is_marker, is_passed_over
from lintdem.analyses.memories import is_memory
from lintdem.analyses.quietends import TAKES_SUCCESS, ends_in, takes_success
from lintdem.analyses.subjects import Subject, may_be_brought_by
from lintdem.analyses.toolfailures import is_told_to_model
from lintdem.analyses.unbegun import FALLS, SILENT_HTTP, unread_before
from lintdem.analyses.unbound import fails_itself
from lintdem.interpreter.domain import Caught, Check, Claim, Failed, Known, Value
from lintdem.interpreter.engine import Run
from lintdem.interpreter.libraries.requests import is_told_to_many, only_asks
from lintdem.interpreter.trace import Asked, Effect, Swallowed, Threw
from lintdem.interpreter.values import NONE, known, leaves
from lintdem.interpreter.written import (
    COLLECTS,
    Texts,
    answers_falsehood,
    calls,
    caught_by,
    changes,
    encloses,
    gained,
    goes_on_to_falsehood,
    hands_on_falsehood,
    is_let_go,
    only_tells,
    sets_parts,
    words_for_falsehood,
)
from lintdem.knowledge import Kind
from lintdem.model.span import Place, Span
from lintdem.model.stack import Source

QUEUES = frozenset({Source.SQS, Source.SQS_FIFO})
"""Sources whose messages Lambda deletes when the handler returns, whatever the handler has deleted itself."""

BROAD = frozenset(
    """
        Exception BaseException ClientError BotoCoreError Boto3Error RequestException HTTPError
        S3UploadFailedError ConnectionError Timeout URLError OSError IOError EnvironmentError RuntimeError HTTPException
        SMTPException SQLAlchemyError DatabaseError OperationalError PyMongoError RedisError ApiException
        StripeError APIError KafkaException KafkaError EndpointConnectionError ReadTimeout ConnectTimeout
        ReadTimeoutError ConnectTimeoutError TimeoutError TransportError HTTPStatusError RequestError
        ClientConnectionError TwilioRestException SlackApiError Error MySQLError InterfaceError
    """.split()
)
"""Exceptions that mean "it did not work", not one foreseen answer of a service."""

DOES = frozenset({Kind.EFFECT, Kind.CREATE, Kind.WRITE, Kind.SET})
ASIDE = frozenset(
    {"delete_message", "delete_message_batch", "change_message_visibility", "change_message_visibility_batch"}
)
MEMORIES = frozenset({"redis", "valkey", "pymemcache", "memcache"})
CACHES = MEMORIES | {"builtins", "os", "shutil", "tempfile", "pathlib", "io"}
REPORTS = frozenset({"batchItemFailures", "batch_item_failures", "batchItemIdentifiers"})
FRAMEWORK = "record_handler"


class Lost(msgspec.Struct, frozen=True):
    """An `except` that eats the failure of `effects`; `words` says how the handler goes on, `gone` what is lost."""

    run: Run
    subject: Subject
    place: Place
    swallowed: Swallowed
    effects: tuple[Effect | Asked, ...]
    words: str
    gone: str


def reports_failures(run: Run, subject: Subject, texts: Texts) -> bool:
    """Whether the handler names the records that failed, by the template or in what it returns."""
    if subject.reports_failures:
        return True
    paths = {run.handler.path, *(e.place.path for e in run.events)}
    return any(texts.holds(path, REPORTS) for path in paths)


def is_kept(one: Swallowed) -> bool:
    """Whether a guard of Powertools keeps what is answered here as the answer for every later delivery: a fault of its own."""
    return any(isinstance(fact, Claim) and fact.kind.startswith("Powertools ") for fact in one.must)


def is_broad(one: Swallowed) -> bool:
    """Whether a clause takes whatever goes wrong, not one foreseen answer."""
    return one.types is not None and not BROAD.isdisjoint(one.types)


def lost(run: Run, subject: Subject, texts: Texts) -> list[Lost]:
    """The failures that end in the code while the source believes the work done."""
    planned = subject.source is Source.SCHEDULE
    if subject.by_caller or not (planned or takes_success(subject)):
        return []
    ended = [e for e in run.events if isinstance(e, Swallowed)]
    refused = {e.place: badly_answered(e, run, texts) for e in ended}
    swallowed = [e for e in ended if is_broad(e) or refused[e.place] or _is_converted(e, run, texts)]
    effects = [e for e in run.events if isinstance(e, Effect) and not only_asks(e)]
    # Labels on what is there, and what a handler keeps in mind for itself, are the work only where nothing else is done.
    done = [e for e in effects if "tag" not in e.call.method] or effects
    work = [e for e in done if not is_memory(e, run)] or done
    asides = [e for e in effects if e.call.service == "sqs" and e.call.method in ASIDE]
    polls = bool(asides) and any(isinstance(e, Asked) and e.call.method == "receive_message" for e in run.events)
    if not swallowed or (asides and not polls and subject.source not in QUEUES):
        return []
    partial = reports_failures(run, subject, texts)
    reports = [e for e in swallowed if e.block is not None and partial and COLLECTS & _called(e)]
    gone = "nobody runs it again" if planned else "the event is gone"
    found: dict[Place, Lost] = {}
    for one in swallowed:
        if is_kept(one) or (partial and not _is_below(one, reports) and _may_be_named(one, texts)):
            continue
        if partial and any(encloses(e.place, one.place) and e.place != one.place for e in ended if COLLECTS & _called(e)):
            continue  # The clause around it reports the record all the same.
        if polls and not any(_is_acknowledged_after(e, one) for e in asides):
            continue
        eaten: tuple[Effect | Asked, ...] = _eaten(one, work, run, refused[one.place], planned and not polls, polls)
        eaten = tuple(e for e in eaten if may_be_brought_by(e, subject))
        unread = () if eaten or planned or polls else unread_before(one, work, [e for e in work if _is_work(e)], run)
        eaten, heard = eaten or unread, [e for e in effects if not unread or Caught(one.place) not in e.may or one.ends != FALLS]
        ends = eaten and not fails_itself(one, eaten, texts)
        if ends and not is_answered(one, heard, run, texts) and not _may_be_read(one, subject):
            # Of several clauses of one `try` the first tells it.
            found.setdefault(one.block or one.place, Lost(run, subject, head_of(one), one, eaten, _words(one, subject), gone))
    return list(found.values())


def _called(one: Swallowed) -> set[str]:
    """The names of what a clause calls."""
    return {call[-1] for call in calls(one.body)}


def _is_below(one: Swallowed, reports: list[Swallowed]) -> bool:
    """Whether a failure ends before it comes to what reports the record: the framework that runs the function, or the clause
    around its call that collects what failed."""
    if any(step.text == FRAMEWORK for step in one.stack):
        return True
    return any(
        report.block is not None and report.stack == one.stack[: len(report.stack)]
        and len(one.stack) > len(report.stack) and encloses(report.block, one.stack[len(report.stack)].place)
        for report in reports
    )  # fmt: skip


def _may_be_named(one: Swallowed, texts: Texts) -> bool:
    """Whether a clause may have its record named among those that failed: it notes the failure, answers with it or hands it on."""
    answers, module = any(value != NONE for value in one.values), texts.modules.get(one.place.path)
    return answers or bool(changes(one.body)) or module is None or any(not texts.tells(call, module) for call in calls(one.body))


def head_of(one: Swallowed) -> Place:
    """The `except` itself, not its block."""
    span = one.place.span
    return Place(one.place.path, Span(span.line, span.column, span.line, span.column + len("except")))


def _is_acknowledged_after(aside: Effect, one: Swallowed) -> bool:
    """Whether a message that the handler has fetched itself is deleted although the work with it has failed."""
    deletes = aside.call.method.startswith("delete_message")
    return deletes and Caught(one.place) in aside.may and one.block not in aside.caught


def _is_converted(one: Swallowed, run: Run, texts: Texts) -> bool:
    """Whether what a clause takes is an exception of the program that stands for whatever went wrong: it was raised in a
    clause that takes everything, and not where that was asked whether a claim was refused."""
    places = {error.place for error in one.errors}
    inside = {
        fact.place
        for event in run.events
        if isinstance(event, Threw) and event.place in places and not any(isinstance(f, Failed) for f in event.must)
        and not is_hopeless(event.place, texts)
        for fact in event.must
        if isinstance(fact, Caught)
    }
    # Where the inner clause has told somebody, stored it or sent it elsewhere, nothing is lost.
    told = {fact for event in run.events if isinstance(event, Effect) for fact in event.must if isinstance(fact, Caught)}
    untold = [place for place in inside if Caught(place) not in told]
    return any(not BROAD.isdisjoint(caught_by(texts.modules.get(place.path), place)) for place in untold)


def _eaten(
    one: Swallowed, effects: list[Effect], run: Run, refused: set[Place], planned: bool, polls: bool
) -> tuple[Effect, ...]:  # fmt: skip
    """The effects whose failure ends here, also when it was raised again as another exception on the way."""
    places = {error.place for error in one.errors} | refused
    raised = {
        fact.place
        for event in run.events
        if isinstance(event, Threw) and event.place in places
        for fact in _belongs_to(event)
    }
    inner = [e.block for e in run.events if isinstance(e, Swallowed) and e.block is not None and e.place in raised]
    found: dict[Place, Effect] = {}
    work = [effect for effect in effects if _is_work(effect)]
    told = [effect for effect in effects if is_told_to_many(effect)]
    beside = [effect for effect in (*work, *told) if carries_event(effect, run)]
    late, alone = committed_in(one, run), not work and not told
    for effect in effects:
        inside = one.block in effect.caught and (effect.place in places or _converted(effect, raised, inner))
        mine = inside or effect in late
        if not mine or not _is_work(effect, alone) or is_marker(effect, one, work, run) or is_passed_over(effect, work):
            continue
        if is_word_of_failure(effect, run, one.place) or is_beside_work(effect, one, beside):
            continue
        if planned:
            lost = _is_sent_once(effect, one) or is_of_its_day(effect, run)
        else:
            lost = carries_event(effect, run) or (polls and is_received(effect, run))
        if lost:
            found.setdefault(effect.place, effect)
    return tuple(found.values())


def _is_sent_once(effect: Effect, one: Swallowed) -> bool:
    """Whether a scheduled run sends this and nothing stored makes the next one send it: no row decides, and none is gone
    through; who answers that it has failed means the whole run."""
    stored = any(isinstance(f, Check) and f.kind in ("state", "absent") for f in effect.must)
    whole = not one.loops and (one.refuses or not effect.loops)
    return effect.call.kind is Kind.EFFECT and whole and not stored


def _converted(effect: Effect, raised: set[Place], inner: list[Place]) -> bool:
    """Whether the failure of an effect becomes one of these exceptions in a clause of a `try` around it."""
    around = any(encloses(block, clause) for block in effect.caught for clause in raised)
    return around or any(block in effect.caught for block in inner)


def _is_work(effect: Effect, alone: bool = False) -> bool:
    """Whether a call does something of use; one to a cache, or that deletes, does where a handler does nothing else (`alone`)."""
    call = effect.call
    kept = call.service not in CACHES or (alone and call.service in MEMORIES)
    does = call.kind in DOES or (alone and call.kind is Kind.DELETE)
    return does and kept and call.method not in ASIDE and not is_told_to_many(effect)


def is_answered(one: Swallowed, effects: list[Effect], run: Run, texts: Texts) -> bool:
    """Whether somebody else hears of the failure: it is raised later, recorded, or sent elsewhere."""
    mark = Caught(one.place)
    ends = [e for e in run.events if isinstance(e, Swallowed) and mark in e.must and is_broad(e)]
    raised = [e for e in run.events if isinstance(e, Threw) and _is_raised_after(e, one) and not ends_in(e, ends)]
    thrown = [e for e in raised if _may_tell(e, one, texts)]
    if thrown and not (one.refuses and all(encloses(one.place, e.place) for e in thrown)):
        return True
    if any(mark in e.must for e in effects) or is_told_to_model(one, run):
        return True
    after = [e for e in effects if mark in e.may and one.block not in e.caught]
    if _is_asked_for(one, texts, after):
        return True
    if any(not isinstance(v, Known) or (v.value and _is_told(v, after)) for v in one.values) and after:
        return True
    if changes(one.body) and any(e.stack[: len(one.stack)] == one.stack for e in after):
        return True
    if not any(mark in e.must for e in run.events) and does_elsewhere(one, effects, texts):
        return True
    if after and sets_parts(one.body):
        # What is set on an object is there for whoever stores or tells of it later.
        return True
    # What a function of the program does was seen when it ran; what another does is not known, so it may answer.
    return any(not only_tells(c) and c[-1] not in COLLECTS and not texts.defines(c[-1]) for c in calls(one.body))


def _is_told(word: Value, after: list[Effect]) -> bool:
    """Whether a word that stands for the failure is stored or sent: `return Outcome.ERROR`, and the row gets it."""
    writes = [e.call.write for e in after if e.call.write is not None]
    stored = (v for write in writes for v in (*(value for _, value in write.values), *write.unnamed))
    return any(word in leaves(v) for v in (*stored, *(value for e in after for _, value in e.call.args)))


def _is_asked_for(one: Swallowed, texts: Texts, after: list[Effect]) -> bool:
    """Whether the function says with False or None that it failed, and a caller does something about it or passes it on."""
    own = texts.modules.get(one.place.path)
    falls = one.ends in ((), ("falls",)) and own is not None and goes_on_to_falsehood(own, one.place)
    told = falls or (bool(one.values) and all(isinstance(v, Known) and not v.value for v in one.values))
    for step in reversed(one.stack) if told else ():
        module = texts.modules.get(step.place.path)
        if module is None:
            return False
        words = words_for_falsehood(module, step.place)
        if answers_falsehood(texts, module, step.place) or any(_is_told(known(word), after) for word in words):
            return True
        if not hands_on_falsehood(module, step.place):
            return False
    return False


def _is_raised_after(threw: Threw, one: Swallowed) -> bool:
    """Whether a `raise` belongs to the failure: inside the clause, or behind it and not in the clause of another that it does not
    stand in itself."""
    mark = Caught(one.place)
    inside = {fact for fact in threw.must if isinstance(fact, Caught)}
    return mark in _belongs_to(threw) or (mark in threw.may and bool(inside) and inside <= one.must)


def _may_tell(threw: Threw, one: Swallowed, texts: Texts) -> bool:
    """Whether a `raise` behind a clause may be for its failure. Where the clause only tells of it, and nothing was to be had
    from the `try`, what a later call raises is a failure of its own."""
    own = texts.modules.get(one.place.path)
    around = threw.stack == one.stack[: len(threw.stack)]
    if Caught(one.place) in threw.must or own is None or one.block is None or around:
        return True
    answers = any(value != NONE for value in one.values)
    notes = bool(changes(one.body) or gained(own, one.block))
    return answers or notes or any(not texts.tells(call, own) for call in calls(one.body))


def _belongs_to(threw: Threw) -> list[Caught]:
    """The clauses whose failure a `raise` hands on: those it stands in; where it stands in none, those before it, whose
    failures may have been counted."""
    inside = [fact for fact in threw.must if isinstance(fact, Caught)]
    return inside or [fact for fact in threw.may if isinstance(fact, Caught)]


def _may_be_read(one: Swallowed, subject: Subject) -> bool:
    """An event shaped like EventBridge's may be the input of a state machine, which reads what is returned."""
    guessed = subject.learned == "code" and subject.source is Source.EVENTBRIDGE
    return guessed and any(value != NONE for value in one.values)


def _words(one: Swallowed, subject: Subject) -> str:
    """How the handler goes on."""
    if subject.batch and "returns" in one.ends and any(encloses(loop.place, one.place) for loop in one.loops):
        return "returns, which also leaves out the rest of the batch"
    return "returns as if it had succeeded" if "returns" in one.ends else "goes on as if it had succeeded"


# --- partial failures that nobody looks at ---

PARTIAL = {
    ("events", "put_events"): "FailedEntryCount", ("kinesis", "put_records"): "FailedRecordCount",
    ("firehose", "put_record_batch"): "FailedPutCount", ("dynamodb", "batch_write_item"): "UnprocessedItems",
    ("sqs", "send_message_batch"): "Failed", ("sns", "publish_batch"): "Failed",
}  # fmt: skip
"""Calls that succeed although some of their entries failed, and where they say so."""

STATUS = "the HTTP status"
CHECKED_ELSEWHERE = frozenset({"status_forcelist", "raise_on_status", "event_hooks", "raise_for_status"})


class Unread(msgspec.Struct, frozen=True):
    """A call whose answer is dropped although it says in `field` what failed."""

    run: Run
    subject: Subject
    effect: Effect
    field: str


def unread(run: Run, subject: Subject, texts: Texts) -> list[Unread]:
    """The calls whose partial or HTTP failure nobody looks at."""
    found: dict[Place, Unread] = {}
    for effect in run.events:
        if isinstance(effect, Effect) and effect.place not in found:
            field = _field(effect, run, subject, texts)
            if field and is_let_go(texts, (effect.place, *(c.place for c in reversed(effect.stack)))):
                found[effect.place] = Unread(run, subject, effect, field)
    return list(found.values())


def _field(effect: Effect, run: Run, subject: Subject, texts: Texts) -> str:
    """Where the answer of a call says that it failed; empty when it raises."""
    call = effect.call
    if (call.service, call.method) in PARTIAL:
        return PARTIAL[call.service, call.method]
    if call.service not in SILENT_HTTP or subject.source not in TAKES_SUCCESS or subject.by_caller:
        return ""
    told = texts.holds(effect.place.path, CHECKED_ELSEWHERE)
    work = _is_work(effect) and carries_event(effect, run) and not is_word_of_failure(effect, run) and not only_asks(effect)
    return STATUS if not told and work else ""
