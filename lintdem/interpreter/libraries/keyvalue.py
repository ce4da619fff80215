"""Keys of Redis, Valkey and memcached: commands that count or append, and those whose answer says who was first."""

from __future__ import annotations

import re

from lintdem.interpreter.domain import Claim, Derived, Error, Unknown, Value
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.machine import Args, Machine, answered, result_of
from lintdem.interpreter.trace import Gap, Invocation, Write
from lintdem.interpreter.values import NONE, TRUE, known, leaves, text
from lintdem.knowledge import Kind
from lintdem.model.span import Place
from lintdem.regexes import late

_COUNTS = frozenset({"incr", "incrby", "incrbyfloat", "decr", "decrby", "hincrby", "hincrbyfloat", "zincrby"})
_APPENDS = frozenset({"append", "lpush", "rpush", "lpushx", "rpushx", "linsert", "xadd", "prepend"})
_TAKES = frozenset(
    {
        "lpop",
        "rpop",
        "blpop",
        "brpop",
        "lmove",
        "blmove",
        "rpoplpush",
        "brpoplpush",
        "spop",
        "zpopmin",
        "zpopmax",
        "bzpopmin",
        "bzpopmax",
        "xread",
        "xreadgroup",
        "xclaim",
        "xautoclaim",
    }
)
_SCRIPTS = frozenset({"eval", "evalsha", "fcall", "execute_command"})
_DELETES = late(r"""redis\.call\(\s*['"](del|unlink)['"]""", re.IGNORECASE)
_LIMITS = late(
    r"(rate|limit|throttl|quota|attempt|retr(y|ies)|hits?\b|views?\b|stat(s|istics)?\b|metric)", re.IGNORECASE
)


def call_keys(m: Machine, name: str, args: Args, place: Place, flow: Flow, receiver: Value | None) -> Value | None:
    """A command; None when its repetition is nothing special."""
    short = name.rpartition(".")[2]
    if receiver is None:
        return None
    if short in ("sadd", "incr", "zadd", "add") and (short != "add" or name.startswith("pymemcache")):
        return _first_seen(m, name, short, args, place, flow, receiver)
    if short in _COUNTS or short in _APPENDS:
        return _accumulate(m, name, short, args, place, flow, receiver, None)
    if short in _TAKES:
        m.can_raise(Error(("any",), place), flow)
        return result_of(place)
    if short == "eval" and len(args.positional) > 2 and _DELETES.search(text(args.positional[0]) or ""):
        # The usual way to free a lock: only if it is still one's own.
        m.can_raise(Error(("any",), place), flow)
        keys = tuple((str(i), v) for i, v in enumerate(args.positional[2:]))
        m.effect(Invocation(name, "redis", "delete", Kind.DELETE, "deletes the key again", keys, receiver), place, flow)
        return result_of(place)
    if short in _SCRIPTS:
        m.record(Gap(place, "what the script does in the store is not known"))
        return result_of(place)
    return None


def _first_seen(m: Machine, name: str, short: str, args: Args, place: Place, flow: Flow, receiver: Value) -> Value:
    """`SADD seen id` answers 1, `INCR key` 1, to whoever comes first."""
    key = args.get(0, "name") or args.get(0, "key") or Unknown("the key")
    if short in ("sadd", "zadd"):
        key = args.get(1, "values") or key
        entries = m.dict_entries(flow, key)
        if entries is not None:
            key = next((k for k, _ in entries.rest), next((known(k) for k in entries.entries), key))
    claim = Claim(place, f"{_product(name)} {short.upper()}", key, receiver, tentative=True)
    if short == "incr":
        m.claim(claim, flow)
        _accumulate(m, name, short, args, place, flow, receiver, claim)
        return answered(claim, known(1), Derived("counted", (result_of(place),)))
    m.claim(claim, flow)
    m.can_raise(Error(("any",), place), flow)
    call = Invocation(name, "redis", short, Kind.SET, "sets the key again", args.named(), receiver)
    m.sites[place] = call
    m.effect(call, place, flow)
    return answered(claim, known(1) if short != "add" else TRUE, known(0) if short != "add" else known(False))


def _product(name: str) -> str:
    return {"redis": "Redis", "valkey": "Valkey"}.get(name.partition(".")[0], "memcached")


def _accumulate(
    m: Machine, name: str, short: str, args: Args, place: Place, flow: Flow, receiver: Value, claim: Claim | None
) -> Value:
    key = args.get(0, "name") or NONE
    m.can_raise(Error(("any",), place), flow)
    explicit = next((v for k, v in args.keywords if k == "id"), None)
    if _is_limit(key) or (short == "xadd" and explicit is not None and text(explicit) != "*"):
        return result_of(place)
    what = f"{short.upper()} {text(key) or '…'}"
    phrase = "counts again" if short in _COUNTS else "appends again"
    write = Write("accumulate", receiver, (), (("value", args.get(1) or known(1)),), accumulates=what)
    call = Invocation(
        f"{_product(name)} {short.upper()}", "redis", short, Kind.WRITE, phrase, args.named(), receiver, write=write
    )
    m.sites[place] = call
    before = flow.must
    flow.must |= {claim} if claim is not None else frozenset()
    m.effect(call, place, flow)
    flow.must = before
    return result_of(place)


def _is_limit(key: Value) -> bool:
    """Rate limits and statistics count runs on purpose."""
    return any(_LIMITS.search(t) for leaf in leaves(key) if (t := text(leaf)) is not None)
