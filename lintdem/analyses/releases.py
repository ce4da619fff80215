"""Claims that are given back: what of the later calls concerns the same record, and what of them frees it."""

from __future__ import annotations

from lintdem.analyses.beginnings import apart
from lintdem.interpreter.domain import Caught, Check, Claim, Done, Env, Fact, Held, Known, Path, Value
from lintdem.interpreter.dynamodb.itemwrites import key_attributes
from lintdem.interpreter.engine import Run
from lintdem.interpreter.ordering import in_order
from lintdem.interpreter.trace import Asked, Effect
from lintdem.interpreter.values import leaves

FREES = frozenset({"delete", "unlink", "srem", "hdel", "zrem", "delete_object", "delete_objects"})
"""Methods that take a key out of a store."""
_GIVEN_BACK = (
    "the condition", "Redis", "memcached", "PartiQL", "the filter", "the id in", "the unique key", "the upsert",
    "the INSERT",
)  # fmt: skip
"""Claims that another call can free."""


def touches_claim(effect: Effect, claim: Claim, own: Effect | None) -> bool:
    """Whether a later call changes what was claimed; `own` is the write that claimed it."""
    write = effect.call.write
    if effect.call.service in ("redis", "valkey"):
        return effect.call.target == claim.store and shares([v for _, v in effect.call.args], claim.key)
    if effect.call.service == "s3":
        # A list of keys is not looked into.
        named = effect.call.arg("Key")
        return effect.call.arg("Bucket") == claim.store and shares([named] if named is not None else [], claim.key)
    if write is None or own is None or own.call.write is None or write.table != own.call.write.table:
        return False
    if apart(write, own.call.write):
        return False
    return shares([v for _, v in key_attributes(write)], claim.key)


def shares(values: list[Value], key: Value) -> bool:
    """Whether two keys have a value in common, or nothing is known of one of them."""
    wanted = telling([key])
    return not values or any(leaf in wanted for v in values for leaf in leaves(v))


def telling(values: list[Value]) -> set[Value]:
    """What tells one key from another: literals such as a fixed sort key only where there is nothing else."""
    found = {leaf for v in values for leaf in leaves(v)}
    return {leaf for leaf in found if not isinstance(leaf, Known)} or found


def released(claim: Claim, effect: Effect, run: Run) -> Effect | None:
    """The call that frees a claim when the effect behind it has succeeded: the next delivery takes it again."""
    if not claim.record or not claim.kind.startswith(_GIVEN_BACK):
        return None
    own = next((e for e in run.events if isinstance(e, Effect) and e.place == claim.place and e.call.write is not None), None)
    for event in run.events:
        if not isinstance(event, Effect) or event.place in (claim.place, effect.place) or not _frees(event):
            continue
        # What runs in an `except` only gives back what could not be done.
        failed = any(isinstance(f, Caught) for f in event.must - effect.must)
        done = any(isinstance(f, Done) and f.place == effect.place for f in event.may)
        if done and not failed and touches_claim(event, claim, own):
            return event
    return None


def is_mere_lock(claim: Claim, run: Run) -> bool:
    """Whether a claim only keeps two runs apart: it is given back when its own work is done, or its key is the same for
    every event. It remembers nothing of what was done, wherever it stands."""
    found = leaves(claim.key)
    if found and all(isinstance(leaf, (Known, Env)) for leaf in found):
        return True
    own = next((e for e in run.events if isinstance(e, Effect) and e.place == claim.place and e.call.write is not None), None)
    later = (e for e in run.events if isinstance(e, Effect) and e.place != claim.place and _frees(e))
    return claim.kind.startswith(_GIVEN_BACK) and any(
        touches_claim(e, claim, own) and claim in e.must and not any(isinstance(f, Caught) for f in e.must) for e in later
    )


def _frees(effect: Effect) -> bool:
    write = effect.call.write
    return write.kind in ("delete", "unset") if write is not None else effect.call.method in FREES


def serialised(check: Check, lock: Fact, run: Run) -> bool:
    """Whether a store is asked while the lock is held: then no two runs pass the test together."""
    subject = check.subject if isinstance(check.subject, Path) else next(iter(getattr(check.subject, "parts", ())), None)
    place = subject.place if isinstance(subject, Path) else None
    asked = [e for e in run.events if isinstance(e, Asked) and e.place == place]
    return bool(asked) and all(lock in e.must for e in asked)


def locks(effect: Effect) -> list[Held]:
    """The locks of libraries that are held around an effect."""
    return in_order(f for f in effect.must if isinstance(f, Held))
