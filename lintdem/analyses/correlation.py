"""What ties a message or the word of a failure to the event that it is about: an id that came with the event.

Asked only where everything that is sent can be read; a tracing library carries ids of its own, so nothing is said beside one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from lintdem.analyses.keys import readable
from lintdem.analyses.reruns.deadletters import RESENDS, consumes_dead_letters
from lintdem.analyses.subjects import Subject
from lintdem.interpreter.domain import Caught, Derived, Env, Fresh, Known, Path, Ref, Value
from lintdem.interpreter.engine import Run
from lintdem.interpreter.trace import Effect, Loop, Swallowed
from lintdem.interpreter.values import leaves
from lintdem.interpreter.written import LOGGING, Texts, dotted, encloses, function_at, nodes
from lintdem.model.function import Catch, For
from lintdem.model.module import Module
from lintdem.model.span import Place, Span
from lintdem.model.stack import Source
from lintdem.model.values import Call, Name
from lintdem.program import Program
from lintdem.regexes import late

_ID = late(
    r"((^|_)(id|ids|key|arn|uuid|guid|number|no|num|ref|reference|token|name|email|sku|slug|code|url|uri|path|hash)$|Id$|ID$|Key$"
    r"|Number$|Name$|Arn$|Url$|Uri$|Token$|execution|correlation|trace|request_?id|sequencer|^pk$|^sk$|header)",
    re.IGNORECASE,
)
"""Parts of an event that say which one it is."""
_TRACING = frozenset(
    """
        aws_xray_sdk xray_recorder patch_all Tracer tracer opentelemetry ddtrace datadog_lambda correlation_id correlationId
        trace_id traceId traceparent trace_parent X-Correlation-Id x-correlation-id
    """.split()
)
_BINDING = frozenset(
    """
        append_keys set_correlation_id inject_lambda_context correlation_id_path bind_contextvars bind contextualize LoggerAdapter
        structure_logs
    """.split()
)
"""What puts an id into every line that is logged."""
_TELLS = RESENDS | {("ses", "send_email"), ("sesv2", "send_email"), ("ses", "send_raw_email")}
_WHOLE = frozenset({"", "*", "json()", "b64()", "Records", "body", "detail", "Message", "Sns", "data", "kinesis", "dynamodb",
                    "NewImage", "OldImage", "Messages", "Body", "payload", "awslogs"})  # fmt: skip
"""Steps to a payload as it came: with it goes every id that it holds."""
_NAMELESS = frozenset("traceback sys str repr type json format self cls e err error ex exc".split())


_WITHOUT_IDS = frozenset(
    {Source.UNKNOWN, Source.DIRECT, Source.STEP_FUNCTIONS, Source.CUSTOM_RESOURCE, Source.APPSYNC, Source.COGNITO}
)
"""Sources whose events have no id but what the caller put there."""


class Untold(msgspec.Struct, frozen=True):
    """Something at `place` that does not say which event it is about: `name` is what is called there."""

    run: Run
    subject: Subject
    place: Place
    name: str
    words: str = ""


def dropped_ids(run: Run, subject: Subject, texts: Texts, program: Program) -> Iterator[Untold]:
    """Messages made of parts of the event, none of which says which event it was."""
    if subject.source in _WITHOUT_IDS and not any(steps and _ID.search(steps[-1]) for steps in run.paths):
        return
    failing = bool(consumes_dead_letters(run, subject, program))
    for effect in run.events:
        if not isinstance(effect, Effect) or failing or _answers_failure(effect) or _is_traced(effect.place, run, texts):
            continue
        told = _told(effect) if (effect.call.service, effect.call.method) in RESENDS else None
        if told is not None and _from_event(told) and not any(_names(value) for value in told):
            yield Untold(run, subject, effect.place, effect.call.name)


def silent_failures(run: Run, subject: Subject, texts: Texts, program: Program) -> Iterator[Untold]:
    """What is said of a failure without saying of which event: notices, and lines of a log about one record of many."""
    failing = consumes_dead_letters(run, subject, program)
    for event in run.events:
        if isinstance(event, Effect) and (failing or _answers_failure(event)):
            known = (event.call.service, event.call.method) in _TELLS and not _is_traced(event.place, run, texts)
            told = _told(event) if known else None
            if told is not None and not any(_names(value) for value in told):
                yield Untold(run, subject, event.place, event.call.name, "tells")
        elif isinstance(event, Swallowed) and subject.batch and not _is_traced(event.place, run, texts):
            found = _nameless_line(event, texts)
            if found is not None:
                yield Untold(run, subject, found, "the log", "logs")


def _answers_failure(effect: Effect) -> bool:
    return any(isinstance(fact, Caught) for fact in effect.must)


def _is_traced(place: Place, run: Run, texts: Texts) -> bool:
    """Whether the file, or that of the handler, carries ids by other means."""
    words = texts.words(place.path) | texts.words(run.handler.path)
    return bool((_TRACING | _BINDING) & words)


# --- what is sent ---


def _told(effect: Effect) -> list[Value] | None:
    """Everything a call sends; None when some of it cannot be read."""
    call = effect.call
    if call.arg("**") is not None:
        return None
    named = {*call.destination, "self"}
    held = {name for name, _ in call.held}
    found: list[Value] = []
    for name, value in (*call.args, *call.held):
        if name in named:
            continue
        if isinstance(value, Ref) and name not in held:
            return None
        for leaf in [value] if isinstance(value, Ref) else leaves(value):
            if not isinstance(leaf, (Known, Env, Path, Fresh, Ref)):
                return None
            found.append(leaf)
        if isinstance(value, Derived) and value.op == "dumps" and len(value.parts) < 2:
            return None
    return found


def _from_event(told: list[Value]) -> bool:
    return any(isinstance(value, Path) and value.root == "event" for value in told)


def _names(value: Value) -> bool:
    """Whether a value says which event it is: an id in it or of the run, or the payload as it came."""
    if not isinstance(value, Path):
        return isinstance(value, Fresh) and value.kind == "uuid"
    if value.root in ("context", "result") or not readable(value.steps):
        return True
    apart = [step for step in value.steps if step not in _WHOLE and not step.isdigit() and not step.endswith("()")]
    return not apart or any(_ID.search(step) for step in apart)


# --- what is logged ---


def _nameless_line(one: Swallowed, texts: Texts) -> Place | None:
    """The `except` inside a loop over records that logs, and names no record in it or before it in the loop."""
    module = texts.modules.get(one.place.path)
    catch = _catch(module, one.place) if module is not None else None
    loop = next((loop for loop in reversed(one.loops) if _over_records(loop) and loop.place.path == one.place.path), None)
    if module is None or catch is None or loop is None:
        return None
    lines = [node for node in nodes(catch.body) if isinstance(node, Call) and _is_line(node)]
    if not lines or any(_says_which(node, catch.name) for node in nodes(catch.body) if isinstance(node, Call)):
        return None
    around = next((n for n in nodes(module.body) if isinstance(n, For) and n.span == loop.place.span), None)
    own = function_at(module, one.place.span)
    before = nodes((around.body if around is not None else (), own.body if own is not None else ()))
    written = (n for n in before if isinstance(n, Call) and (_is_line(n) or texts.tells_by_function(dotted(n.func), module)))
    if around is None or any(_says_which(n, catch.name) for n in written):
        return None
    return Place(one.place.path, Span(catch.span.line, catch.span.column, catch.span.line, catch.span.column + len("except")))


def _over_records(loop: Loop) -> bool:
    return isinstance(loop.over, Path) and loop.over.root == "event"


def _catch(module: Module, place: Place) -> Catch | None:
    return next((n for n in nodes(module.body) if isinstance(n, Catch) and encloses(Place(place.path, n.span), place)
                 and n.span.line == place.span.line), None)  # fmt: skip


def _is_line(call: Call) -> bool:
    return any(step.lower().strip("_") in LOGGING for step in dotted(call.func))


def _says_which(call: Call, error: str | None) -> bool:
    """Whether a call is given more than the exception and fixed words."""
    names = (node.id for arg in call.args for node in nodes(arg) if isinstance(node, Name))
    return any(name != error and name not in _NAMELESS for name in names)
