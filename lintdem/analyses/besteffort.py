"""Calls that may fail without a loss: word of another failure, and what is done beside the work if it can be done."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintdem.analyses.carried import STORES
from lintdem.interpreter.domain import Caught, Done, Error
from lintdem.interpreter.engine import Run
from lintdem.interpreter.trace import Effect, Event, Swallowed
from lintdem.interpreter.values import leaves, text
from lintdem.knowledge import Kind
from lintdem.model.span import Place
from lintdem.regexes import late

_FAILS = late(r"fail|error|exception|alert|alarm|warn|problem|incident|went wrong|could not|unable", re.IGNORECASE)
_ALERTS = late(r"(^|[._])(alerts?|alarms?)(?=[._(]|$)|(?<=[a-z])Alert(er|s)?(?=[._(A-Z]|$)", re.IGNORECASE)
_HANDS_ON = STORES | {"events", "kinesis", "firehose", "lambda", "stepfunctions", "kafka", "batch"}
"""Services that are sent the work itself, where a dead-letter queue takes it in: that is lost when it fails."""
_TIDIES = late(r"_*(delete|remove|clean|purge|clear|tidy|invalidate|evict|unlink)(_|$|[A-Z])", re.IGNORECASE)
_LOGS = late(r"(^|[/_.\-])logs?([/_.\-]|$)|(?<=[a-z])Logs?(?=[A-Z_]|$)", re.IGNORECASE)
_COUNTS = late(r"audit|access|change|event|transaction|ledger", re.IGNORECASE)
"""A log that somebody counts on is work."""


def is_word_of_failure(effect: Effect, run: Run, own: Place | None = None) -> bool:
    """Whether a call tells people of a failure: in an `except` that has ended it, another than its `own`, or as an alert, which
    is the work itself where a handler does nothing else. What is made there once more, with another receiver, is the work
    itself, too: that says nothing of a failure."""
    around = any(isinstance(fact, Caught) and fact.place != own for fact in effect.must)
    around = around or (_is_alert(effect) and any(_is_other_work(e) for e in run.events))
    return around and effect.call.service not in _HANDS_ON and effect.call.kind is Kind.EFFECT and _says_failure(effect)


def _is_other_work(event: Event) -> bool:
    """Whether something is done that is no alert."""
    return isinstance(event, Effect) and event.call.kind in _DOES and not _is_alert(event)


_DOES = (Kind.EFFECT, Kind.CREATE, Kind.WRITE, Kind.SET, Kind.DELETE)


def _is_alert(effect: Effect) -> bool:
    """Whether a call is made by a function of alerts: `alerts.send(…)`, which nobody sends for anything but a failure."""
    return any(_ALERTS.search(step.text) for step in effect.stack[-2:])


def _says_failure(effect: Effect) -> bool:
    parts = [leaf for _, value in effect.call.args for leaf in leaves(value)]
    words = (*(step.text for step in effect.stack[-2:]), *filter(None, (text(part) for part in parts)), *_names(effect))
    return any(isinstance(part, Error) for part in parts) or any(_FAILS.search(word) for word in words)


def is_beside_work(effect: Effect, one: Swallowed, work: list[Effect]) -> bool:
    """Whether a call only tidies up, or notes down what was done, and the work on its way does not fail with it."""
    if not _is_minor(effect, one):
        return False
    others = [e for e in work if e.place != effect.place and not _is_minor(e, one)]
    return not any(one.block in e.caught for e in others) and any(_is_on_way(e, effect) for e in others)


def _is_on_way(other: Effect, effect: Effect) -> bool:
    before, behind = Done(other.place, other.call.name), Done(effect.place, effect.call.name)
    return before in effect.may or behind in other.may


def _is_minor(effect: Effect, one: Swallowed) -> bool:
    """Whether a call deletes or invalidates something, or writes a log to where files are kept."""
    call = effect.call
    if call.kind is Kind.DELETE or (call.write is not None and call.write.kind in ("delete", "unset")):
        return True
    steps = effect.stack[len(one.stack) :] or effect.stack[1:][-1:]
    calls = [step.text.rpartition(".")[2] for step in steps]
    if "invalidation" in call.method or (call.http is not None and any(_TIDIES.match(name) for name in calls)):
        return True
    words = [*calls, *_names(effect)] if call.service == "s3" else []
    return any(_LOGS.search(word) for word in words) and not any(_COUNTS.search(word) for word in words)


def _names(effect: Effect) -> Iterator[str]:
    """The words of where a call goes: a bucket and key, a topic, an address."""
    for name, value in effect.call.args:
        if name in ("Bucket", "Key", "TopicArn", "url", "0", "1", *effect.call.destination, *effect.call.identity):
            yield from (word for leaf in leaves(value) if (word := text(leaf) or getattr(leaf, "name", "")))
