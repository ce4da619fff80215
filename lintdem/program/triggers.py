"""Triggers: who calls a handler, and where that was learned."""

from __future__ import annotations

import msgspec

from lintdem.model.span import Place
from lintdem.model.stack import Event, Lambda, Source, Value


class Trigger(msgspec.Struct, frozen=True):
    """One event source of a handler. `learned` is "template", "code", "setting" or "nothing". Numbers are None
    when not known, times in seconds; `retried` tells whether a Step Functions task has a Retry; `target` is what
    delivers (the queue, the stream), `failures` where a failed event goes."""

    source: Source
    learned: str
    evidence: Place | None = None
    batch_size: int | None = None
    reports_failures: bool | None = None
    max_retries: int | None = None
    retried: bool | None = None
    detail_types: tuple[str, ...] = ()
    target: Value | None = None
    max_age: int | None = None
    bisects: bool | None = None
    failures: Value | None = None


UNKNOWN = Trigger(Source.UNKNOWN, "nothing")


def of_function(function: Lambda) -> tuple[Trigger, ...]:
    """The triggers a template gives a function."""
    return tuple(dict.fromkeys(of_event(function, event) for event in function.events))


def of_event(function: Lambda, event: Event) -> Trigger:
    """One trigger from one event of a template."""
    retries = event.max_retries if event.max_retries is not None else function.async_retries
    return Trigger(
        source=event.source,
        learned="template",
        evidence=event.place,
        batch_size=event.batch_size,
        reports_failures=event.reports_failures,
        max_retries=retries,
        retried=event.retried,
        detail_types=event.detail_types,
        target=event.target,
        max_age=event.max_age if event.max_age is not None else function.async_max_age,
        bisects=event.bisects,
        failures=event.failures or function.on_failure or function.dead_letter,
    )
