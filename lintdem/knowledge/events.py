"""What Lambda events look like: which part of one identifies it, for how long, and how it comes again.

A path into an event is a tuple of steps: keys and attribute names as written, "*" or a number for an
item of a list, "json()" and "b64()" where the code decodes. The facts are in `events.toml`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from enum import Enum
from functools import cache, lru_cache

import msgspec

from lintdem.knowledge import tables
from lintdem.model.finding import Redelivers
from lintdem.model.stack import Source
from lintdem.regexes import late

Steps = tuple[str, ...]


class Scope(str, Enum):
    """Which runs of a handler see the same value."""

    BUSINESS = "business"
    """The producer's own value: the same in every delivery and every send."""
    CLIENT = "client"
    """Given by the client so that requests can be told apart."""
    DELIVERY = "delivery"
    """Given by the source: the same in a retry, new when the producer sends again."""
    ATTEMPT = "attempt"
    """New in every run."""
    WEAK = "weak"
    """The same for distinct events: a topic, a partition key, a user."""
    ENVELOPE = "envelope"
    """A whole envelope, in which something changes from run to run."""
    TIME = "time"
    """When the event happened; the same in a retry."""
    UNKNOWN = "unknown"


class TimeForm(str, Enum):
    """How a moment is written in an event."""

    ISO = "iso"
    SECONDS = "seconds"
    MILLISECONDS = "milliseconds"
    MILLISECONDS_TEXT = "milliseconds text"
    WORDS = "words"


class Redelivery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a source delivers again. `late`: an old event may arrive after a newer one was handled, or long
    after its time; `ordered`: within its group, at the first delivery; `batch`: several records in one
    event; `horizon`: the longest time in seconds after which it still redelivers by default, None when
    it never does by itself or when nothing bounds it."""

    redelivers: Redelivers
    words: str
    late: bool
    ordered: bool
    batch: bool
    default_batch: int
    horizon: int | None = None


class Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One source as it stands in `events.toml`."""

    source: str
    survives: str
    redelivery: Redelivery
    like: Source | None = None
    records: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    constants: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    fields: dict[str, Scope] = {}
    times: dict[str, TimeForm] = {}
    handed: tuple[str, ...] = ()
    rest: Scope = Scope.UNKNOWN


class Events(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of `events.toml`."""

    source: str
    sources: dict[Source, Shape]
    headers: dict[str, Scope]
    context: dict[str, Scope]
    attributes: dict[str, Steps]
    envelopes: dict[str, str]


_ASYNCHRONOUS = frozenset(
    {
        Source.SNS,
        Source.EVENTBRIDGE,
        Source.SCHEDULE,
        Source.S3,
        Source.CUSTOM_RESOURCE,
        Source.IOT,
        Source.LOGS,
        Source.SES,
        Source.CODEPIPELINE,
        Source.CONFIG,
    }
)
"""Sources whose failed events Lambda itself runs again, under the same request id."""

_REQUESTS = frozenset({Source.WEBSOCKET, Source.ALB, Source.FUNCTION_URL})
"""Sources whose events are requests, written as those of an API."""
_DOT = late(r"(?<!\\)\.")
_DECODING = ("json()", "b64()")
_HEADERS = ("headers", "multivalueheaders")
_SNS_ONLY = frozenset({"MessageId", "Message", "TopicArn", "SigningCertURL", "UnsubscribeURL"})
"""Names of an SNS notification that a producer hardly gives its own message, with this case."""


def normal(step: str) -> str:
    """A step without case, `_` and `-`; any item of a list is "*"."""
    return "*" if step.isdigit() else step.lower().replace("_", "").replace("-", "")


def attribute_steps(name: str) -> Steps:
    """The steps that an attribute of a Powertools data class stands for."""
    return _events().attributes.get(name, (name,))


def envelope(name: str) -> str | None:
    """The JMESPath of the payload that an envelope of Powertools takes out of the event."""
    return _events().envelopes.get(name)


def scope_of(source: Source, steps: Steps, siblings: Iterable[Steps] = ()) -> Scope:
    """Which runs see the same value at `steps` of an event of `source`.

    `siblings` are other paths the code reads from the same event: they tell an EventBridge event inside
    a queue message from a message that has an `id` of its own.
    """
    return _judge(source, _raw(steps), tuple(map(_raw, siblings)))[1]


def time_form(source: Source, steps: Steps) -> TimeForm | None:
    """How the moment at `steps` of an event of `source` is written; None when no moment of the source's own stands there."""
    return _times(source).get(_inside(source, _normal(_raw(steps))))


def is_handed(source: Source, steps: Steps) -> bool:
    """Whether the moment at `steps` is that of the handing over, not of the event: it is new when the event comes again."""
    return _inside(source, _normal(_raw(steps))) in _handed(source)


def scope_of_context(source: Source, steps: Steps, queued: bool = False) -> Scope:
    """The same for the handler's `context`; a direct call that Lambda has `queued` keeps its id when it is run again."""
    if not steps:
        return Scope.ENVELOPE
    name = normal(steps[0])
    if name == "awsrequestid" and (queued or source in _ASYNCHRONOUS):
        return Scope.DELIVERY
    return {normal(key): scope for key, scope in _events().context.items()}.get(name, Scope.UNKNOWN)


def detect_source(
    paths: Iterable[Steps], constants: Iterable[str] = (), besides: Collection[Source] = ()
) -> Source | None:  # fmt: skip
    """The source whose events look like this, `besides` some that it is not: `paths` are read from the event,
    `constants` are what the code compares with the event's own names of its source. The body of a request is text: who
    takes something out of `body` and never decodes it has an event of another kind."""
    said = set(constants)
    for source, shape in _events().sources.items():
        if source not in besides and said.intersection(shape.constants):
            return source
    seen = [_normal(path) for path in paths]
    left = [source for source in _by_mark() if source not in besides]
    for source in left:
        if any(_matches(path, mark) for path in seen for mark in _marks(source)):
            return source
    firsts = {path[0] for path in seen if path}
    # `parse_qs` gives a list for each name of a form.
    texts = {path[0] for path in seen if path[1:2] in (("json()",), ("b64()",)) or path[2:3] == ("*",)}
    hints = firsts - {path[0] for path in seen if path[:1] == ("body",) and len(path) > 1} | texts
    return next((s for s in left if hints.intersection(_events().sources[s].hints)), None)


@lru_cache(4096)
def sources_named(literal: str) -> frozenset[Source]:
    """The sources whose events say this of where they come from ("aws:sqs")."""
    return frozenset(s for s, shape in _events().sources.items() if literal in (shape.constants or _said_like(shape)))


@cache
def sources_with(steps: Steps) -> frozenset[Source]:
    """The sources that alone have something at `steps` of their events: a list of records, a request, a notification."""
    path = _normal(_raw(steps))
    if path == ("records",):
        return frozenset(s for s in _events().sources if s is not Source.UNKNOWN and any(r[:1] == path for r in _records(s)))
    return frozenset(s for s in _events().sources if any(_matches(path, mark) for mark in _all_marks(s)))


def source_of_class(name: str) -> Source | None:
    """The source of a data class, parser model, envelope or resolver, by its name, dotted or not."""
    parts = name.split(".")
    classes = _classes()
    return classes.get(".".join(parts[-2:])) or classes.get(parts[-1])


def redelivery(source: Source) -> Redelivery:
    """How `source` delivers an event again."""
    return _events().sources[source].redelivery


def survives(source: Source, steps: Steps = (), siblings: Iterable[Steps] = ()) -> str:
    """What the identifier at `steps` of an event of `source` survives, and what not, in words."""
    whose = _judge(source, _raw(steps), tuple(map(_raw, siblings)))[0]
    return _events().sources[whose].survives


@cache
def _judge(source: Source, steps: Steps, siblings: tuple[Steps, ...]) -> tuple[Source, Scope]:
    """The scope of a value, and the source that gave it: an envelope may lie inside another's payload."""
    if source is Source.UNKNOWN:
        source = detect_source((steps,)) or source
    path = _inside(source, _normal(steps))
    if not path:
        return source, Scope.ENVELOPE
    header = _header(path)
    if header is not None:
        return source, header
    found, length = _longest(source, path)
    if found is not Scope.BUSINESS or length == len(path):
        return source, found
    return _payload(source, steps, len(steps) - len(path) + length, siblings)


@cache
def _raw(steps: Steps) -> Steps:
    """The event's own steps: Powertools' attributes replaced, unless they only spell a name their way."""
    return tuple(own for step in steps for own in _expansions().get(step, (step,)))


def _normal(steps: Steps) -> Steps:
    return tuple(normal(step) for step in steps)


def _inside(source: Source, path: Steps) -> Steps:
    """The path from the record, or from the event when it does not go into one."""
    for record in _records(source):
        if _matches(path, record):
            return path[len(record) :]
    if source is Source.LOGS:
        return path[len(_LOGS) :] if _matches(path, _LOGS) else path
    return path


_LOGS = ("awslogs", "data", "b64()", "json()")


def _header(path: Steps) -> Scope | None:
    """The scope of `headers[name]` at the top of an event or inside `request`."""
    names = path[1:] if path[0] == "request" else path
    if len(names) > 1 and names[0] in _HEADERS:
        return _headers().get(names[1], Scope.UNKNOWN)
    return None


def _longest(source: Source, path: Steps) -> tuple[Scope, int]:
    """The scope of the longest known path that leads to or stops before `path`, and its length."""
    fields = _fields(source)
    for length in range(len(path), 0, -1):
        for key, scope in fields.items():
            if len(key) == length and _matches(path, key) and (scope is not Scope.ENVELOPE or length == len(path)):
                return scope, length
    return _events().sources[source].rest, len(path)


def _payload(source: Source, steps: Steps, start: int, siblings: tuple[Steps, ...]) -> tuple[Source, Scope]:
    """The scope inside the payload that begins at `start`."""
    while start < len(steps) and steps[start] in _DECODING:
        start += 1
    if start == len(steps):
        return source, Scope.BUSINESS
    beside = frozenset(s[start] for s in siblings if len(s) > start and _normal(s[:start]) == _normal(steps[:start]))
    inner = steps[start:]
    nested = _nested(inner, beside)
    if nested is None:
        return source, Scope.BUSINESS
    return _judge(nested, ("Sns", *inner) if nested is Source.SNS else inner, ())


def _nested(steps: Steps, beside: frozenset[str]) -> Source | None:
    """The source whose envelope lies in a payload; `beside` are the names read there as well."""
    if steps[0] in _SNS_ONLY or (steps[0] == "Timestamp" and not beside.isdisjoint(_SNS_ONLY)):
        return Source.SNS
    if steps[0] == "detail-type" or (steps[0] in ("id", "time") and not beside.isdisjoint(("detail", "detail-type"))):
        return Source.EVENTBRIDGE
    return (detect_source((steps,)) or Source.UNKNOWN) if steps[0] == "Records" else None


def _matches(path: Steps, start: Steps) -> bool:
    """Whether `path` begins with `start`; "?" in `start` stands for any step."""
    return len(path) >= len(start) and all(s in ("?", p) for s, p in zip(start, path, strict=False))


@cache
def _events() -> Events:
    return tables.toml(Events, "events.toml")


@cache
def _expansions() -> dict[str, Steps]:
    return {name: own for name, own in _events().attributes.items() if _normal(own) != (normal(name),)}


@cache
def _fields(source: Source) -> dict[Steps, Scope]:
    shape = _events().sources[source]
    inherited = _fields(shape.like) if shape.like else {}
    return inherited | {_split(key): scope for key, scope in shape.fields.items()}


@cache
def _times(source: Source) -> dict[Steps, TimeForm]:
    shape = _events().sources[source]
    inherited = _times(shape.like) if shape.like else {}
    return inherited | {_split(key): form for key, form in shape.times.items()}


@cache
def _handed(source: Source) -> frozenset[Steps]:
    shape = _events().sources[source]
    return frozenset(_split(key) for key in shape.handed) | (_handed(shape.like) if shape.like else frozenset())


@cache
def _records(source: Source) -> tuple[Steps, ...]:
    shape = _events().sources[source]
    return tuple(_split(record) for record in shape.records) or (_records(shape.like) if shape.like else ())


@cache
def _marks(source: Source) -> tuple[Steps, ...]:
    return tuple(_split(mark) for mark in _events().sources[source].marks)


@cache
def _all_marks(source: Source) -> tuple[Steps, ...]:
    """The marks of a source, with those of the one that it is a particular case of, or that are its requests."""
    like = _events().sources[source].like or (Source.API if source in _REQUESTS else None)
    return (*_marks(source), *(_marks(like) if like else ()))


def _said_like(shape: Shape) -> tuple[str, ...]:
    return _events().sources[shape.like].constants if shape.like else ()


@cache
def _by_mark() -> tuple[Source, ...]:
    """The sources, those that are a particular case of another first."""
    sources = _events().sources
    return tuple(sorted(sources, key=lambda source: sources[source].like is None))


@cache
def _headers() -> dict[str, Scope]:
    return {normal(name): scope for name, scope in _events().headers.items()}


@cache
def _classes() -> dict[str, Source]:
    return {name: source for source, shape in _events().sources.items() for name in shape.classes}


def _split(path: str) -> Steps:
    return tuple(normal(step.replace("\\.", ".")) for step in _DOT.split(path))
