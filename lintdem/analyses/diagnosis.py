"""One fault, one diagnosis: of all that can be said of an effect, the most telling.

Rules ask for the cases with their kind of fault. The order of precedence stands here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from lintdem.analyses.asking import Act, askings, shared
from lintdem.analyses.bytime import is_sample, is_sample_row
from lintdem.analyses.cases import REPEATS, Case, Kind
from lintdem.analyses.customresources import untracked
from lintdem.analyses.effects import Harm, Repeat, harm_of, is_random, relies_on_token, tells
from lintdem.analyses.fenced import fenced
from lintdem.analyses.fifo import fifo_fault
from lintdem.analyses.guards import Answer, Cover, Fault, cover, guards_of, looked_at, same_store, told_at
from lintdem.analyses.keys import UNSTABLE, Grade, Provenance, beside, provenance, readable
from lintdem.analyses.mild import mild
from lintdem.analyses.notices import tells_of_failure
from lintdem.analyses.overwrites import (
    is_asked_for,
    is_made_for_event,
    is_of_event,
    is_of_several_objects,
    is_of_this_run,
    overwrite_level,
)
from lintdem.analyses.repetition import retry_of
from lintdem.analyses.replays import operations, replayed
from lintdem.analyses.scratch import is_pass, is_taken_away
from lintdem.analyses.settledvalues import unsettled
from lintdem.analyses.subjects import Subject
from lintdem.analyses.switches import touches
from lintdem.analyses.tablewrites import Writers, key_names_of, store_of
from lintdem.analyses.testedwrites import copies, fills, goes_over, is_another, takes
from lintdem.analyses.timeliness import event_time, held_for_a_time, is_fresh_checked, time_bound, unordered_row
from lintdem.analyses.wholekeys import of_whole_key
from lintdem.interpreter.altering import replace
from lintdem.interpreter.deployed import sent_anew
from lintdem.interpreter.domain import Check, Claim, Failed
from lintdem.interpreter.dynamodb.itemconditions import LIMIT
from lintdem.interpreter.dynamodb.itemwrites import key_attributes
from lintdem.interpreter.engine import Run
from lintdem.interpreter.leftovers import PARTLY
from lintdem.interpreter.libraries.lostupdates import counts_again, lost_update, swaps_again
from lintdem.interpreter.libraries.money import moves_money
from lintdem.interpreter.trace import Asked, Claimed, Effect, Write
from lintdem.knowledge import Scope, scope_of
from lintdem.model.finding import Level
from lintdem.model.span import Place
from lintdem.model.stack import Source
from lintdem.program import Program
from lintdem.program.modules import Modules
from lintdem.regexes import late

_BY_FAULT = {
    Fault.CHECK: Kind.CHECKED, Fault.LOOKED: Kind.CHECKED, Fault.MEMORY: Kind.MEMORY, Fault.LATE: Kind.LATE,
    Fault.AROUND: Kind.LATE, Fault.IGNORED: Kind.IGNORED, Fault.NAMED: Kind.LIKELY,
}  # fmt: skip
_BY_REPEAT = {
    Repeat.DUPLICATES: Kind.UNGUARDED, Repeat.MINTS: Kind.MINTED, Repeat.ACCUMULATES: Kind.ACCUMULATES,
    Repeat.LACKS_TOKEN: Kind.TOKENLESS, Repeat.STALE_TOKEN: Kind.ATTEMPT_KEY, Repeat.INSERTS: Kind.INSERTED,
}  # fmt: skip
_HELD = frozenset({Kind.NOTHING, Kind.STALE, Kind.DELIVERY_KEY})
_RETRIABLE = _HELD | {Kind.UNGUARDED, Kind.TOKENLESS, Kind.ATTEMPT_KEY}


def diagnose(run: Run, subject: Subject, program: Program, writers: Writers) -> list[Case]:
    """The diagnoses of all effects of one run, in order."""
    found = [_case(e, run, subject, program, writers) for e in run.events if isinstance(e, Effect)]
    later = operations(run)
    cases = [untracked(replayed(_retried(_unstable(one)), later)) for case in found for one in _ways(case, program)]
    return _asked(cases, run, program)


def _ways(case: Case, program: Program) -> list[Case]:
    """A check that only some ways pass is a fault of its own; on the others nothing asks."""
    if case.kind is not Kind.CHECKED or case.cover.check is None or case.cover.check.words != PARTLY:
        return [case]
    words = "where the event brings along what was done, it says the same at every delivery"
    found = Cover(Answer.NO, words=words, place=case.cover.check.place)
    return [case, _repeated(case.effect, case.run, case.subject, program, case.harm, found)]


def _asked(cases: list[Case], run: Run, program: Program) -> list[Case]:
    """Cases behind a check are told where it is asked. The record of what was done belongs to the fault of that check,
    and is none of its own."""
    acts = [(c, Act(c.cover.check, c.effect)) for c in cases if c.kind is Kind.CHECKED and c.cover.check is not None]
    acts.sort(key=lambda one: one[0].harm.repeat not in REPEATS)
    placed = list(zip(acts, askings([act for _, act in acts], run, program), strict=True))
    repeated = {asking.place for (case, _), asking in placed if case.harm.repeat in REPEATS}
    told: dict[int, Case] = {}
    for (case, _), asking in placed:
        mere = case.harm.repeat not in REPEATS and asking.place in repeated
        found = told_at(case.cover, asking.place, asking.way, case.effect, run)
        told[id(case)] = replace(case, kind=Kind.NOTHING if mere else Kind.CHECKED, cover=found)
    behind = {(act.effect.place, _read(act.check)) for _, act in acts}
    asked = {read for act in acts if (read := _read(act[1].check)) in run.sites}
    return [told.get(id(case)) or _without_record(case, behind, asked) for case in cases]


def _read(check: Check) -> Place | None:
    subject = looked_at(check)
    return subject.place if subject is not None else None


class Question(msgspec.Struct, frozen=True):
    """A test at `place` that is not atomic: `cases` are what is done behind it, once for each call and the worst first;
    `stands` is where it is told: in the function that asks, at the call that repeats or leads there."""

    place: Place
    stands: Place
    cases: tuple[Case, ...]


def questions(worst: list[Case], told: Mapping[Place, Case]) -> list[Question]:
    """The checks of a program that are not atomic, each with what is done behind it; the worst cases come first. What is
    `told` of a call on another way is not counted again here, and a value that is written back as it was read is a lost
    update wherever it is reached from."""
    found: dict[Place, dict[Place, Case]] = {}
    for case in worst:
        other = told.get(case.effect.place)
        if case.kind is Kind.CHECKED and case.cover.place is not None and (other is None or other.kind is not Kind.LOST_UPDATE):
            found.setdefault(case.cover.place, {}).setdefault(case.effect.place, case)
    behind = {place: _untold(tuple(cases.values()), told) for place, cases in sorted(found.items())}
    return [Question(place, _stands(place, cases), cases) for place, cases in behind.items()]


def _untold(cases: tuple[Case, ...], told: Mapping[Place, Case]) -> tuple[Case, ...]:
    return tuple(case for case in cases if case.effect.place not in told) or cases[:1]


def _stands(asked: Place, cases: tuple[Case, ...]) -> Place:
    """The first call behind the check in the function that asks: what is done there, or leads there. A function that asks,
    records and leaves what is done to its caller is to be mended where it asks."""
    nearest = max(cases, key=lambda case: shared(case.cover.way, case.effect.stack))
    stack, together = nearest.effect.stack, max(shared(nearest.cover.way, nearest.effect.stack), 1)
    if together < len(nearest.cover.way):
        return asked
    return stack[together].place if together < len(stack) else nearest.effect.place


def _without_record(case: Case, behind: set[tuple[Place, Place | None]], asked: set[Place]) -> Case:
    """A write that is told behind a check is no fault of its own on another way that hangs on what the check has read, and
    neither is the harmless record that the check looks for."""
    reads = {_read(f) for f in case.effect.must if isinstance(f, Check)}
    sites = [case.run.sites[place] for place in asked & reads] if case.level is Level.NOTE else []
    mere = any(same_store(read, case.effect) for read in sites) or any((case.effect.place, read) in behind for read in reads)
    return replace(case, kind=Kind.NOTHING) if case.kind is Kind.UNCONDITIONAL and mere else case


def _retried(case: Case) -> Case:
    """A retry inside the run sends again what no key outside it holds back: before what the next delivery does."""
    if case.harm.repeat not in REPEATS or case.kind not in _RETRIABLE or (case.kind in _HELD and case.cover.claim is None):
        return case
    minted = case.harm.key.place if case.harm.repeat in (Repeat.MINTS, Repeat.STALE_TOKEN) and case.harm.key else None
    if minted is None and case.harm.repeat in (Repeat.MINTS, Repeat.STALE_TOKEN):
        return case
    retry = retry_of(case.effect, case.run, minted)
    return replace(case, kind=Kind.RETRIED, level=Level.ERROR, retry=retry) if retry is not None else case


def _unstable(case: Case) -> Case:
    """A key that another process computes differently is a fault of its own."""
    key = case.key or case.harm.key
    if case.kind in (Kind.ATTEMPT_KEY, Kind.MINTED) and key is not None and key.words in UNSTABLE:
        return replace(case, kind=Kind.UNSTABLE)
    return case


def _case(effect: Effect, run: Run, subject: Subject, program: Program, writers: Writers) -> Case:
    schema = key_names_of(effect, run, program, writers)
    harm = harm_of(effect, run, subject, program, schema)
    refused = fifo_fault(effect, run, program)
    if refused:
        return Case(run, subject, effect, harm, cover(effect, run, subject), Kind.UNDEDUPLICATED, Level.WARNING, refused)
    found = _declared(effect, program) or fenced(of_whole_key(cover(effect, run, subject), effect, harm, schema), effect, run)
    if harm.repeat in REPEATS:
        return _repeated(effect, run, subject, program, harm, found)
    if harm.repeat is Repeat.SAFE and harm.key is not None and harm.key.grade is Grade.DELIVERY and found.answer is not Answer.YES:
        return _delivery(effect, run, subject, program, harm, found, harm.key, harm.key_place or effect.place)
    if harm.repeat is Repeat.OVERWRITES or (effect.origins and effect.call.service == "sql"):
        put_back = _put_back(effect, run, subject, harm, found, _others(effect, run, program, writers))
        if put_back is not None:
            return put_back
    older = unordered_row(effect, subject) if harm.repeat is Repeat.SAFE and found.answer is not Answer.YES else ""
    if older:
        return Case(run, subject, effect, harm, found, Kind.UNORDERED, Level.WARNING, older)
    held = held_for_a_time(effect, subject)
    if held and (harm.repeat is Repeat.OVERWRITES or found.answer is Answer.YES):
        return Case(run, subject, effect, harm, found, Kind.STALE, Level.WARNING, held)
    if harm.repeat is Repeat.OVERWRITES and effect.call.write is not None:
        return _overwrite(effect, run, subject, harm, found, _others(effect, run, program, writers), schema, program.modules)
    stale = time_bound(effect, run, subject)
    if stale:
        return Case(run, subject, effect, harm, found, Kind.STALE, Level.WARNING, stale)
    return Case(run, subject, effect, harm, found, Kind.NOTHING)


def _declared(effect: Effect, program: Program) -> Cover | None:
    """The word of the author: `# lintdem: idempotent` or `guarded-by[…]` above a function on the way."""
    for place in (effect.place, *(call.place for call in effect.stack)):
        module = program.modules.get(place.path)
        for directive in module.directives if module is not None else ():
            first, last = directive.covers
            if directive.kind in ("idempotent", "guarded-by") and first <= place.span.line <= last:
                words = f"declared {directive.kind} {', '.join(directive.names)}".strip()
                return Cover(Answer.YES, words=words, place=Place(place.path, directive.span))
    return None


def _repeated(effect: Effect, run: Run, subject: Subject, program: Program, harm: Harm, found: Cover) -> Case:
    if found.answer is Answer.YES:
        if found.key is not None and found.key.grade is Grade.DELIVERY and found.claim is not None:
            return _delivery(effect, run, subject, program, harm, found, found.key, key_place(found.claim, run))
        stale = time_bound(effect, run, subject)
        kind = Kind.STALE if stale else Kind.NOTHING
        return Case(run, subject, effect, harm, found, kind, Level.WARNING if stale else None, stale)
    away = harm.repeat is Repeat.MINTS and harm.key is not None and is_taken_away(effect, run, harm.key, program.modules)
    if away or (harm.repeat is Repeat.MINTS and (_is_marker(effect, run) or is_asked_for(effect, run))):
        return Case(run, subject, effect, harm, found, Kind.NOTHING)
    if found.fault is Fault.KEY and found.claim is not None and found.key is not None and not _stores(found.claim, run):
        kind = Kind.ENVELOPE_KEY if found.key.grade is Grade.ENVELOPE else Kind.ATTEMPT_KEY
        return Case(run, subject, effect, harm, found, kind, None, "", found.key, key_place(found.claim, run))
    if harm.repeat is Repeat.DUPLICATES and tells_of_failure(effect, run):
        return Case(run, subject, effect, harm, found, Kind.UNGUARDED, Level.NOTE, "every attempt that fails tells of its failure")
    if relies_on_token(effect, run, subject, harm):
        kind = Kind.NOTHING if subject.by_caller else Kind.SHORT_TOKEN
        return Case(run, subject, effect, harm, found, kind)
    kind = _BY_FAULT.get(found.fault, _BY_REPEAT[harm.repeat])
    if kind is Kind.UNGUARDED and found.fault is Fault.LOCK:
        kind = Kind.LOCKED
    if kind is Kind.ACCUMULATES and found.fault is Fault.USELESS and not found.words.endswith(LIMIT):
        kind = Kind.USELESS
    own = effect.call.write.claim if effect.call.write is not None else None
    meant = own is not None and bool(own.useless) and not own.useless.endswith(LIMIT)
    if kind is Kind.LATE and harm.repeat is Repeat.ACCUMULATES and own is not None and meant:
        # Its own condition was meant to hold it back; one that comes later belongs to another write.
        kind, found = Kind.USELESS, replace(found, words=own.useless, claim=own, place=own.place)
    if harm.repeat is Repeat.MINTS and found.fault in (Fault.NONE, Fault.LATE, Fault.AROUND, Fault.USELESS):
        kind = Kind.MINTED
        if own is not None and not own.useless and found.fault is Fault.NONE:
            found = replace(found, words=f"{own.kind} is asked of an item that no second run writes again")
    elif harm.repeat is Repeat.STALE_TOKEN:
        envelope = harm.key is not None and harm.key.grade is Grade.ENVELOPE
        kind = Kind.ENVELOPE_KEY if envelope else Kind.ATTEMPT_KEY
    # What a run looks for is found by the next one, unless both look at once.
    level = Level.WARNING if kind is Kind.CHECKED and found.fault is Fault.LOOKED else None
    sample = (kind is Kind.MINTED and is_sample(effect, subject)) or (kind is Kind.INSERTED and is_sample_row(effect, subject))
    # A caller who gives the thing an id of his own gives it again.
    given = kind is Kind.MINTED and subject.by_caller and harm.key is not None and bool(harm.key.otherwise)
    given = given or (kind is Kind.MINTED and subject.by_caller and is_pass(effect, harm, program.modules))
    small = mild(effect, program) if kind is Kind.UNGUARDED else ""
    level = Level.NOTE if sample or given or small else level
    return Case(run, subject, effect, harm, found, kind, level, small, harm.key, harm.key_place)


def _is_marker(effect: Effect, run: Run) -> bool:
    """Whether a put only claims that the work begins, and hangs on it: then its key is the fault, said where the work is done."""
    write = effect.call.write
    if write is None or write.claim is None or tells(write):
        return False
    return any(isinstance(e, Effect) and e.place != effect.place and write.claim in e.must for e in run.events)


def _stores(claim: Claim, run: Run) -> bool:
    """Whether a claim is the condition of a put that makes another item in each run: a fault of its own."""
    puts = [e.call.write for e in run.events if isinstance(e, Effect) and e.place == claim.place and e.call.write is not None]
    return any(put.kind == "put" and tells(put) and any(is_random(v) for _, v in key_attributes(put)) for put in puts)


def _others(effect: Effect, run: Run, program: Program, writers: Writers) -> Mapping[Place, Write]:
    """The writes to the table of this one, by place."""
    write = effect.call.write
    return writers.get(store_of(write.table, run, program), {}) if write is not None else {}


def _put_back(
    effect: Effect, run: Run, subject: Subject, harm: Harm, found: Cover, others: Mapping[Place, Write]
) -> Case | None:  # fmt: skip
    """What was read is written back: without a version an update is lost, with one the next run counts again."""
    back = [write for place, write in others.items() if place != effect.place] if effect.origins else []
    lost = lost_update(effect, run.events, back)
    if lost is not None:
        return Case(run, subject, effect, harm, found, Kind.LOST_UPDATE, None, lost.attribute, key_place=lost.path.place)
    if found.answer is Answer.NO and found.fault is not Fault.CHECK and (swaps := swaps_again(effect)):
        return Case(run, subject, effect, harm, replace(found, words=swaps), Kind.ACCUMULATES)
    again = counts_again(effect) if found.answer is Answer.NO else ""
    return Case(run, subject, effect, harm, replace(found, words=again), Kind.USELESS) if again else None


def key_place(claim: Claim, run: Run) -> Place:
    """Where the key of a claim stands: in its configuration, among its arguments, else the claim itself."""
    if claim.key_place is not None:
        return claim.key_place
    return claim.place


# --- delivery-scoped keys ---

_ID_STEP = late(r"(^id$|_id$|Id$|ID$|_no$|number$|reference$|_ref$|key$)")


def _delivery(
    effect: Effect, run: Run, subject: Subject, program: Program, harm: Harm, found: Cover, key: Provenance, place: Place
) -> Case:  # fmt: skip
    if _is_known_by_business(effect, run, subject):
        return Case(run, subject, effect, harm, found, Kind.NOTHING)
    level, reason = Level.NOTE, "it survives every retry, not a second send of the same fact"
    business = business_ids(run, subject)
    if moves_money(effect):
        level, reason = Level.ERROR, "money or stock moves behind it"
    elif business:
        level, reason = Level.WARNING, f"the event carries {business[0]}, which the producer keeps"
    elif anew := sent_anew(subject.triggers, run.handler, program):
        level, reason = Level.WARNING, anew
    return Case(run, subject, effect, harm, found, Kind.DELIVERY_KEY, level, reason, key, place)


def _is_known_by_business(effect: Effect, run: Run, subject: Subject) -> bool:
    """Whether a record under the producer's own id is claimed as well, and whoever is refused reads what it says."""
    for event in run.events:
        if not isinstance(event, Claimed) or not event.claim.record or Failed(event.claim) not in effect.may:
            continue
        claim, site = event.claim, run.sites.get(event.claim.place)
        table = site.write.table if site is not None and site.write is not None else None
        refused = (e for e in run.events if isinstance(e, Asked) and Failed(claim) in e.may and claim not in e.must)
        read = table is not None and any(e.call.arg("TableName") == table for e in refused)
        if read and provenance(claim.key, subject, run.sites).grade is Grade.BUSINESS:
            return True
    return False


def business_ids(run: Run, subject: Subject) -> list[str]:
    """Identifiers in the event that the producer gives, as the code reads them."""
    found = []
    for steps in sorted(run.paths):
        if steps and _ID_STEP.search(steps[-1]) and scope_of(subject.source, steps, beside(subject, steps)) is Scope.BUSINESS:
            found.append(readable(steps))
    return list(dict.fromkeys(found))


SEQUENCER = "s3.object.sequencer"
"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html"""


def _overwrite(
    effect: Effect, run: Run, subject: Subject, harm: Harm, found: Cover, others: Mapping[Place, Write], schema: tuple[str, ...],
    modules: Modules,
) -> Case:  # fmt: skip
    write, bare = effect.call.write, unsettled(effect, run)
    assert write is not None
    tested = found.check if found.fault is Fault.CHECK else None
    moved = tested is not None and (tested.kind == "state" or (tested.kind == "changed" and goes_over(effect, tested, run)))
    moved = tested is not None and moved and touches(tested, bare) and not is_another(effect, tested, run)
    asked = moved and tested is not None
    moved = tested is not None and moved and takes(effect, tested, run, modules, subject, others)
    meant = tested is not None and (fills(effect, tested, run) or copies(effect, tested, run))
    if moved and not meant and not write.conditional:
        return Case(run, subject, effect, harm, found, Kind.CHECKED)
    if write.conditional or (found.answer is Answer.YES and (found.claim is None or found.claim.place != effect.place)):
        return Case(run, subject, effect, harm, found, Kind.NOTHING)
    swapped = any(event.place == effect.place and event.claim.tentative for event in guards_of(run)) and not tells(write)
    if is_fresh_checked(effect) or swapped:
        return Case(run, subject, effect, harm, found, Kind.NOTHING)
    keys = [provenance(v, subject, run.sites).grade for _, v in write.key]
    if Grade.ATTEMPT in keys or is_of_this_run(write, run, schema) or is_of_event(effect, run, subject, schema, others):
        return Case(run, subject, effect, harm, found, Kind.NOTHING)
    level, reason = overwrite_level(bare, run, subject, others, schema, modules)
    if asked and level is Level.WARNING and write.kind == "update":
        level, reason = Level.NOTE, "what is stored is looked at first, and two runs that pass together write the same"
    if level is Level.NOTE and is_made_for_event(bare, run, subject, others, schema):
        return Case(run, subject, effect, harm, found, Kind.NOTHING)
    timed = event_time(effect)
    if level is Level.WARNING and timed is not None and write.kind != "delete":
        reason = f"the event carries {timed}, which is stored but never compared"
        return Case(run, subject, effect, harm, found, Kind.UNORDERED, Level.WARNING, reason)
    if level is Level.WARNING and subject.source is Source.S3 and not is_of_several_objects(write, schema):
        reason = f"S3 numbers the changes of an object in {SEQUENCER}, which is never compared"
        return Case(run, subject, effect, harm, found, Kind.UNORDERED, Level.WARNING, reason)
    return Case(run, subject, effect, harm, found, Kind.UNCONDITIONAL, level, reason)

