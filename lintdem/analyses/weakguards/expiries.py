"""When rows end: attributes that DynamoDB's time to live cannot read, and dedup records that never end."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from lintdem.analyses.cases import REPEATS, Case
from lintdem.analyses.guards import Answer
from lintdem.analyses.memories import EXPIRY
from lintdem.analyses.subjects import Subject
from lintdem.interpreter.deployed import table_of
from lintdem.interpreter.domain import Claim, Derived, Fresh, Known, Path, Value
from lintdem.interpreter.dynamodb.itemwrites import key_attributes
from lintdem.interpreter.engine import Run
from lintdem.interpreter.trace import Effect
from lintdem.interpreter.values import leaves, text
from lintdem.knowledge import TimeForm, time_form
from lintdem.model.span import Place
from lintdem.model.stack import Source
from lintdem.program import Program
from lintdem.regexes import late

_TTL = frozenset({"ttl", "timetolive", "expirationtime", "expiretime"})
"""Names that are hardly given to anything else, without `_` and case."""
_EARLIEST = 1_000_000_000
"""A number below this is a span; as a time it lies more than five years back, and such rows are never deleted:
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-before-you-start.html"""
_PLAIN = late(
    r"(^(pk|sk|id|key|status|state|type|kind|name|source|owner|version)$|(_|^)(at|on|ts|time|date|timestamp|status|state)$|At$|"
    r"(Time|Date|Timestamp|Status|State)$|created|processed|received|handled|seen|done|started|request_?id)",
    re.IGNORECASE,
)
_STORE = late(
    r"(idempot|dedup|duplicate|processed|seen|handled|already|marker|receipts?$|inbox|consumed)", re.IGNORECASE
)


class Unreadable(msgspec.Struct, frozen=True):
    """An expiry that DynamoDB does not understand: `form` says what it is ("milliseconds", "text", "span")."""

    run: Run
    subject: Subject
    effect: Effect
    place: Place
    attribute: str
    form: str


class Endless(msgspec.Struct, frozen=True):
    """A dedup record that nothing ends, and an effect that it holds back."""

    case: Case
    claim: Claim
    attributes: tuple[str, ...]

    @property
    def run(self) -> Run:
        """The run of the handler."""
        return self.case.run

    @property
    def subject(self) -> Subject:
        """Who delivers to it."""
        return self.case.subject


def unreadable(run: Run, subject: Subject, program: Program) -> Iterator[Unreadable]:
    """The expiries of one run that are never reached."""
    for effect in run.events:
        write = effect.call.write if isinstance(effect, Effect) else None
        if (
            not isinstance(effect, Effect)
            or write is None
            or write.kind not in ("put", "update")
            or effect.call.service != "dynamodb"
        ):
            continue
        table = table_of(write.table, run.handler, program)
        for name, value in write.values:
            if name == table.ttl if table is not None else name.replace("_", "").lower() in _TTL:
                form = form_of(value, subject.source)
                if form:
                    yield Unreadable(run, subject, effect, dict(write.places).get(name, effect.place), name, form)


def form_of(value: Value, source: Source = Source.UNKNOWN) -> str:
    """What an expiry is instead of a number of seconds since 1970; empty if it may be one."""
    if isinstance(value, Derived) and value.op == "text":
        return "text"
    if isinstance(value, Known) and not isinstance(value.value, bool):
        if isinstance(value.value, str):
            return "text" if value.value.isdigit() else ""
        return "span" if isinstance(value.value, (int, float)) and 0 < value.value < _EARLIEST else ""
    return "milliseconds" if _is_milliseconds(value, source) else ""


def _is_milliseconds(value: Value, source: Source) -> bool:
    """Whether it is a moment of the event in milliseconds or the clock multiplied by a thousand, and not divided afterwards."""
    if isinstance(value, Path) and value.root == "event":
        return time_form(source, value.steps) in (TimeForm.MILLISECONDS, TimeForm.MILLISECONDS_TEXT)
    if not isinstance(value, Derived):
        return False
    if value.op == "arith*" and len(value.parts) == 2:
        thousand = any(isinstance(v, Known) and v.value in (1000, 1000.0) for v in value.parts)
        return thousand and any(isinstance(leaf, Fresh) and leaf.kind == "clock" for leaf in leaves(value))
    return value.op in ("arith+", "arith-", "call") and any(_is_milliseconds(part, source) for part in value.parts)


def endless(case: Case, program: Program) -> Iterator[Endless]:
    """The record in front of an effect, if it is nothing but a record and stays for ever."""
    claim = case.cover.claim
    site = case.run.sites.get(claim.place) if claim is not None else None
    write = site.write if site is not None else None
    if claim is None or write is None or case.cover.answer is not Answer.YES or case.harm.repeat not in REPEATS:
        return
    if write.kind != "put" or write.opaque or claim.useless:
        return
    if not claim.kind.startswith("the condition") or "not_exists" not in claim.kind:
        return
    names = tuple(name for name, _ in write.values)
    table = table_of(write.table, case.run.handler, program)
    ends = any(EXPIRY.search(name) or (table is not None and name == table.ttl) for name in names)
    keys = {name for name, _ in key_attributes(write, table.keys if table is not None else ())}
    plain = all(name in keys or _PLAIN.search(name) or _is_said(v) for name, v in write.values)
    if not ends and plain and _is_store(case, claim, keys, names):
        yield Endless(case, claim, names)


def _is_said(value: Value) -> bool:
    """Whether an attribute says nothing of the business: the time of the run, or the same for every event."""
    return isinstance(value, (Known, Fresh)) or (isinstance(value, Path) and value.root == "context")


def _is_store(case: Case, claim: Claim, keys: set[str], names: tuple[str, ...]) -> bool:
    """Whether the table is there to tell duplicates apart: by its name, or because the key is the id of a delivery."""
    site = case.run.sites[claim.place]
    table = site.write.table if site.write is not None else None
    words = [t for leaf in leaves(table) if (t := text(leaf) or getattr(leaf, "name", ""))] if table is not None else []
    words += [t for leaf in leaves(claim.key) if (t := text(leaf))]
    words += [name for name in names if name in keys]
    return any(_STORE.search(word) for word in words)
