"""What is wrong with an effect: the kinds of fault, and the diagnosis of one effect of one handler."""

from __future__ import annotations

from enum import Enum

import msgspec

from lintdem.analyses.effects import Harm, Repeat
from lintdem.analyses.guards import Cover
from lintdem.analyses.keys import Provenance
from lintdem.analyses.subjects import Subject
from lintdem.interpreter.engine import Run
from lintdem.interpreter.trace import Effect, Retry
from lintdem.model.finding import Level
from lintdem.model.span import Place


class Kind(str, Enum):
    """What is wrong with an effect."""

    NOTHING = "nothing"
    UNGUARDED = "unguarded"
    MINTED = "minted"
    TOKENLESS = "tokenless"
    ACCUMULATES = "accumulates"
    DELIVERY_KEY = "delivery key"
    ATTEMPT_KEY = "attempt key"
    ENVELOPE_KEY = "envelope key"
    UNCONDITIONAL = "unconditional"
    STALE = "stale"
    UNORDERED = "unordered"
    CHECKED = "checked"
    LOCKED = "locked"
    LATE = "late"
    MEMORY = "memory"
    IGNORED = "ignored"
    USELESS = "useless"
    LIKELY = "likely guarded"
    LOST_UPDATE = "lost update"
    SHORT_TOKEN = "short token"
    INSERTED = "inserted"
    UNSTABLE = "unstable hash"
    RETRIED = "retried"
    UNDEDUPLICATED = "undeduplicated"
    REPLAYED = "replayed"
    TAKEN_BACK = "taken back"
    RESENT_DEAD = "resent dead letter"
    HALF_DONE = "half done"
    UNTRACKED = "untracked"


class Case(msgspec.Struct, frozen=True):
    """One effect of one handler with its diagnosis. `level` is set where the fault is graded by its
    circumstances; `reason` says those in words."""

    run: Run
    subject: Subject
    effect: Effect
    harm: Harm
    cover: Cover
    kind: Kind
    level: Level | None = None
    reason: str = ""
    key: Provenance | None = None
    key_place: Place | None = None
    retry: Retry | None = None



REPEATS = frozenset(
    {Repeat.DUPLICATES, Repeat.MINTS, Repeat.ACCUMULATES, Repeat.INSERTS, Repeat.LACKS_TOKEN, Repeat.STALE_TOKEN}
)
