"""Rows that join a session are stored when it is committed: what fails there is that they are stored, wherever they joined."""

from __future__ import annotations

from lintdem.interpreter.engine import Run
from lintdem.interpreter.trace import Asked, Effect, Invocation, Swallowed

_COMMITS = frozenset({"commit", "flush"})


def committed_in(one: Swallowed, run: Run) -> list[Effect]:
    """The rows that joined a session before the `try` of a clause, and that the commit inside of it was to store."""
    places = {error.place for error in one.errors}
    found: list[Effect] = []
    joined: list[Effect] = []
    for event in run.events:
        if isinstance(event, Effect) and _joins(event.call) and one.block not in event.caught:
            joined.append(event)
        elif isinstance(event, Asked) and event.place in places and one.block in event.caught and _commits(event.call):
            found += (row for row in joined if row.call.target == event.call.target)
    return found


def is_stored_later(call: Invocation, run: Run) -> bool:
    """Whether what a call adds is refused by the commit of its session, where that is seen."""
    if not _joins(call):
        return False
    return any(isinstance(e, Asked) and _commits(e.call) and e.call.target == call.target for e in run.events)


def _joins(call: Invocation) -> bool:
    return call.service == "sql" and call.target is not None and call.write is not None and call.write.kind in ("insert", "upsert")


def _commits(call: Invocation) -> bool:
    return call.service == "sqlalchemy" and call.method in _COMMITS
