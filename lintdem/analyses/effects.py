"""Effects: what a second run of each call does, given its arguments."""

from __future__ import annotations

import re
from enum import Enum

import msgspec

from lintdem.analyses.bytime import is_for_a_while
from lintdem.analyses.counting import counts_versions
from lintdem.analyses.emptied import is_begun_anew, is_filled_anew
from lintdem.analyses.keys import Grade, Provenance, provenance, readable
from lintdem.analyses.subjects import Subject
from lintdem.interpreter.altering import replace
from lintdem.interpreter.deployed import queue_of, table_of, topic_of
from lintdem.interpreter.domain import AnyOf, Cases, Check, Derived, Done, Fresh, Given, Path, Value
from lintdem.interpreter.dynamodb.itemwrites import key_attributes
from lintdem.interpreter.engine import Run
from lintdem.interpreter.libraries.invoking import asks_deployed, only_computes
from lintdem.interpreter.libraries.requests import (
    answers_socket,
    known_by,
    named_in_document,
    only_asks,
    only_queries,
    only_sets,
    ships_lines,
)
from lintdem.interpreter.trace import Effect, Write
from lintdem.interpreter.values import NONE, leaves, members, parts_of, text
from lintdem.knowledge import Kind, Scope, scope_of
from lintdem.model.span import Place
from lintdem.program import Program
from lintdem.regexes import late


class Repeat(str, Enum):
    """What the second run does."""

    SAFE = "safe"
    OVERWRITES = "overwrites"
    DUPLICATES = "duplicates"
    MINTS = "mints"
    ACCUMULATES = "accumulates"
    INSERTS = "inserts"
    LACKS_TOKEN = "lacks token"
    STALE_TOKEN = "attempt token"


class Harm(msgspec.Struct, frozen=True):
    """`key` is the identity that matters: the token, the name, the item's key; `key_place` where it stands."""

    repeat: Repeat
    key: Provenance | None = None
    key_name: str = ""
    key_place: Place | None = None


SAFE = Harm(Repeat.SAFE)


def harm_of(effect: Effect, run: Run, subject: Subject, program: Program, keys: tuple[str, ...] = ()) -> Harm:
    """What a second run of this call does; `keys` are the attributes that other writes name as the key of its table."""
    call = effect.call
    if is_begun_anew(effect, run):
        return SAFE
    if call.write is not None:
        # Redshift's data API takes a token for a statement.
        kept = _token(effect, run, subject) if call.service == "sql" else None
        return kept or _write_harm(effect, run, subject, program, keys)
    if only_asks(effect) or only_queries(effect) or only_computes(effect) or asks_deployed(call, run.handler, program):
        return SAFE
    if only_sets(effect) or ships_lines(effect) or answers_socket(effect) or is_filled_anew(effect, run):
        return SAFE
    if call.http is not None and NONE in (call.arg("url"), call.arg("0")):
        # Without an address nothing is sent: this way is another's, who is given one.
        return SAFE
    token = _token(effect, run, subject)
    if token is not None:
        return token
    if call.kind is Kind.DELETE:
        return SAFE  # also of what has a new name: that is this run's own
    minted = _minted(effect, run, subject)
    if minted is not None:
        return minted
    inside = _named_inside(effect, run, subject)
    if inside is not None:
        return inside
    if call.kind is Kind.SET:
        return Harm(Repeat.OVERWRITES)
    if call.kind not in (Kind.EFFECT, Kind.CREATE, Kind.WRITE):
        return SAFE
    named = _named(effect, run, subject)
    if named is not None:
        return named
    if call.token_fifo and _deduplicates_content(effect, run, program):
        return SAFE
    if call.already and not call.identity and (not call.token or any(_EXISTS.search(error) for error in call.already)):
        # The service refuses the second one: it fails, it does not double.
        return SAFE
    if call.token and not call.token_fifo and not call.token.startswith("headers:"):
        return Harm(Repeat.LACKS_TOKEN, None, call.token)
    if call.http is not None and _is_cached(effect):
        # Nobody caches the answer of a request that does something.
        return SAFE
    return Harm(Repeat.DUPLICATES)


_EXISTS = late(r"AlreadyExist|Duplicate|EntityExist|BadRequest")
"""Errors of a name that is taken; a conflict may be that of a token with other arguments, a bad request is one that was looked up
for an operation whose second call is refused."""


def _is_cached(effect: Effect) -> bool:
    """Whether the call stands in a function whose results are kept in memory."""
    subjects = [f.subject for f in effect.must if isinstance(f, Check)]
    return any(isinstance(subject, Derived) and subject.op == "cache" for subject in subjects)


def _token(effect: Effect, run: Run, subject: Subject) -> Harm | None:
    """The harm when a token is given: none, or that of a key that is new in each attempt."""
    call = effect.call
    if call.token is None:
        return None
    value = token_value(effect)
    if value is None or value == NONE:
        return None
    name = call.token.rpartition(":")[2]
    key = provenance(value, subject, run.sites)
    wanted = {call.token, call.token.replace("headers:", "header:")}
    place = next((p for k, p in call.places if k in wanted), effect.place)
    if key.grade in (Grade.ATTEMPT, Grade.ENVELOPE):
        # What is set or deleted twice is so all the same, whatever its token is worth.
        return Harm(Repeat.STALE_TOKEN, key, name, place) if call.kind not in (Kind.SET, Kind.DELETE) else None
    if call.token_fifo and not is_fifo(effect):
        return None if key.grade in (Grade.CONSTANT, Grade.UNKNOWN) else Harm(Repeat.SAFE, key, name, place)
    return Harm(Repeat.SAFE, key, name, place)


def _deduplicates_content(effect: Effect, run: Run, program: Program) -> bool:
    """A FIFO queue or topic that drops a body it has just had, and a body in which nothing is new in each run.

    One that no template tells of takes messages without a deduplication id only when it goes by their bodies.
    """
    named = [effect.call.arg(d) for d in effect.call.destination]
    found = [queue_of(v, run.handler, program) or topic_of(v, run.handler, program) for v in named]
    bodies = [v for k, v in effect.call.args if k.rpartition("[].")[2] in ("MessageBody", "Message")]
    stable = bool(bodies) and not any(isinstance(leaf, Fresh) for body in bodies for leaf in leaves(body))
    if not any(found):
        return stable and is_fifo(effect) and effect.call.arg("**") is None
    return stable and any(one is not None and one.fifo and one.content_dedup for one in found)


def is_fifo(effect: Effect) -> bool:
    """Whether a message is for a FIFO queue or topic, by its name or its group."""
    call = effect.call
    return any((text(v) or "").endswith(".fifo") for d in call.destination if (v := call.arg(d)) is not None) or bool(
        any(k.rpartition("[].")[2] == "MessageGroupId" for k, _ in call.args)
    )


def token_value(effect: Effect) -> Value | None:
    """The value of the idempotency token of a call, if one is given."""
    call = effect.call
    if call.token is None:
        return None
    if call.token.startswith("headers:"):
        return _header(effect)
    value = call.arg(call.token)
    if value is None:
        value = call.arg(call.token.partition(".")[0]) if "." in call.token and not call.token.startswith("options.") else None
    if value is None and call.arg("**") is not None:
        return None
    return value


IDEMPOTENCY_HEADERS = frozenset(
    {"idempotency-key", "x-idempotency-key", "idempotence-key", "paypal-request-id", "chargebee-idempotency-key",
     "x-line-retry-key", "nats-msg-id"}
)
TRACING_HEADERS = frozenset({"x-request-id", "request-id"})
"""Headers that some receivers know a repeat by. With a new value in each request they only follow it through logs."""


def _header(effect: Effect) -> Value | None:
    """The idempotency header of a request; requests carry headers as literal dicts by `header:` arguments."""
    headers = [(name[7:].lower(), value) for name, value in effect.call.args if name.startswith("header:")]
    for name, value in headers:
        if name in IDEMPOTENCY_HEADERS:
            return value
    told = [value for name, value in headers if name in TRACING_HEADERS]
    return next((v for v in told if not any(isinstance(leaf, Fresh) for leaf in leaves(v))), None)


def _minted(effect: Effect, run: Run, subject: Subject) -> Harm | None:
    """An artifact whose name is new in each run."""
    call = effect.call
    for name in call.identity:
        value = call.arg(name)
        if value is None or is_for_a_while(effect, value, run, subject):
            continue
        key = provenance(value, subject, run.sites)
        if key.grade is not Grade.ATTEMPT:
            key = _minted_key(value, subject, run, effect, True) or key
        if key.grade is Grade.ATTEMPT:
            place = next((p for k, p in call.places if k == name), None)
            return Harm(Repeat.MINTS, key, name, place)
    return None


def _named_inside(effect: Effect, run: Run, subject: Subject) -> Harm | None:
    """A request whose body names what is made, or what its receiver knows a repeat by: the same in each run, it is made once."""
    value = named_in_document(effect) or known_by(effect)
    key = provenance(value, subject, run.sites) if value is not None and value != NONE else None
    return Harm(Repeat.SAFE, key, "id") if key is not None and key.grade is not Grade.ATTEMPT else None


def _named(effect: Effect, run: Run, subject: Subject) -> Harm | None:
    """An artifact with a stable name is made once; the service refuses the second or replaces the first."""
    call = effect.call
    for name in call.identity:
        value = call.arg(name)
        if value is not None and value != NONE:
            key = provenance(value, subject, run.sites)
            return Harm(Repeat.SAFE, key, name)
    return None


_LIMITS = late(r"rate_?limit|throttl|too_?many_?(requests|attempts)|limiter\b", re.IGNORECASE)
_LIMITS_TIME = late(r"quota|window|_limit|limit_|attempts|brute_?force", re.IGNORECASE)


def limits_rate(effect: Effect, run: Run) -> bool:
    """Whether a counter counts runs on purpose: every one of them spends something of a rate limit or quota.

    The words that others use as well count only where the counter is one of a window of time.
    """
    write = effect.call.write
    keys = [v for _, v in write.key] if write is not None else [v for k, v in effect.call.args if k in ("0", "name", "key")]
    table = write.table if write is not None else None
    found = [leaf for value in (*keys, *([table] if table is not None else [])) for leaf in leaves(value)]
    words = [text(leaf) or getattr(leaf, "name", "") for leaf in found]
    words += [effect.place.path.rpartition("/")[2], *(step.text for step in effect.stack), run.handler.function]
    hours = any(isinstance(leaf, Derived) and leaf.op == "coarse" for leaf in found)
    timed = hours or any(isinstance(leaf, Fresh) and leaf.kind == "clock" for leaf in found)
    return any(_LIMITS.search(word) or (timed and _LIMITS_TIME.search(word)) for word in words)


def _spends(table: Value | None) -> bool:
    """Whether a table holds the requests of a rate limit: each of them leaves a row on purpose."""
    names = [text(leaf) or str(getattr(leaf, "name", "")) for leaf in leaves(table)] if table is not None else []
    return any(_LIMITS.search(name) for name in names)


def _write_harm(effect: Effect, run: Run, subject: Subject, program: Program, keys: tuple[str, ...]) -> Harm:
    write = effect.call.write
    assert write is not None
    limited = (write.kind == "accumulate" or (write.kind == "put" and write.conditional)) and limits_rate(effect, run)
    if limited or (write.kind == "put" and _spends(write.table)):
        return SAFE
    table = table_of(write.table, run.handler, program)
    schema = table.keys if table is not None else keys
    minted: Provenance | None = None
    name = ""
    for attribute, value in _identity(write, schema):
        key = _minted_key(value, subject, run, effect, write.kind == "put")
        if key is not None:
            minted, name = key, attribute
    if minted is not None and write.kind != "delete":
        return SAFE if _made_before(effect, run, minted, schema) else Harm(Repeat.MINTS, minted, name)
    if write.kind == "accumulate":
        return Harm(Repeat.OVERWRITES) if counts_versions(write) else Harm(Repeat.ACCUMULATES)
    if write.kind in ("insert", "upsert", "set", "unset"):
        return Harm(Repeat.INSERTS) if write.kind == "insert" else SAFE
    return Harm(Repeat.OVERWRITES)


def _identity(write: Write, schema: tuple[str, ...]) -> list[tuple[str, Value]]:
    """The attributes that tell which item is written. What a change sets in an item that is there is none of them."""
    if write.kind in ("set", "unset"):
        return []
    return list(write.key) if write.kind == "accumulate" else key_attributes(write, schema)


def _made_before(effect: Effect, run: Run, minted: Provenance, schema: tuple[str, ...]) -> bool:
    """Whether an earlier call of the same run stored the item under this new key: then it is that run's own. An item
    that is put again, with more in it, has the whole key of the first."""
    own = effect.call.write
    for event in run.events:
        if own is None or (event.place, event.stack) == (effect.place, effect.stack):
            return False
        write = event.call.write if isinstance(event, Effect) else None
        if not isinstance(event, Effect) or write is None or write.kind != "put":
            continue
        if own.kind == "put":
            again = write.table == own.table and _identity(write, schema) == _identity(own, schema)
            if again and Done(event.place, event.call.name) in effect.may:
                return True
            continue
        fresh = {_mark(leaf) for _, v in write.values for leaf in leaves(v) if _is_of_run(leaf)}
        if (minted.place, minted.call, minted.steps) in fresh:
            return True
    return False


def _minted_key(value: Value, subject: Subject, run: Run, effect: Effect, creates: bool) -> Provenance | None:
    """A key that is new in each run; of `given or uuid4()` when what is given comes with the event and may be absent."""
    key = provenance(value, subject, run.sites)
    if key.grade is Grade.ATTEMPT and any(map(_is_of_run, leaves(value))):
        return key
    for choice in _choices(value) if creates else ():
        alternatives = [provenance(one, subject, run.sites) for one in members(choice)]
        grades = {p.grade for p in alternatives}
        new = Grade.ATTEMPT in grades and grades <= {Grade.ATTEMPT, Grade.BUSINESS}
        if new and not is_given(choice, effect, run, subject):
            made = next(p for p in alternatives if p.grade is Grade.ATTEMPT)
            name = next((readable(p.steps) for p in alternatives if p.grade is Grade.BUSINESS), "")
            return replace(made, words=f"{made.words} where the event brings no {name}", otherwise=name) if name else made
    return None


def _is_of_run(leaf: Value) -> bool:
    """Whether a run has a value for itself: it is made in it, or Lambda's own id of it."""
    return isinstance(leaf, Fresh) or (isinstance(leaf, Path) and leaf.root == "context")


def _mark(leaf: Value) -> tuple[Place | None, Place | None, tuple[str, ...]]:
    """What tells one value of a run from another."""
    return (leaf.place, leaf.call, ()) if isinstance(leaf, Fresh) else (None, None, leaf.steps if isinstance(leaf, Path) else ())


def _choices(value: Value) -> list[Value]:
    """The parts of a key that are one of several values."""
    return [value] if isinstance(value, (AnyOf, Cases)) else [c for part in parts_of(value) for c in _choices(part)]


def is_given(choice: Value, effect: Effect, run: Run, subject: Subject) -> bool:
    """Whether one of several values surely comes with the event where the effect is: every delivery has it, its absence
    raises, or it was asked for before."""
    return any(
        isinstance(one, Path) and one.root == "event"
        and (one.steps in run.certain or Given(one.steps) in effect.must
             or scope_of(subject.source, one.steps) is Scope.DELIVERY)
        for one in members(choice)
    )  # fmt: skip


def is_drawn_anew(value: Value, effect: Effect, run: Run, subject: Subject) -> bool:
    """Whether a value is a uuid or random in every run, not only where the event says nothing of it."""
    if isinstance(value, (AnyOf, Cases)) and is_given(value, effect, run, subject):
        return False
    if isinstance(value, Fresh):
        return value.kind in ("uuid", "random")
    return any(is_drawn_anew(part, effect, run, subject) for part in parts_of(value))


def event_values(effect: Effect) -> list[Path]:
    """The values of a write that come from the event's payload."""
    write = effect.call.write
    if write is None:
        return []
    keys = {name for name, _ in write.key}
    return [leaf for name, value in write.values if name not in keys for leaf in leaves(value)
            if isinstance(leaf, Path) and leaf.root == "event"]  # fmt: skip


def tells(write: Write) -> bool:
    """Whether an item says more of the event than its key does."""
    keys = {name for name, _ in key_attributes(write)}
    return any(isinstance(leaf, Path) and leaf.root == "event"
               for held in (*(v for k, v in write.values if k not in keys), *write.whole) for leaf in leaves(held))  # fmt: skip


def is_random(value: Value) -> bool:
    """Whether a value is a uuid or random, not merely a time."""
    return any(isinstance(leaf, Fresh) and leaf.kind in ("uuid", "random") for leaf in leaves(value))


def relies_on_token(effect: Effect, run: Run, subject: Subject, harm: Harm) -> bool:
    """Whether a transaction that adds has a token, which DynamoDB remembers for ten minutes, and nothing else."""
    token = effect.call.arg("ClientRequestToken")
    if effect.call.method != "transact_write_items" or token is None or harm.repeat is not Repeat.ACCUMULATES:
        return False
    return provenance(token, subject, run.sites).grade not in (Grade.ATTEMPT, Grade.ENVELOPE)
