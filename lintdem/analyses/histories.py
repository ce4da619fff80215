"""Claims that never tell a duplicate: the item they are on is new in each run, or it is there for every event."""

from __future__ import annotations

from lintdem.analyses.keys import Grade, provenance
from lintdem.analyses.subjects import Subject
from lintdem.interpreter.domain import Check, Claim
from lintdem.interpreter.dynamodb.itemwrites import KEY_PARTS, key_attributes
from lintdem.interpreter.engine import Run
from lintdem.interpreter.trace import Claimed


def is_of_history(claim: Claim, run: Run, subject: Subject) -> bool:
    """Whether a claim is on an entry of a history: a part of the item's key is made in the run."""
    call = run.sites.get(claim.place)
    keys = key_attributes(call.write) if call is not None and call.write is not None else []
    named = [v for k, v in keys if k in KEY_PARTS] or [v for _, v in keys]
    return any(provenance(v, subject, run.sites).grade is Grade.ATTEMPT for v in (claim.key, *named))


def is_of_catalogue(claim: Claim, run: Run, subject: Subject) -> bool:
    """Whether a claim is on a row that many events share: made because it was not there yet, or under a constant key."""
    made = (e for e in run.events if isinstance(e, Claimed) and e.claim == claim)
    missing = any(isinstance(f, Check) and f.kind == "absent" for e in made for f in e.must)
    site = run.sites.get(claim.place)
    is_row = site is not None and site.write is not None
    return missing or (is_row and provenance(claim.key, subject, run.sites).grade is Grade.CONSTANT)
