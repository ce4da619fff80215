"""Which of the events that a function's callees made are kept: those that add to what is known."""

from __future__ import annotations

from operator import eq, is_
from typing import TypeAlias

from lintdem.interpreter.domain import Fact
from lintdem.interpreter.trace import Asked, Event, Gap, Tested

MANY = 8
"""So many different runs of one call are kept for a function."""

News: TypeAlias = dict[object, list[tuple[object, frozenset[Fact]]]]
"""What a function knows so far, by place and kind: what was done there, and what held it back."""


def is_news(known: News, event: Event, must: frozenset[Fact]) -> bool:
    """Whether a callee's event adds to what is known: another call, or the same with less to hold it back."""
    made = getattr(event, "call", None) or getattr(event, "claim", None)
    anew = made is None and isinstance(event, (Tested, Gap))
    subject, alike = (_said(event), eq) if anew else (made or event, is_)
    by = event.stack[-1].place if isinstance(event, Asked) and event.stack else None  # many share what reads: each asks itself
    own = known.setdefault((event.place, type(event), by), [])
    now = event.must | must
    if len(own) >= MANY:
        return False
    told = any(alike(other, subject) and before <= now for other, before in own)
    if not told or anew:  # a test that was made anew counts, though it says the same
        own.append((subject, now))
    return not told


def _said(event: Event) -> object:
    """What tells a test or a gap from another one at its place: each run of a function makes them anew."""
    if isinstance(event, Tested):
        return event.test
    return (event.reason, event.cause) if isinstance(event, Gap) else event
