"""How long a record of what was done counts, beside how late its source delivers again."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from lintdem.analyses.cases import REPEATS, Case
from lintdem.analyses.guards import Answer
from lintdem.analyses.memories import EXPIRY
from lintdem.analyses.plans import Horizon, horizon
from lintdem.analyses.subjects import Subject
from lintdem.interpreter.deployed import table_of
from lintdem.interpreter.domain import Claim, Derived, Fresh, Known, Made, Value
from lintdem.interpreter.dynamodb.itemwrites import key_attributes
from lintdem.interpreter.engine import Run
from lintdem.interpreter.trace import Claimed, Effect, Invocation
from lintdem.interpreter.values import leaves
from lintdem.model.span import Place
from lintdem.program import Handler, Program
from lintdem.regexes import late

_LEASE = late(r"(lease|lock|progress)", re.IGNORECASE)


class Short(msgspec.Struct, frozen=True):
    """A record that is forgotten after `seconds`, while the source delivers again for longer."""

    case: Case
    place: Place
    claim: Claim
    seconds: int
    horizon: Horizon
    default: bool

    @property
    def run(self) -> Run:
        """The run of the handler."""
        return self.case.run

    @property
    def subject(self) -> Subject:
        """Who delivers to it."""
        return self.case.subject


def short_windows(case: Case, program: Program) -> Iterator[Short]:
    """The record that holds an effect back, if it is forgotten too soon."""
    claim = case.cover.claim
    if (
        claim is None
        or case.cover.answer is not Answer.YES
        or case.harm.repeat not in REPEATS
        or case.subject.by_caller
    ):
        return
    until = horizon(case.subject, program)
    if until is None or claim.place == case.effect.place:
        return
    lives = [
        life(c, case.run, program) for c in case.effect.must if isinstance(c, Claim) and c.place != case.effect.place
    ]
    kept = life(claim, case.run, program)
    if kept is None or any(other is None or other >= until.seconds for other in lives):
        return
    place, default = _place(claim, case.run)
    yield Short(case, place, claim, kept, until, default)


def life(claim: Claim, run: Run, program: Program) -> int | None:
    """How many seconds a record counts; None when it does not end or that is not known."""
    site = run.sites.get(claim.place)
    if site is None or site.write is None:
        return claim.seconds if not claim.kind.startswith("Redis") or not _is_touched(claim, run) else None
    named = _expiry(site, run.handler, program)
    return None if named is None or _is_rewritten(claim, site, run) else named[1]


def _expiry(site: Invocation, handler: Handler, program: Program) -> tuple[str, int] | None:
    """The attribute by which a row ends, and after how many seconds."""
    write = site.write
    assert write is not None
    table = table_of(write.table, handler, program)
    for name, value in write.values:
        seconds = from_now(value)
        if seconds is None or _LEASE.search(name):
            continue
        if (table is not None and table.ttl == name) or (
            EXPIRY.search(name) and " AND " not in write.condition.upper()
        ):
            return name, seconds
    return None


def from_now(value: Value) -> int | None:
    """The seconds that are added to the clock, if they are written out."""
    if isinstance(value, Derived) and value.op == "call" and len(value.parts) == 1:
        return from_now(value.parts[0])
    if not isinstance(value, Derived) or value.op != "arith+" or len(value.parts) != 2:
        return None
    left, right = value.parts
    for clock, added in ((left, right), (right, left)):
        number = added.parts[0] if isinstance(added, Derived) and added.op == "span" else added
        before = 0 if is_clock(clock) else from_now(clock)
        if isinstance(number, Known) and isinstance(number.value, (int, float)) and before is not None:
            return int(number.value) + before
    return None


def is_clock(value: Value) -> bool:
    """Whether this is the time now, perhaps rounded."""
    if isinstance(value, Derived) and value.op == "call" and len(value.parts) == 1:
        return is_clock(value.parts[0])
    return isinstance(value, Fresh) and value.kind == "clock"


def _is_touched(claim: Claim, run: Run) -> bool:
    """Whether the key is set, prolonged or deleted by a later call."""
    wanted = set(leaves(claim.key))
    return any(
        isinstance(e, Effect)
        and e.call.target == claim.store
        and e.place != claim.place
        and any(leaf in wanted for _, v in e.call.args for leaf in leaves(v))
        for e in run.events
    )


def _is_rewritten(claim: Claim, site: Invocation, run: Run) -> bool:
    """Whether a later write changes when the row ends."""
    own = site.write
    for event in run.events:
        write = event.call.write if isinstance(event, Effect) and event.place != claim.place else None
        if write is None or own is None or write.table != own.table:
            continue
        ends = any(EXPIRY.search(name) for name, _ in write.values) or write.kind in ("delete", "unset") or write.opaque
        wanted = {leaf for _, v in key_attributes(own) for leaf in leaves(v)}
        if ends and wanted & {leaf for _, v in key_attributes(write) for leaf in leaves(v)}:
            return True
    return False


def _place(claim: Claim, run: Run) -> tuple[Place, bool]:
    """Where the time is written; whether it is the default."""
    if not claim.kind.startswith("Powertools"):
        return claim.place, False
    for event in run.events:
        config = event.config if isinstance(event, Claimed) and event.claim == claim else None
        if isinstance(config, Made):
            places = dict(config.places)
            found = places.get("expires_after_seconds") or places.get("4")
            return found or config.place, found is None
    return claim.place, True
