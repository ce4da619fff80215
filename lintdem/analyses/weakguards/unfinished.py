"""Claims that lose work: tried first, so that a crash behind them leaves a record that keeps every later run away."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from lintdem.analyses.asking import shared
from lintdem.analyses.failures import ASIDE, CACHES, DOES
from lintdem.analyses.guards import looked_at, same_store
from lintdem.analyses.keys import Grade, provenance
from lintdem.analyses.releases import FREES, telling, touches_claim
from lintdem.analyses.secondruns import behind, thrown_at
from lintdem.analyses.subjects import Subject
from lintdem.analyses.switches import touches
from lintdem.analyses.tablewrites import Writers, store_of
from lintdem.interpreter.domain import Caught, Check, Claim, Done, Failed, Fresh, Path
from lintdem.interpreter.dynamodb.itemwrites import key_attributes
from lintdem.interpreter.engine import Run
from lintdem.interpreter.ordering import in_order
from lintdem.interpreter.trace import Asked, Claimed, Effect, Seen, Write
from lintdem.interpreter.values import leaves
from lintdem.model.span import Place
from lintdem.program import Program

LEASE = 3600
"""Seconds: what holds a claim no longer than this lets a redelivery through again."""

_BROKEN = frozenset({Grade.ATTEMPT, Grade.ENVELOPE})
_KEPT = ("the condition", "Redis", "the filter", "the id in")
"""Claims that stay when the run dies. Those of SQL end with their transaction."""


class Unfinished(msgspec.Struct, frozen=True):
    """A claim at `place` in front of `work`. `words` say what holds it; `finish` is the later write that completes it,
    which a crash leaves out as well; `check` the test that a row put first decides."""

    run: Run
    subject: Subject
    place: Place
    name: str
    words: str
    work: Effect
    finish: Effect | None = None
    check: Check | None = None


def unfinished(run: Run, subject: Subject, program: Program, writers: Writers) -> Iterator[Unfinished]:
    """The claims of one run behind which work is lost."""
    effects = [e for e in run.events if isinstance(e, Effect)]
    for event in run.events:
        if isinstance(event, Claimed) and _keeps_out(event.claim, run, subject):
            found = _behind_claim(event.claim, effects, run, subject, program, writers)
            if found is not None:
                yield found
    for row in effects:
        found = _behind_row(row, effects, run, subject, program, writers)
        if found is not None:
            yield found


# --- claims ---


def _keeps_out(claim: Claim, run: Run, subject: Subject) -> bool:
    """Whether a second run finds the claim taken, for long, and goes away quietly."""
    if not claim.record or claim.useless or not claim.kind.startswith(_KEPT):
        return False
    if claim.expires and (claim.seconds is None or claim.seconds <= LEASE):
        return False
    if provenance(claim.key, subject, run.sites).grade in _BROKEN:
        return False
    site = run.sites.get(claim.place)
    compared = [leaf for v in (site.write.compares if site is not None and site.write else ()) for leaf in leaves(v)]
    if any(isinstance(v, Fresh) or (isinstance(v, Path) and v.root == "result") for v in compared):
        # A lease, or the version that this run read: the next one reads another.
        return False
    thrown = thrown_at(run)
    return not any(claim in behind(r, run, thrown) or _is_refused(r, claim) for r in run.raises) and leaves_quietly(claim, run)


def _is_refused(raised: object, claim: Claim) -> bool:
    """Whether an exception belongs to the path of the duplicate."""
    return Failed(claim) in getattr(raised, "must", ())


def leaves_quietly(claim: Claim, run: Run) -> bool:
    """Whether a run that finds the claim taken does nothing for that, and does not look into what it found. What every run
    does, whether it found the claim taken or not, is other work."""
    own = [e for e in run.events if isinstance(e, Effect) and e.place == claim.place]
    taken = [e for e in run.events if Failed(claim) in e.may and claim not in e.must and _is_after(e, claim)]
    asked = [e for e in taken if isinstance(e, Asked)]
    looked = any(Failed(claim) in e.must or not own or any(same_store(e.call, one) for one in own) for e in asked)
    return not looked and not any(isinstance(e, Effect) and is_work(e) and Failed(claim) in e.must for e in taken)


def _is_after(event: Seen, claim: Claim) -> bool:
    return getattr(event, "place", None) != claim.place


def _behind_claim(
    claim: Claim, effects: list[Effect], run: Run, subject: Subject, program: Program, writers: Writers
) -> Unfinished | None:
    site = run.sites.get(claim.place)
    own = next((e for e in effects if e.place == claim.place and e.call.write is not None), None)
    inside = [e for e in effects if claim in e.must and e.place != claim.place]
    open_places = {e.place for e in effects if claim not in e.must}
    touching = [e for e in inside if touches_claim(e, claim, own)]
    work = [e for e in inside if is_work(e) and e.place not in open_places and e not in touching]
    if not work or any(is_released(e) for e in touching) or _is_finished_elsewhere(own, run, program, writers):
        return None
    name = site.name if site is not None else claim.kind
    finish = next((e for e in reversed(touching) if effects.index(e) > effects.index(work[0])), None)
    return Unfinished(run, subject, claim.place, name, claim.kind, work[0], finish)


def is_work(effect: Effect) -> bool:
    call = effect.call
    return call.kind in DOES and call.service not in CACHES and call.method not in ASIDE


def is_released(effect: Effect) -> bool:
    """Whether a call frees the claim, or says in an `except` how the work went."""
    write = effect.call.write
    gone = write.kind in ("delete", "unset") if write is not None else effect.call.method in FREES | {"expire"}
    return gone or any(isinstance(f, Caught) for f in effect.must)


def _is_finished_elsewhere(own: Effect | None, run: Run, program: Program, writers: Writers) -> bool:
    """Whether another handler deletes what was claimed or moves on an attribute of it."""
    write = own.call.write if own is not None else None
    store = store_of(write.table, run, program) if write is not None else None
    mine = {e.place for e in run.events if isinstance(e, Effect)}
    others = [w for place, w in writers.get(store, {}).items() if place not in mine] if store is not None else []
    return write is not None and any(_moves_on(other, write) for other in others)


def _moves_on(other: Write, write: Write) -> bool:
    keys = {name for name, _ in key_attributes(write)}
    stored = {name for name, _ in write.values} - keys
    return other.kind == "delete" or (other.kind == "update" and bool(stored & {name for name, _ in other.values}))


# --- rows that are put first ---


def _behind_row(
    row: Effect, effects: list[Effect], run: Run, subject: Subject, program: Program, writers: Writers
) -> Unfinished | None:
    """A row that is put when it is missing, in front of work that is done only when it was missing."""
    write = row.call.write
    if write is None or write.kind not in ("put", "upsert") or write.claim is not None or write.conditional:
        return None
    for check in in_order(f for f in row.must if isinstance(f, Check)):
        if check.kind != "absent" or not _is_of(check, row, run):
            continue
        held = [e for e in effects if _depends(e, check, row)]
        later = effects[effects.index(row) :]
        inside = [e for e in later if e in held and Done(row.place, row.call.name) in e.may and e.place != row.place]
        inside = [e for e in inside if _is_behind_same(e, row, check, run)]
        open_ways = {(e.place, e.stack) for e in effects if e not in held}
        touching = [e for e in inside if _rewrites(e, row)]
        work = [e for e in inside if is_work(e) and (e.place, e.stack) not in open_ways and e not in touching]
        if not work or _is_done_when_found(check, work, effects) or any(is_released(e) for e in touching):
            continue
        if _is_finished_elsewhere(row, run, program, writers):
            continue
        finish = next((e for e in reversed(touching) if effects.index(e) > effects.index(work[0])), None)
        return Unfinished(run, subject, row.place, row.call.name, "the row", work[0], finish, check)
    return None


def _depends(effect: Effect, check: Check, row: Effect) -> bool:
    """Whether an effect is only there for a row that is missing, or that says something else than what is put."""
    if check in effect.must:
        return True
    changes = (f for f in effect.must if isinstance(f, Check) and f.kind == "changed")
    return any(looked_at(f) == check.subject and touches(f, row) for f in changes)


def _is_behind_same(effect: Effect, row: Effect, check: Check, run: Run) -> bool:
    """Whether an effect stands behind the same question as a row, and none that is asked nearer to it: what asks and records
    may be called for several things, one after another."""
    read = looked_at(check)
    asked = [e for e in run.events if isinstance(e, Asked) and read is not None and e.place == read.place]
    return all(shared(effect.stack, e.stack) <= shared(effect.stack, row.stack) for e in asked)


def _is_of(check: Check, row: Effect, run: Run) -> bool:
    """Whether the test asked for the row that is put."""
    if not isinstance(check.subject, Path) or check.subject.place is None or row.call.write is None:
        return False
    read = run.sites.get(check.subject.place)
    if read is None or not same_store(read, row):
        return False
    key = [v for name, v in read.args if name.startswith(("Key", "0", "hash_key"))]
    wanted = telling(key)
    named = {leaf for _, v in key_attributes(row.call.write) for leaf in leaves(v)}
    return not wanted or not named or bool(wanted & named)


def _rewrites(effect: Effect, row: Effect) -> bool:
    write, own = effect.call.write, row.call.write
    if write is None or own is None or write.table != own.table:
        return False
    wanted = telling([v for _, v in key_attributes(own)])
    values = [v for _, v in key_attributes(write)]
    return not wanted or not values or any(leaf in wanted for v in values for leaf in leaves(v))


def _is_done_when_found(check: Check, work: list[Effect], effects: list[Effect]) -> bool:
    """Whether the same is done for a row that is there."""
    names = {e.call.name for e in work}
    found = (e for e in effects if any(isinstance(f, Check) and f.kind == "state" and f.subject == check.subject for f in e.must))
    return any(e.call.name in names for e in found)
