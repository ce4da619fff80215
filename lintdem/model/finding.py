"""What is reported: findings, the steps of their way, fixes, the report."""

from __future__ import annotations

from enum import Enum

import msgspec

from lintdem.model.module import Problem
from lintdem.model.remedy import Remedy
from lintdem.model.span import Place, Span


class Level(str, Enum):
    """How loud a finding is."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Group(str, Enum):
    """What a rule promises. `GRADED` rules choose the level of each finding themselves."""

    CORRECTNESS = "correctness"
    SUSPICIOUS = "suspicious"
    CONFIG = "config"
    PEDANTIC = "pedantic"
    NURSERY = "nursery"
    NOTE = "note"
    GRADED = "graded"


DEFAULTS = {
    Group.CORRECTNESS: Level.ERROR, Group.SUSPICIOUS: Level.WARNING, Group.CONFIG: Level.WARNING,
    Group.PEDANTIC: Level.WARNING, Group.NURSERY: Level.WARNING, Group.NOTE: Level.NOTE, Group.GRADED: Level.WARNING,
}  # fmt: skip
"""The level of a finding that its rule gives none of its own."""


class Redelivers(str, Enum):
    """Who runs the handler again for the same event."""

    ITSELF = "itself"
    CALLER = "caller"
    UNKNOWN = "unknown"


class Step(msgspec.Struct, frozen=True, order=True):
    """One step of the way from the handler to the effect, or a guard beside it."""

    place: Place
    message: str


class Edit(msgspec.Struct, frozen=True, order=True):
    """Replace the text at `place` by `text`."""

    place: Place
    text: str


class Fix(msgspec.Struct, frozen=True, order=True):
    """A change that mends a finding. A safe fix never changes what a first delivery does."""

    title: str
    safe: bool
    edits: tuple[Edit, ...]


class TriggerInfo(msgspec.Struct, frozen=True, order=True):
    """The event source as shown to the user; `words` is the redelivery in one sentence."""

    source: str
    redelivers: Redelivers
    evidence: Place | None
    words: str


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One finding. `handler` is "path:function"; `guard` says which guard is nearest and why it does not
    count; `advice` is the fix in words; `remedies` is what `fixes` are made of when somebody asks for them; `identity`
    survives moved lines."""

    path: str
    span: Span
    code: str
    name: str
    group: Group
    level: Level
    message: str
    handler: str | None = None
    trigger: TriggerInfo | None = None
    why: tuple[Step, ...] = ()
    guard: str | None = None
    advice: str | None = None
    remedies: tuple[Remedy, ...] = ()
    fixes: tuple[Fix, ...] = ()
    identity: str = ""

    @property
    def order(self) -> tuple[str, Span, str, str]:
        """The sorting key of reports: path, place, code, identity."""
        return (self.path, self.span, self.code, self.identity)


class Suppressed(msgspec.Struct, frozen=True):
    """A finding that a directive silenced, and the reason written there."""

    finding: Finding
    reason: str


class Fixed(msgspec.Struct, frozen=True, order=True):
    """A finding that was mended, by the fix of that title."""

    path: str
    span: Span
    code: str
    name: str
    title: str


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The result of one run. `sources` holds the text of every file a finding or step points into. `baselined` are the
    findings that the baseline speaks for, `stale` its number of entries that speak for none any more."""

    findings: tuple[Finding, ...] = ()
    problems: tuple[Problem, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    baselined: tuple[Finding, ...] = ()
    stale: int = 0
    fixed: tuple[Fixed, ...] = ()
    sources: dict[str, str] = {}
    files: int = 0
    handlers: int = 0
    seconds: float = 0.0
