"""Claims that never tell a duplicate, because the item they are on is new in each run."""

from __future__ import annotations

from lintdem.analyses.keys import Grade, provenance
from lintdem.analyses.subjects import Subject
from lintdem.interpreter.domain import Claim
from lintdem.interpreter.dynamodb.itemwrites import KEY_PARTS, key_attributes
from lintdem.interpreter.engine import Run


def is_of_history(claim: Claim, run: Run, subject: Subject) -> bool:
    """Whether a claim is on an entry of a history: a part of the item's key is made in the run."""
    call = run.sites.get(claim.place)
    keys = key_attributes(call.write) if call is not None and call.write is not None else []
    named = [v for k, v in keys if k in KEY_PARTS] or [v for _, v in keys]
    return any(provenance(v, subject, run.sites).grade is Grade.ATTEMPT for v in (claim.key, *named))
