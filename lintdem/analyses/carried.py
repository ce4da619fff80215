"""What a call hands on: something of the event, or of a message that the handler has fetched itself."""

from __future__ import annotations

from lintdem.interpreter.domain import Derived, Made, Method, Path, Ref, Unknown, Value
from lintdem.interpreter.engine import Run
from lintdem.interpreter.trace import Effect
from lintdem.interpreter.values import leaves, parts_of

STORES = frozenset({"dynamodb", "s3", "sqs", "sql"})


def is_received(effect: Effect, run: Run) -> bool:
    """Whether a call hands on something of a message that the handler has fetched itself."""
    fetched = {place for place, call in run.sites.items() if call.method == "receive_message"}
    found = (leaf for _, v in effect.call.args for leaf in leaves(v) if isinstance(leaf, Path))
    return any(leaf.place in fetched for leaf in found)


def carries_event(effect: Effect, run: Run) -> bool:
    """Whether a call hands on something of the event; what it does not depend on can be done at any other time."""
    write = effect.call.write
    named = (*write.key, *write.values) if write is not None and not write.opaque else ()
    pairs = named or effect.call.args
    values = [v for name, v in pairs if not name.startswith(("self.", "header:"))]
    if any(is_from_event(v, run, 2) for v in values):
        return True
    # Where nothing is known it may be the event; beside an answer of somebody else it hardly is.
    found = [leaf for v in values for leaf in leaves(v)]
    return any(isinstance(v, Unknown) for v in found) and not any(isinstance(v, (Path, Made)) for v in found)


def is_from_event(value: Value, run: Run, depth: int, *, unread: bool = False) -> bool:
    """Whether a value comes from the event, perhaps by way of a record that the event names.

    What an object holds is not seen here: one that is handed on may hold the event, one that something
    unread was called on says nothing.
    """
    if isinstance(value, Ref):
        return not unread
    if isinstance(value, Path):
        read = run.sites.get(value.place) if value.place is not None and depth else None
        if read is not None and read.service in STORES:
            return any(is_from_event(v, run, depth - 1, unread=unread) for _, v in read.args)
        return value.root == "event"
    if isinstance(value, Method):
        # `Path(key).stem`: an attribute of what a library made of the event.
        return is_from_event(value.receiver, run, depth, unread=True)
    if isinstance(value, Made):
        return any(is_from_event(v, run, depth, unread=unread or name == "self") for name, v in value.args)
    unread = unread or isinstance(value, Unknown)
    inner = parts_of(value)
    if isinstance(value, Derived) and value.op == "dumps" and len(inner) > 1:
        # Behind the object itself stands what it holds.
        inner = inner[1:]
    return any(is_from_event(v, run, depth, unread=unread) for v in inner)
