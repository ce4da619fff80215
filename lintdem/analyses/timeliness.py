"""Effects that are bound to a time: codes, reminders, offers that end."""

from __future__ import annotations

import re

from lintdem.analyses.effects import event_values
from lintdem.analyses.keys import readable
from lintdem.analyses.subjects import Subject
from lintdem.interpreter.domain import Check, Path, Value
from lintdem.interpreter.dynamodb.itemwrites import key_attributes
from lintdem.interpreter.engine import Run
from lintdem.interpreter.trace import Effect
from lintdem.interpreter.values import leaves, text
from lintdem.model.stack import Source
from lintdem.regexes import late


def is_fresh_checked(effect: Effect) -> bool:
    return any(isinstance(f, Check) and f.kind == "fresh" for f in effect.must)


_TIME = late(r"(time|_at$|At$|timestamp|sequence|modified|updated|occurred|_on$|date)", re.IGNORECASE)
_VERSION = late(
    r"^((item|object|entity|record|row|event|aggregate|order|document|doc|data|message|state)_?)?(version|revision)(_?(no|nr|num|number))?$",
    re.IGNORECASE,
)
"""Names of the number of a state; that of a configuration, a model or a format says which one is meant."""
_OTHER_TIMES = late(
    r"(start|begin|end|due|birth|expir|schedul|deadline|delivery|arriv|depart|appointment|meeting|booking|check_?(in|out)|from|to|until|"
    r"run|over|life|part|full)_?(date|time)|time_?(zone|out|slot|frame)|^(date|candidate|update|validate)s?$|(^|_)created(_?(at|on|time|date))?$|"
    r"[a-z]Created(At|On|Time|Date)?$",
    re.IGNORECASE,
)
"""Times that an event is about, and words that only sound like one."""


def event_time(effect: Effect) -> str | None:
    """What of the event says how new it is, of what a write stores beside the key."""
    write = effect.call.write
    keys = {leaf for _, value in key_attributes(write) for leaf in leaves(value)} if write is not None else set()
    for value in event_values(effect):
        name = readable(value.steps)
        if value not in keys and (_VERSION.match(name) or (_TIME.search(name) and not _OTHER_TIMES.search(name))):
            return name
    return None


_ORDER = late(
    r"^(version|revision|sequence(_?number)?|(event_?)?timestamp|event_?time|occurred_?(at|on)|"
    r"(last_?)?(updated|modified|changed)(_?(at|on|time|date))?)$",
    re.IGNORECASE,
)
"""Names of what tells an older state from a newer one, not of any date."""
_ROWS = frozenset({"sql", "mongo"})


def unordered_row(effect: Effect, subject: Subject) -> str:
    """Why a row or document that is set from an event may go back to an older state: the event says how new it is, that is
    stored beside the rest, and nothing compares it."""
    write, source = effect.call.write, subject.source
    if write is None or write.kind not in ("set", "upsert") or write.claim is not None or effect.call.service not in _ROWS:
        return ""
    if not subject.late or subject.by_caller or source is Source.UNKNOWN or is_fresh_checked(effect):
        return ""
    values = event_values(effect)
    timed = [v for v in values if _ORDER.match(readable(v.steps))]
    compared = {leaf for value in write.compares for leaf in leaves(value)}
    if not timed or len(set(values)) == len(set(timed)) or compared & set(timed) or (write.kind == "upsert" and compared):
        return ""
    return f"the event carries {readable(timed[0].steps)}, which is stored but never compared"


# --- time-bound effects ---


_TIME_BOUND = late(
    r"(\botp\b|one.?time.?(code|pass)|verification.?code|passcode|reminder|\bremind\b|countdown|flash.?sale|"
    r"expires?_?(at|in|on)?$|\bexpir(y|es|ation)|price.?quote|\bquote\b|reservation.?hold|\bhold_until)",
    re.IGNORECASE,
)


_SENDS = frozenset({"ses", "sesv2", "sns", "pinpoint", "pinpoint-sms-voice-v2", "twilio", "sendgrid", "slack_sdk", "smtplib"})


_LATE_ONLY = frozenset({Source.API, Source.ALB, Source.FUNCTION_URL, Source.APPSYNC, Source.COGNITO, Source.DIRECT})


def time_bound(effect: Effect, run: Run, subject: Subject) -> str:
    """Why an effect is bound to its time, when no path compares the event's age first."""
    if not subject.late or subject.by_caller or subject.source in _LATE_ONLY or effect.call.service not in _SENDS:
        return ""
    if is_fresh_checked(effect):
        return ""
    if effect.call.write is not None or _is_looked_up(effect, subject):
        return ""
    for word in _words(effect):
        match = _TIME_BOUND.search(word)
        if match:
            return f"\"{match[0]}\" is bound to its time, and the age of the event is never looked at"
    return ""


def _is_looked_up(effect: Effect, subject: Subject) -> bool:
    """Whether a schedule only wakes the handler, which asks a store what is due now: however late, that is today's answer."""
    found = (leaf for _, value in effect.call.args for leaf in leaves(value))
    return subject.source is Source.SCHEDULE and any(isinstance(leaf, Path) and leaf.root == "result" for leaf in found)


_EXPIRES = late(r"(^expir|valid_?(until|to)|deadline|hold_?until|expires?$)", re.IGNORECASE)


_HOLDS = late(r"(reserv|hold|offer|quote|coupon|auction|\bbid)", re.IGNORECASE)


def held_for_a_time(effect: Effect, subject: Subject) -> str:
    """A reservation, offer or quote that ends at a time in the event, made without looking at that time."""
    write = effect.call.write
    if write is None or write.kind == "delete" or not subject.late or subject.by_caller or is_fresh_checked(effect):
        return ""
    ends = [readable(v.steps) for v in event_values(effect) if _EXPIRES.search(readable(v.steps))]
    compared = {leaf for value in write.compares for leaf in leaves(value)}
    if not ends or any(isinstance(v, Path) and readable(v.steps) in ends for v in compared):
        return ""
    names = [*(c.text.rpartition(".")[2] for c in effect.stack), *(name for name, _ in write.values)]
    if any(_HOLDS.search(name) for name in names):
        return f"{ends[0]} of the event is stored, but it may have passed already"
    return ""


def _words(effect: Effect) -> list[str]:
    found = [c.text.rpartition(".")[2] for c in effect.stack]
    values: list[Value] = [v for _, v in effect.call.args]
    for value in values:
        for leaf in leaves(value):
            if isinstance(leaf, Path):
                found.append(readable(leaf.steps))
            elif (written := text(leaf)) is not None:
                found.append(written)
    return found
