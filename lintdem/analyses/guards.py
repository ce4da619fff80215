"""Guards: does anything that dominates an effect hold a redelivery back, and if not, why not?"""

from __future__ import annotations

from enum import Enum

import msgspec

from lintdem.analyses.askedstate import asked_state
from lintdem.analyses.effects import tells
from lintdem.analyses.histories import is_of_catalogue, is_of_history
from lintdem.analyses.keys import Grade, Provenance, provenance
from lintdem.analyses.lookedup import asks_for_new, asks_limit, finds_row, is_refused, left_by, looks_for
from lintdem.analyses.ownconditions import fills_in, is_kept, keeps_more, stands_apart
from lintdem.analyses.releases import is_mere_lock, locks, released, serialised
from lintdem.analyses.remembered import is_remembered
from lintdem.analyses.selected import taken
from lintdem.analyses.subjects import Subject
from lintdem.analyses.switches import asks_word, only_if_other, records_word, rows_of, touches, turns_word
from lintdem.interpreter.altering import replace
from lintdem.interpreter.domain import Call, Caught, Check, Claim, Derived, Done, Failed, Held, Path, Tried
from lintdem.interpreter.engine import Run
from lintdem.interpreter.ordering import claims_in_order, in_order
from lintdem.interpreter.trace import Asked, Claimed, Effect, Invocation, Swallowed
from lintdem.interpreter.values import parts_of
from lintdem.knowledge import Kind
from lintdem.model.span import Place


class Answer(str, Enum):
    """A three-valued answer."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Fault(str, Enum):
    """Why the nearest guard does not count."""

    NONE = "none"
    KEY = "key"
    CHECK = "check"
    LOOKED = "looked"
    MEMORY = "memory"
    LATE = "late"
    AROUND = "around"
    IGNORED = "ignored"
    USELESS = "useless"
    NAMED = "named"
    LOCK = "lock"


class Cover(msgspec.Struct, frozen=True):
    """Whether an effect is guarded. `claim` is the guard that counts, or the broken one; `check` the test that is
    not atomic; `words` say in one sentence why the nearest guard does not count."""

    answer: Answer
    fault: Fault = Fault.NONE
    claim: Claim | None = None
    check: Check | None = None
    key: Provenance | None = None
    words: str = ""
    place: Place | None = None
    way: tuple[Call, ...] = ()
    """The calls that lead to the function that asks, of a check."""


def cover(effect: Effect, run: Run, subject: Subject) -> Cover:
    """The guard of one effect: of several the first whose key survives a second sending, since one that holds is enough."""
    broken: Cover | None = None
    freed: list[tuple[Claim, Effect]] = []
    keys = [(c, provenance(c.key, subject, run.sites)) for c in claims_in_order(f for f in effect.must if isinstance(f, Claim))]
    for claim, key in sorted(keys, key=lambda one: one[1].grade is Grade.DELIVERY):
        if key.grade in (Grade.ATTEMPT, Grade.ENVELOPE) and not _own_write(effect, claim):
            broken = Cover(Answer.NO, Fault.KEY, claim, None, key, _key_words(claim, key), claim.place)
        elif (gone := released(claim, effect, run)) is not None and not claim.useless:
            freed.append((claim, gone))
        elif not claim.useless and not (key.grade is Grade.ATTEMPT and _own_write(effect, claim)):
            return Cover(Answer.YES, Fault.NONE, claim, None, key)
    other = _open(effect, run, subject) or _locked(effect, run, freed, _without_claim(effect, run, subject))
    # A test that the second run finds its own record by holds it back, whatever the claim beside it is worth.
    return other if broken is None or other.answer is Answer.YES or other.fault is Fault.CHECK else broken


def _locked(effect: Effect, run: Run, freed: list[tuple[Claim, Effect]], found: Cover) -> Cover:
    """A lock makes a test of a store atomic. Alone it holds nobody back who comes when it is free again."""
    around: list[Claim | Held] = [*(claim for claim, _ in freed), *locks(effect)]
    if not around:
        return found
    if found.check is not None and found.fault in (Fault.CHECK, Fault.LOOKED):
        sure = any(serialised(found.check, lock, run) for lock in around)
        return Cover(Answer.YES, check=found.check, words="asked and recorded under a lock") if sure else found
    if found.fault is not Fault.NONE:
        return found
    for claim, gone in freed:
        return Cover(Answer.NO, Fault.LOCK, claim, words=f"{claim.kind} {where(claim.place, effect)} is given back "
                     f"{where(gone.place, effect)} when the work is done", place=claim.place)  # fmt: skip
    lock = around[0]
    return Cover(Answer.NO, Fault.LOCK, words=f"the lock {where(lock.place, effect)} is released when the work is done",
                 place=lock.place)  # fmt: skip


def _open(effect: Effect, run: Run, subject: Subject) -> Cover | None:
    """A claim that lets the run go on when the store cannot answer still holds back every duplicate that is told."""
    refused = {f.claim for f in effect.may if isinstance(f, Failed)}
    for claim in claims_in_order(f.claim for f in effect.must if isinstance(f, Tried)):
        key = provenance(claim.key, subject, run.sites)
        if released(claim, effect, run) is not None:
            continue
        if claim not in refused and claim.place != effect.place and key.grade not in (Grade.ATTEMPT, Grade.ENVELOPE):
            return Cover(Answer.YES, Fault.NONE, claim, None, key)
    return None


def where(place: Place, effect: Effect) -> str:
    """A place in words, with its file when that is not the effect's own."""
    if place.path == effect.place.path:
        return f"on line {place.span.line}"
    return f"in {place.path.rpartition('/')[2]} on line {place.span.line}"


def _own_write(effect: Effect, claim: Claim) -> bool:
    return effect.place == claim.place


def _key_words(claim: Claim, key: Provenance) -> str:
    if key.grade is Grade.ENVELOPE:
        return f"{claim.kind} is keyed on {key.words}, part of which changes with every delivery"
    return f"{claim.kind} is keyed on {key.words}, which no second run has again"


def _without_claim(effect: Effect, run: Run, subject: Subject) -> Cover:
    checks = in_order(f for f in effect.must if isinstance(f, Check))
    for check in checks:
        read = _read_by(check, run)
        if read is not None and finds_row(read, check, effect, run) and is_refused(read, check, run):
            return Cover(Answer.YES, check=check, words=f"looked up first {where(check.place, effect)}, under a unique key")
    for check in checks:
        found = _check_cover(check, effect, run, subject)
        if found is not None:
            return found
    for selected in taken(effect, run):
        if any(same_store(selected.read, e) and selected.is_left_by(e, effect) for e in run.events if isinstance(e, Effect)):
            # Rows that are locked until they are marked are no other run's meanwhile.
            return Cover(Answer.YES, check=selected.check) if selected.locks else _raced(Fault.CHECK, selected.check, effect, run)
    failed = claims_in_order(f.claim for f in effect.may if isinstance(f, Failed) and not f.claim.useless)
    failed = [c for c in failed if c.place != effect.place and not _is_shared(c, run) and not _holds_work(c, run)]
    # Whoever takes "it is there" for success after making a thing by its name has not asked whether the rest was done.
    own = [c for c in failed if c.record and not is_of_history(c, run, subject) and not is_of_catalogue(c, run, subject)]
    own = [c for c in own if not fills_in(c, run) and not is_kept(c, run)]
    if own:
        return Cover(Answer.NO, Fault.IGNORED, own[0], words=f"{own[0].kind} {where(own[0].place, effect)} fails for a "
                     "duplicate, but the failure is caught and this call is made anyway", place=own[0].place)  # fmt: skip
    late = _late_claim(effect, run, subject)
    if late is not None:
        return Cover(Answer.NO, Fault.LATE, late, words=f"{late.kind} {where(late.place, effect)} is tried only after "
                     "this call was made", place=late.place)  # fmt: skip
    around = claim_beside(effect, run, subject)
    if around is not None:
        return Cover(Answer.NO, Fault.AROUND, around, words=f"{around.kind} {where(around.place, effect)} stands on another "
                     "way: this call is also reached without it", place=around.place)  # fmt: skip
    useless = effect.call.write.claim if effect.call.write is not None else None
    if useless is not None and useless.useless:
        return Cover(Answer.NO, Fault.USELESS, useless, words=useless.useless, place=useless.place)
    state = asked_state(effect)
    if state is not None:
        asked = f"{state[0]} is asked {where(state[1], effect)}"
        return Cover(Answer.NO, words=f"{asked}, but no write is seen that changes it with this call")
    return Cover(Answer.NO, words="nothing on the way asks whether this was done before")


def _holds_work(claim: Claim, run: Run) -> bool:
    """Whether a claim is the guard of some work of its own: whoever is refused leaves that out, and goes on with the rest."""
    site = run.sites.get(claim.place)
    held = (e for e in run.events if isinstance(e, Effect) and claim in e.must and e.place != claim.place)
    return any(site is None or not same_store(site, e) for e in held)


def _is_shared(claim: Claim, run: Run) -> bool:
    """Whether whoever finds the record there goes on with what it holds: "get or create" tells nobody that all is done, and
    who takes up what a run has left looks at how far it came."""
    site = run.sites.get(claim.place)
    if site is None or site.write is None or site.service != "dynamodb":
        return False
    read = [e.call.arg("TableName") for e in run.events if isinstance(e, Asked) and Failed(claim) in e.must]
    return site.write.table in read or site.arg("ReturnValuesOnConditionCheckFailure") is not None


def _check_cover(check: Check, effect: Effect, run: Run, subject: Subject) -> Cover | None:
    at = where(check.place, effect)
    if check.kind == "named":
        key = provenance(Derived("format", parts_of(check.subject)[1:]), subject, run.sites)
        if key.grade is Grade.ATTEMPT:
            claim = Claim(check.place, f"{check.words}()", check.subject, record=False)
            return Cover(Answer.NO, Fault.KEY, claim, check, key, _key_words(claim, key), check.place)
        return Cover(Answer.UNKNOWN, Fault.NAMED, check=check, words=f"{check.words}() {at} cannot be read, but is "
                     "named like a check for duplicates", place=check.place)  # fmt: skip
    if check.kind == "memory" and is_remembered(check.subject, effect, run):
        return Cover(Answer.NO, Fault.MEMORY, check=check, words=f"the container tested {at} lives in the memory of "
                     "one execution environment; another one does not see it", place=check.place)  # fmt: skip
    read = _read_by(check, run)
    asked = check.kind == "absent" or (check.kind == "changed" and effect.call.write is None)
    if asked and read is not None and (looks_for(read, effect.call) or finds_row(read, check, effect, run)):
        return _raced(Fault.LOOKED, check, effect, run)
    if check.kind == "left" and _is_noted(check, effect, run):
        return _raced(Fault.CHECK, check, effect, run)
    asked = check.kind in ("absent", "state", "changed") and not asks_limit(check, effect) and not only_if_other(check, effect, run)
    if asked and _is_dedup(check, effect, run):
        return _raced(Fault.CHECK, check, effect, run)
    return None


def _is_noted(check: Check, effect: Effect, run: Run) -> bool:
    """Whether what was done for the elements that were left is added to those that are done, behind the effect."""
    read, mark = _read_by(check, run), Done(effect.place, effect.call.name)
    later = (e for e in run.events if isinstance(e, Effect) and mark in e.may and e.place != effect.place)
    return read is not None and any(same_store(read, e) and touches(check, e, read) for e in later)


def _raced(fault: Fault, check: Check, effect: Effect, run: Run) -> Cover:
    found = Cover(Answer.NO, fault, check=check)
    return told_at(found, check.place, (), effect, run)


def told_at(cover: Cover, place: Place, way: tuple[Call, ...], effect: Effect, run: Run) -> Cover:
    """A check that is not atomic, told where it is asked."""
    read = _read_by(cover.check, run) if cover.check is not None else None
    at = where(place, effect)
    if cover.fault is Fault.LOOKED and read is not None:
        words = f"the check {at} asks {read.name} first: two runs that ask together, or one before what is made can be seen, "
        words += "both find nothing"
    else:
        words = f"the check {at} reads first and writes later: two runs pass it together"
        words += "" if _is_written_before(cover.check, effect, run) else ", and a crash in between leaves no record"
    return replace(cover, words=words, place=place, way=way)


def _is_written_before(check: Check | None, effect: Effect, run: Run) -> bool:
    """Whether the record of a check is written, or taken away, before the effect, so that a crash in between leaves it so."""
    read = _read_by(check, run) if check is not None else None
    if check is None or read is None:
        return False
    writes = [e for e in run.events if isinstance(e, Effect) and e.place != effect.place and same_store(read, e)]
    done = (e for e in writes if Done(e.place, e.call.name) in effect.may and _takes_away(check, e, read))
    return any(_is_recorded_first(check, write, effect, run) for write in writes) or any(done)


def _is_dedup(check: Check, effect: Effect, run: Run) -> bool:
    """A read that is recorded in the same store, afterwards or first of all, is meant to recognise duplicates."""
    read = _read_by(check, run)
    if read is None:
        return False
    done, left = Done(effect.place, effect.call.name), left_by(effect, run)
    for event in run.events:
        if isinstance(event, Effect) and event.place != effect.place and not left <= event.must:
            continue  # The clause leaves behind the effect: what another round stores on another way is no record of it.
        if check.kind == "absent" and isinstance(event, Effect) and rows_of(event) and not touches(check, event, read):
            continue  # A row that was read is no record of one that was not there; a mark on it that was asked for is.
        # What is written on another way than the effect is no record of it; the effect may be the write itself.
        after = isinstance(event, Effect) and (done in event.may or (event.place, event.stack) == (effect.place, effect.stack))
        first = isinstance(event, Effect) and event.place != effect.place and _is_recorded_first(check, event, effect, run)
        if isinstance(event, Effect) and event.place != effect.place and _takes_away(check, event, read):
            return done in event.may or Done(event.place, event.call.name) in effect.may
        if (after or first) and isinstance(event, Effect) and same_store(read, event):
            if check.kind == "absent" and event.call.kind is Kind.DELETE:
                continue  # To delete leaves no record.
            asked = check.kind != "absent" and not (event.place == effect.place and asks_word(check, effect, run))
            if asked and touches(check, event, read) and not records_word(check, event, effect, run):
                continue
            return check.kind == "absent" or touches(check, event, read)
    return False


def _read_by(check: Check, run: Run) -> Invocation | None:
    subject = looked_at(check)
    read = run.sites.get(subject.place) if subject is not None and subject.place is not None else None
    if read is not None and read.kind is not Kind.READ and subject is not None:
        # One function may run all the statements of a program: what was asked there, not what it ran last.
        read = next((e.call for e in run.events if isinstance(e, Asked) and e.place == subject.place), read)
    return None if read is None or asks_for_new(read) else read


def looked_at(check: Check) -> Path | None:
    """What was read, for a check that asked a store."""
    subject = check.subject.parts[0] if isinstance(check.subject, Derived) and check.kind == "changed" else check.subject
    return subject if isinstance(subject, Path) else None


def _is_recorded_first(check: Check, event: Effect, effect: Effect, run: Run) -> bool:
    """Whether a write before the effect depends on the same test."""
    if check.kind == "changed":
        first = (f for f in event.must if isinstance(f, Check) and f.kind in ("absent", "changed"))
        asked = any(looked_at(f) == looked_at(check) for f in first)
        return asked and Done(event.place, event.call.name) in effect.may
    if check.kind == "state":
        return Done(event.place, event.call.name) in effect.may and turns_word(check, event, effect, run)
    return check in event.must and check.kind == "absent"


def _takes_away(check: Check, event: Effect, read: Invocation) -> bool:
    """Whether the very record that a test has found is deleted behind it: the next run finds none."""
    write, subject = event.call.write, looked_at(check)
    found = check.kind == "state" and check in event.must and subject is not None and len(subject.steps) < 2
    if not found or write is None or write.kind != "delete" or not same_store(read, event):
        return False
    return bool(write.key) and all(read.arg(f"Key.{name}") == value for name, value in write.key)


def same_store(read: Invocation, event: Effect) -> bool:
    """Whether a read and a write go to the same table, bucket or key-value store."""
    if read.service != event.call.service:
        return False
    for name in ("TableName", "Bucket"):
        if read.arg(name) is not None:
            other = event.call.write.table if event.call.write is not None else event.call.arg(name)
            return other == read.arg(name)
    asked = {read.arg(name) for name in _NAMES} - {None}
    same = not asked or bool(asked & {event.call.arg(name) for name in _NAMES})
    return read.service in ("redis", "valkey") and read.target is not None and read.target == event.call.target and same


_NAMES = ("0", "name", "key", "names", "keys")
"""The arguments of a key-value store that name the key."""


def _late_claim(effect: Effect, run: Run, subject: Subject) -> Claim | None:
    """A claim that is tried when this effect may already have happened."""
    for event in run.events:
        if isinstance(event, Claimed) and event.claim.record and not event.claim.useless and event.place != effect.place:
            done = any(isinstance(f, Done) and f.place == effect.place for f in event.may)
            same_loop = event.loops[:1] == effect.loops[:1]
            mine = done and same_loop and event.claim not in effect.must and _remembers(event.claim, run)
            mine = mine and not is_of_history(event.claim, run, subject) and not keeps_more(event.claim, run)
            mine = mine and not (stands_apart(event, effect) and _holds_work(event.claim, run))
            if mine and not _is_of_item(event.claim, effect, run):
                return event.claim
    return None


def _is_of_item(claim: Claim, effect: Effect, run: Run) -> bool:
    """Whether what is tried later is a mark on the very item that a write has changed: it tells how far that is, not this write."""
    site = run.sites.get(claim.place)
    marked, own = (site.write if site is not None else None), effect.call.write
    return marked is not None and own is not None and (marked.table, marked.key) == (own.table, own.key)


def claim_beside(effect: Effect, run: Run, subject: Subject) -> Claim | None:
    """A claim that some ways to this effect pass, or behind which the very same call stands, and others go around it."""
    found = [c for c in _passed(effect, run) + _doubled(effect, run) if c.record and not c.useless and c.place != effect.place]
    return next((c for c in found if provenance(c.key, subject, run.sites).grade not in _BROKEN), None)


_BROKEN = (Grade.ATTEMPT, Grade.ENVELOPE)


def _passed(effect: Effect, run: Run) -> list[Claim]:
    """The claims of the same round that are won on some of the ways to an effect and say nothing but that."""
    done = {f.place for f in effect.may if isinstance(f, Done)}
    every = {f if isinstance(f, Claim) else f.claim for f in effect.must if isinstance(f, (Claim, Tried))}
    # What is done because the store failed is no way around the claim.
    caught = [e for e in run.events if isinstance(e, Swallowed) and Caught(e.place) in effect.may]
    done -= {error.place for one in caught for error in one.errors}
    tried = [e for e in run.events if isinstance(e, Claimed) and e.place in done and e.loops == effect.loops]
    marks = (e.claim for e in tried if _remembers(e.claim, run) and not e.claim.tentative and _only_marks(e, run))
    return claims_in_order({claim for claim in marks if claim not in every})


def _only_marks(event: Claimed, run: Run) -> bool:
    """Whether a claim tells duplicates apart, and is not a record that is made because it was missing, or has to be new."""
    site = run.sites.get(event.place)
    missing = any(isinstance(f, Check) and f.kind == "absent" for f in event.must)
    refused = any(Failed(event.claim) in r.may for r in run.raises)
    return not missing and not refused and (site is None or site.write is None or not tells(site.write))


def _doubled(effect: Effect, run: Run) -> list[Claim]:
    """The claims behind which the same is called with the same arguments."""
    same = (
        e for e in run.events
        if isinstance(e, Effect) and e is not effect and e.call.name == effect.call.name and e.call.args == effect.call.args
    )  # fmt: skip
    return claims_in_order({f for e in same for f in e.must if isinstance(f, Claim) and f not in effect.must})


def _remembers(claim: Claim, run: Run) -> bool:
    """Whether a claim is a record of what was done: that of a counter holds back the counting."""
    call = run.sites.get(claim.place)
    if call is not None and call.write is not None and call.write.kind == "accumulate":
        return False
    marks = claim.kind.startswith(("the condition", "Redis", "Powertools", "the decorator"))
    return marks and not claim.kind.startswith("the condition `IfNoneMatch") and not is_mere_lock(claim, run)


def guards_of(run: Run) -> list[Claimed]:
    """Every claim a handler tries, in order."""
    return [e for e in run.events if isinstance(e, Claimed)]


__all__ = ["Answer", "Cover", "Fault", "Subject", "cover", "guards_of", "same_store"]
