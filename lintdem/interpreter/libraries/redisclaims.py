"""Claims in Redis: `SET key value NX` and its kin, whose answer says who came first.

https://redis.io/docs/latest/commands/set/
"""

from __future__ import annotations

from lintdem.interpreter.domain import EMPTY, Cases, Claim, Done, Error, Failed, Known, Unknown, Value
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.machine import Args, Machine
from lintdem.interpreter.values import FALSE, NONE, TRUE
from lintdem.model.span import Place

REDIS = ("redis.", "valkey.")


def call_redis(m: Machine, short: str, args: Args, place: Place, flow: Flow, receiver: Value | None) -> Value | None:
    """An atomic claim; None for any other command."""
    named = dict(args.keywords)
    first = short in ("setnx", "hsetnx") or (short == "set" and named.get("nx") == TRUE)
    if not first or receiver is None:
        return None
    expires = short == "set" and bool({"ex", "px", "exat", "pxat"} & named.keys())
    key = args.get(1 if short == "hsetnx" else 0, "name") or Unknown("the key")
    words = "Redis SET NX" if short == "set" else f"Redis {short.upper()}"
    claim = Claim(place, words, key, receiver, expires=expires, seconds=_seconds(named))
    m.claim(claim, flow)
    m.can_raise(Error(("any",), place), flow)
    done = frozenset({Done(place, words)})
    return Cases(((TRUE, frozenset({claim}), done), (NONE if short == "set" else FALSE, EMPTY, frozenset({Failed(claim)}))))


def _seconds(named: dict[str, Value]) -> int | None:
    """How long a key is kept, when that is a literal."""
    held, parts = named.get("ex"), named.get("px")
    if isinstance(held, Known) and isinstance(held.value, int):
        return held.value
    return parts.value // 1000 if isinstance(parts, Known) and isinstance(parts.value, int) else None
