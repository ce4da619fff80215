"""What a test says of who sent the event: the name of its source compared, something that only its events have."""

from __future__ import annotations

from lintdem.interpreter.domain import EMPTY, Arrived, Check, Derived, Fact, Known, Path, Test, Value
from lintdem.interpreter.values import members, text
from lintdem.knowledge import normal, sources_named, sources_with
from lintdem.model.stack import Source

_NAMES = frozenset({"eventsource", "eventsourcearn", "source", "detailtype"})
"""Where an event says what it comes from."""
_SAME = {"==": True, "is": True, "in": True, "text": True, "!=": False, "is not": False, "not in": False}
_INNER = frozenset({"sns", "s3", "kinesis", "dynamodb", "ses"})
"""What a record of one source has all of its own in."""
_STACK = frozenset({"requesttype", "responseurl", "logicalresourceid", "resourceproperties"})
"""What every request of CloudFormation has."""
_DECODED = frozenset({"json()", "b64()"})
"""What lies behind these is the sender's, not of who delivers."""
_PLANNED = frozenset({Source.SCHEDULE, Source.EVENTBRIDGE})
"""A schedule's event is one of EventBridge."""


def told(test: Test, truth: bool) -> frozenset[Fact]:
    """The sources that the event is from, or is not from, when `test` comes out as `truth`."""
    named = _named(test)
    if named is not None:
        sources, same = named
        return _arrived(sources | _PLANNED if truth == same and sources & _PLANNED else sources, truth == same)
    if _is_of_socket(test, truth):
        return frozenset({Arrived(frozenset({Source.WEBSOCKET}), True)})
    path = _looked_for(test)
    if path is None:
        return EMPTY
    sources = sources_with(path.steps)
    there = _is_there(test, truth)
    if not sources or there is None or (not there and not _is_always_there(path.steps)):
        return EMPTY
    return _arrived(sources, there)


def alone(test: Test, truth: bool) -> frozenset[Fact]:
    """That the event brings one record, when `test` comes out as `truth`: `len(event["Records"]) == 1`, or not more."""
    counted, number = test.args if len(test.args) == 2 else (None, None)
    if not isinstance(counted, Derived) or not isinstance(number, Known):
        return EMPTY
    records = counted.parts[0] if counted.op in ("len", "call") and len(counted.parts) == 1 else None
    one = _ONE.get((test.op, number.value))
    if one is not truth or not isinstance(records, Path) or records.root != "event" or not records.steps:
        return EMPTY
    return frozenset({Check(test.place, "alone", records)})


_ONE: dict[tuple[str, object], bool] = {
    ("==", 1): True, ("!=", 1): False, (">", 1): False, ("<=", 1): True, (">=", 2): False, ("<", 2): True,
}  # fmt: skip
"""How a comparison of a number comes out when it is one, or none."""


def _arrived(sources: frozenset[Source], truth: bool) -> frozenset[Fact]:
    """One fact, or one for each source that it is not, so that what several tests rule out in common stays known."""
    if truth:
        return frozenset({Arrived(sources, truth)})
    return frozenset(Arrived(frozenset({source}), truth) for source in sources)


def is_told_within(path: Path) -> bool:
    """Whether a path names the source of an event that lies in the message of another: what S3 told a queue, say."""
    return normal(path.steps[-1]) in _NAMES and not _DECODED.isdisjoint(path.steps) if path.steps else False


def _named(test: Test) -> tuple[frozenset[Source], bool] | None:
    """The sources whose name the test compares with the event's own, and whether it asks for the same."""
    if test.op not in _SAME or len(test.args) != 2:
        return None
    said = [one for arg in test.args for one in members(arg)]
    names = [str(v.value) for v in said if isinstance(v, Known)]
    asked = [v for v in said if isinstance(v, Path) and v.root == "event" and v.steps] if len(names) == 1 else []
    if not any(normal(v.steps[-1]) in _NAMES and not is_told_within(v) for v in asked):
        return None
    sources = frozenset(sources_named(names[0]))
    return (sources, _SAME[test.op]) if sources else None


_SOCKET = {"eventtype": frozenset({"CONNECT", "DISCONNECT", "MESSAGE"}), "routekey": frozenset({"$connect", "$disconnect"})}
"""What only the requests of a socket say of themselves; `$default` is a route of HTTP, too.
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html"""


def _is_of_socket(test: Test, truth: bool) -> bool:
    """Whether the event comes over a socket, as a comparison has told; another outcome says nothing of who sent it."""
    if len(test.args) != 2 or _SAME.get(test.op) is not truth:
        return False
    said = {str(arg.value) for arg in test.args if isinstance(arg, Known)}
    asked = [one for arg in test.args for one in members(arg) if isinstance(one, Path) and one.root == "event"]
    return any(
        normal(one.steps[-2]) == "requestcontext" and bool(said) and said <= _SOCKET.get(normal(one.steps[-1]), frozenset())
        for one in asked if len(one.steps) > 1
    )  # fmt: skip


def _looked_for(test: Test) -> Path | None:
    """What of the event the test looks for: `"Records" in event`, `event.get("Records")`, `len(records) > 0`."""
    if test.op in ("in", "not in"):
        name, where = text(test.args[0]), test.args[1]
        return Path("event", (*where.steps, name)) if name and isinstance(where, Path) and where.root == "event" else None
    subject: Value | None = next((arg for arg in test.args if not isinstance(arg, Known)), None)
    if isinstance(subject, Derived) and subject.op in ("len", "call") and subject.parts:
        subject = subject.parts[0]
    return subject if isinstance(subject, Path) and subject.root == "event" and subject.steps else None


def _is_there(test: Test, truth: bool) -> bool | None:
    """Whether what is looked for is there when the test comes out as `truth`; None when that is not what it asks."""
    if test.op in ("truth", "some", "in"):
        return truth
    if test.op == "not in":
        return not truth
    none = any(isinstance(arg, Known) and arg.value in (None, 0) for arg in test.args)
    if not none:
        return None
    return {"is": not truth, "is not": truth, "==": not truth, "!=": truth, ">": truth, "<=": not truth}.get(test.op)


def _is_always_there(steps: tuple[str, ...]) -> bool:
    """Whether every event of the sources that have it has it: a missing `httpMethod` leaves the other form of request, and
    a message without some word in its body is one all the same."""
    named = [normal(step) for step in steps]
    if len(named) == 1:
        return named[0] in {"records", "requestcontext", *_STACK}
    return len(named) == 3 and named[0] == "records" and named[2] in _INNER


def may_be_from(source: Source, must: frozenset[Fact]) -> bool:
    """Whether an event of this source comes to where these facts hold."""
    return all((source in fact.sources) == fact.truth for fact in must if isinstance(fact, Arrived))


def excluded(must: frozenset[Fact]) -> frozenset[Source]:
    """The sources whose events do not come to where these facts hold."""
    return frozenset(source for source in Source if not may_be_from(source, must))


