"""Locks of libraries: held until they are released, and then taken by the next run."""

from __future__ import annotations

from lintdem.interpreter.domain import EMPTY, Cases, Held, Made, Value
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.machine import Args, Machine
from lintdem.interpreter.values import FALSE, TRUE
from lintdem.knowledge import library_call
from lintdem.model.span import Place

_TAKES = frozenset({"acquire", "acquire_lock", "try_acquire", "try_acquire_lock", "lock"})
_MAKES = frozenset({"lock", "acquire_lock", "try_acquire_lock"})
"""Methods of a manager of locks that give a lock by its name."""
_FREES = frozenset({"release", "release_lock", "unlock", "free"})


def held(value: Value) -> Held | None:
    """What holds while a lock is held; None for anything else."""
    if not isinstance(value, Made):
        return None
    call = library_call(value.type)
    return Held(value.place, value.type, value) if call is not None and call.role == "lock" else None


def made(m: Machine, lock: Made, flow: Flow) -> Made:
    """A lock that is held from the moment it is made, as `client.acquire_lock("key")` is."""
    found = held(lock)
    if found is not None and lock.type.rpartition(".")[2] in _TAKES - {"lock"}:
        flow.must |= {found}
    return lock


def call_lock(m: Machine, receiver: Made, name: str, args: Args, place: Place, flow: Flow) -> Value | None:
    """A method of a lock; None when it neither takes nor frees it."""
    found = held(receiver)
    if found is None or name not in _TAKES | _FREES:
        return None
    if name in _FREES:
        released = {receiver, *args.positional}
        flow.must = frozenset(f for f in flow.must if not (isinstance(f, Held) and f.lock in released))
        return FALSE
    made_here = Made(f"{receiver.type}.{name}", place)
    lock = Held(place, made_here.type, made_here) if name in _MAKES else found
    answer = made_here if name in _MAKES else TRUE
    if name == "acquire_lock" or not args.all():
        # It waits until the lock is its own, or raises.
        flow.must |= {lock}
        return answer
    return Cases(((answer, frozenset({lock}), EMPTY), (FALSE, EMPTY, EMPTY)))
