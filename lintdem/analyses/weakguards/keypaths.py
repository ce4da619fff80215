"""Key paths of Powertools guards that can never match what they are applied to."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from lintdem.analyses.subjects import Subject
from lintdem.interpreter.domain import Made, Path
from lintdem.interpreter.engine import Run
from lintdem.interpreter.trace import Claimed
from lintdem.interpreter.values import FALSE, NONE, text
from lintdem.knowledge import form_of, mended, picks
from lintdem.model.span import Place
from lintdem.model.stack import Source

_SECOND = ("rawPath", "rawQueryString", "routeKey", "cookies")
_SECOND_CLASSES = frozenset({"APIGatewayProxyEventV2", "APIGatewayProxyEventV2Model", "APIGatewayHttpResolver"})


class Unmatched(msgspec.Struct, frozen=True):
    """A key path that picks nothing out of `what`; `better` is the nearest one that may; `strict` whether the guard
    refuses to run without a key; `made` is the call that takes the path."""

    run: Run
    subject: Subject
    guard: Claimed
    place: Place
    written: str
    better: str
    what: str
    strict: bool
    made: Place | None = None


def unmatched(run: Run, subject: Subject) -> Iterator[Unmatched]:
    """The key paths of one run that never match."""
    for event in run.events:
        data = event.data if isinstance(event, Claimed) else None
        if not isinstance(event, Claimed) or not isinstance(data, Path) or data.root != "event":
            continue
        config = event.config
        named = dict(config.args) if isinstance(config, Made) else {}
        written = text(named.get("event_key_jmespath", named.get("0", NONE)))
        if not written or not isinstance(config, Made) or named.get("jmespath_options", NONE) != NONE:
            continue
        sources = _sources(run, subject)
        nodes = [form_of(source, data.steps) for source in sources]
        if not nodes or nodes[0] is None or any(n is None or not n.below or picks(written, n) for n in nodes):
            # What is guarded as text was parsed by something that is not followed.
            continue
        if subject.learned == "code" and not _is_sure(run, subject, data):
            continue
        strict = named.get("raise_on_no_idempotency_key", FALSE) != FALSE
        place = event.claim.key_place or event.claim.place
        yield Unmatched(run, subject, event, place, written, mended(written, nodes[0]), _what(subject, data), strict, config.place)


def _sources(run: Run, subject: Subject) -> list[Source]:
    """Everything that may call the handler, HTTP APIs as function URLs: their events look the same."""
    found = [trigger.source for trigger in run.handler.triggers or subject.triggers]
    second = any(p[:1] in {(name,) for name in _SECOND} for p in run.paths) or _SECOND_CLASSES & {
        name.rpartition(".")[2] for name in (*run.classes, *run.event_types)
    }
    return [Source.FUNCTION_URL if source is Source.API and second else source for source in found]


def _is_sure(run: Run, subject: Subject, data: Path) -> bool:
    """Whether the code alone shows that the body of a request is text: it decodes it, or names the class of the event."""
    if subject.source not in (Source.API, Source.ALB, Source.FUNCTION_URL) or data.steps:
        return True
    return any(path[:2] == ("body", "json()") for path in run.paths) or bool(run.classes)


def _what(subject: Subject, data: Path) -> str:
    names = {Source.SQS: "SQS message", Source.SQS_FIFO: "SQS message", Source.SNS: "SNS notification", Source.API: "request"}
    names |= {Source.FUNCTION_URL: "request", Source.ALB: "request", Source.KINESIS: "Kinesis record"}
    record = names.get(subject.source, f"{subject.source.value} record")
    if data.steps or subject.source in (Source.API, Source.FUNCTION_URL, Source.ALB):
        return f"a {record}" if not record.startswith("S") else f"an {record}"
    return f"an event with {record}s"


