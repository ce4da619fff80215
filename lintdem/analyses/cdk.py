"""CDK applications in Python as stacks: which construct runs which code, what calls it, what its resources are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import msgspec

from lintdem.analyses.building import FUNCTIONS
from lintdem.analyses.cdk_code import code_of, each_function
from lintdem.analyses.constructs import Built, build
from lintdem.analyses.domain import External, Known, Made, Method, Value, members, text
from lintdem.analyses.machine import Plain
from lintdem.model.span import Place
from lintdem.model.stack import Event, Lambda, Queue, Source, Stack, Table
from lintdem.model.stack import Value as TemplateValue
from lintdem.program import Program

_WRAPPERS = {
    "SnsEventSource": Source.SNS, "S3EventSource": Source.S3, "S3EventSourceV2": Source.S3, "ApiEventSource": Source.API,
    "SqsEventSource": Source.SQS, "DynamoEventSource": Source.DYNAMODB_STREAM, "KinesisEventSource": Source.KINESIS,
    "ManagedKafkaEventSource": Source.KAFKA, "SelfManagedKafkaEventSource": Source.KAFKA,
}  # fmt: skip
"""Event sources that are given to a function."""

_HOLDERS = {
    "LambdaSubscription": Source.SNS, "LambdaIntegration": Source.API, "LambdaRestApi": Source.API,
    "HttpLambdaIntegration": Source.API, "HttpLambdaAuthorizer": Source.API, "TokenAuthorizer": Source.API,
    "RequestAuthorizer": Source.API, "WebSocketLambdaIntegration": Source.WEBSOCKET, "LambdaTarget": Source.ALB,
    "WebSocketLambdaAuthorizer": Source.WEBSOCKET, "add_lambda_data_source": Source.APPSYNC, "add_trigger": Source.COGNITO,
    "UserPoolTriggers": Source.COGNITO, "Provider": Source.CUSTOM_RESOURCE, "Trigger": Source.CUSTOM_RESOURCE,
    "CustomResource": Source.CUSTOM_RESOURCE, "LambdaFunctionAction": Source.IOT, "LambdaInvokeAction": Source.CODEPIPELINE,
    "CustomRule": Source.CONFIG, "add_rotation_schedule": Source.SECRETS_ROTATION, "RotationSchedule": Source.SECRETS_ROTATION,
    "LambdaInvoke": Source.STEP_FUNCTIONS, "RunLambdaTask": Source.STEP_FUNCTIONS, "InvokeFunction": Source.STEP_FUNCTIONS,
    "LambdaFunctionProcessor": Source.FIREHOSE,
}  # fmt: skip
"""Constructs and methods that are given a function and then call it."""

_OF_ARN = {
    "Queue": Source.SQS, "Stream": Source.KINESIS, "Table": Source.DYNAMODB_STREAM, "TableV2": Source.DYNAMODB_STREAM,
}  # fmt: skip
_NOTIFIERS = frozenset({"add_event_notification", "add_object_created_notification", "add_object_removed_notification"})
_TARGETED = frozenset({"add_target", "Rule", "Schedule", *_NOTIFIERS})
"""What is given an object that holds the function."""


def cdk_stacks(program: Program) -> tuple[Stack, ...]:
    """The stacks that the program's own CDK applications describe, one for each file that makes functions."""
    built, problems = build(program)
    found = [Stack(path=problem.place.path, kind="cdk", problems=(problem,)) for problem in problems]
    for app in dict.fromkeys(one.app for one in built):
        found += _App(program, [one for one in built if one.app == app]).stacks()
    return tuple(sorted(found, key=lambda stack: stack.path))


class _App:
    """What one application makes."""

    def __init__(self, program: Program, built: Sequence[Built]) -> None:
        self.program = program
        self.built = built
        self.names: dict[Value, str] = {}
        for one in built:
            if isinstance(one.value, Made) and not one.type.endswith(".__init__"):
                self.names.setdefault(one.value, self._name(one))

    def _name(self, one: Built) -> str:
        """The construct's id, with a number where it is used again."""
        written = text(value) if isinstance(value := one.args.get("1", one.args.get("id")), Known) else None
        name = written or one.name
        used = set(self.names.values())
        return name if name not in used else next(f"{name}{n}" for n in range(2, len(used) + 3) if f"{name}{n}" not in used)

    def stacks(self) -> Iterator[Stack]:
        """One stack for each file with functions; every one has the whole application's resources."""
        functions = [function for one in self.built for function in self._each_function(one)]
        queues = tuple(self._queue(one) for one in self.built if one.type in ("aws_sqs.Queue",))
        tables = tuple(self._table(one) for one in self.built if one.type in ("aws_dynamodb.Table", "aws_dynamodb.TableV2"))
        for path in sorted({function.place.path for function in functions}):
            own = tuple(function for function in functions if function.place.path == path)
            yield Stack(path=path, kind="cdk", functions=own, queues=queues, tables=tables)

    # --- functions ---

    def _each_function(self, one: Built) -> Iterator[Lambda]:
        """The functions a construct makes: one, or in a loop one for each time."""
        if one.name not in FUNCTIONS or not isinstance(one.value, Made):
            return
        name = self.names.get(one.value, one.name)
        every = list(each_function(one.args))
        for args in every:
            found = self._function(one, args)
            if found is not None:
                own = _text(args.get("1", args.get("id"))) if len(every) > 1 else None
                yield msgspec.structs.replace(found, name=own or name)

    def _function(self, one: Built, args: Mapping[str, Plain]) -> Lambda | None:
        code = code_of(self.program, self.built, one, args)
        if code.handler is None:
            return None
        written, invoked = args.get("environment"), self._invoked(one)
        return Lambda(
            name="",
            place=one.place,
            handler=code.handler,
            handler_place=one.place,
            code=code.folders,
            inline=code.inline,
            inline_place=code.inline_place,
            runtime=_runtime(args.get("runtime")),
            timeout=_seconds(args.get("timeout")),
            environment=tuple((k, self._reference(v, one.place)) for k, v in written.items()) if isinstance(written, dict) else (),
            events=tuple(self._events(one)),
            async_retries=_number(invoked.get("retry_attempts")),
            async_max_age=_seconds(invoked.get("max_event_age")),
            dead_letter=self._dead_letter(one),
            on_failure=self._destination(invoked.get("on_failure"), one.place),
            concurrency=_number(args.get("reserved_concurrent_executions")),
            unread=(
                *_unread(_seconds, args, timeout="timeout"),
                *_unread(_number, invoked, async_retries="retry_attempts"),
                *_unread(_seconds, invoked, async_max_age="max_event_age"),
            ),
        )

    def _invoked(self, one: Built) -> dict[str, Plain]:
        """The settings of asynchronous invocations, on the function itself or given to it later."""
        later = [other for other in self.built if other.name == "configure_async_invoke" and other.receiver == one.value]
        return {name: value for made in (one, *later) for name, value in made.args.items()}

    def _dead_letter(self, one: Built) -> TemplateValue | None:
        """The dead-letter queue or topic; one that is only enabled is made by the CDK."""
        found = self._destination(one.args.get("dead_letter_queue", one.args.get("dead_letter_topic")), one.place)
        if found is None and one.args.get("dead_letter_queue_enabled") is not None:
            return TemplateValue("unknown", "", one.place)
        return found

    # --- what calls them ---

    def _events(self, function: Built) -> Iterator[Event]:
        for one in self.built:
            if one.receiver == function.value:
                yield from self._added(one)
            elif one is function:
                for source in _each(one.args.get("events")):
                    yield from self._source(source)
            elif function.value in set(_functions(one.args.values())):
                yield from self._held(one)
            elif one.name in _TARGETED:
                yield from self._targeted(one, function.value)

    def _added(self, one: Built) -> Iterator[Event]:
        """What is called on the function itself."""
        if one.name == "add_event_source":
            for source in _each(one.args.get("0", one.args.get("source"))):
                yield from self._source(source)
        elif one.name == "add_function_url":
            yield Event(source=Source.FUNCTION_URL, place=one.place)
        elif one.name == "add_event_source_mapping":
            yield from self._mapping(one)

    def _source(self, source: Plain) -> Iterator[Event]:
        for made in members(source) if not isinstance(source, (list, dict)) else ():
            if isinstance(made, Made) and made.type.rpartition(".")[2] in _WRAPPERS:
                one = next((b for b in self.built if b.value == made), None)
                kind = _WRAPPERS[made.type.rpartition(".")[2]]
                args = one.args if one is not None else dict(made.args)
                yield self._polled(kind, args, made.place, args.get("0"))

    def _mapping(self, one: Built) -> Iterator[Event]:
        target = one.args.get("event_source_arn")
        for made in _owners(target):
            source = _OF_ARN.get(made.type.rpartition(".")[2])
            if source is not None:
                yield self._polled(source, one.args, one.place, made)

    def _polled(self, kind: Source, args: Mapping[str, Plain], place: Place, target: Plain | None) -> Event:
        queue = next((made for made in _owners(target)), None)
        if kind is Source.SQS and queue is not None and _flag(dict(queue.args).get("fifo")):
            kind = Source.SQS_FIFO
        return Event(
            source=kind,
            place=place,
            target=self._reference(target, place) if target is not None else None,
            batch_size=_number(args.get("batch_size")),
            window=_seconds(args.get("max_batching_window")),
            reports_failures=_flag(args.get("report_batch_item_failures")),
            bisects=_flag(args.get("bisect_batch_on_error")),
            max_retries=_number(args.get("retry_attempts")),
            max_age=_seconds(args.get("max_record_age")),
            failures=self._destination(args.get("on_failure"), place),
            unread=(
                *_unread(_number, args, max_retries="retry_attempts", batch_size="batch_size"),
                *_unread(_seconds, args, max_age="max_record_age"),
            ),
        )

    def _held(self, one: Built) -> Iterator[Event]:
        """A construct that the function is given to directly."""
        if one.name == "EventSourceMapping":
            yield from self._mapping(one)
        source = _HOLDERS.get(one.name)
        if source is Source.STEP_FUNCTIONS:
            plainly = _flag(one.args.get("retry_on_service_exceptions")) is False
            retried = not plainly or any(b.name == "add_retry" and b.receiver == one.value for b in self.built)
            yield Event(source=source, place=one.place, retried=retried)
        elif source is not None:
            yield Event(source=source, place=one.place)

    def _targeted(self, one: Built, function: Value) -> Iterator[Event]:
        """A rule, schedule or bucket that is given something that holds the function."""
        holders = [made for made in _mades(one.args.values()) if function in set(_functions(v for _, v in made.args))]
        for made in holders:
            if one.name in _NOTIFIERS:
                yield Event(source=Source.S3, place=one.place)
            elif one.name == "Schedule":
                yield Event(source=Source.SCHEDULE, place=one.place)
            elif made.type.rpartition(".")[2] == "LambdaFunction":
                yield self._rule(one, made)

    def _rule(self, one: Built, target: Made) -> Event:
        rule = one.receiver if one.name == "add_target" else one.value
        given = dict(rule.args) if isinstance(rule, Made) else {}
        options = dict(target.args)
        return Event(
            source=Source.SCHEDULE if "schedule" in given else Source.EVENTBRIDGE,
            place=one.place,
            max_retries=_number(options.get("retry_attempts")),
            max_age=_seconds(options.get("max_event_age")),
            failures=self._destination(options.get("dead_letter_queue"), one.place),
        )

    # --- resources ---

    def _queue(self, one: Built) -> Queue:
        redrive = one.args.get("dead_letter_queue")
        made = next(_mades([redrive]), None) if redrive is not None else None
        given = dict(made.args) if made is not None else {}
        return Queue(
            name=self.names.get(one.value, one.name),
            place=one.place,
            queue_name=_text(one.args.get("queue_name")),
            fifo=_flag(one.args.get("fifo")) or False,
            content_dedup=_flag(one.args.get("content_based_deduplication")) or False,
            visibility=_seconds(one.args.get("visibility_timeout")),
            retention=_seconds(one.args.get("retention_period")),
            redrive=self._destination(given.get("queue"), one.place),
            max_receives=_number(given.get("max_receive_count")),
            unread=(
                *_unread(_seconds, one.args, visibility="visibility_timeout", retention="retention_period"),
                *_unread(_flag, one.args, content_dedup="content_based_deduplication"),
                *(("redrive",) if redrive is not None and given.get("queue") is None else ()),
            ),
        )

    def _table(self, one: Built) -> Table:
        keys = (one.args.get("partition_key"), one.args.get("sort_key"))
        names = [_text(dict(made.args).get("name")) for key in keys if key is not None for made in _mades([key])]
        return Table(
            name=self.names.get(one.value, one.name),
            place=one.place,
            table_name=_text(one.args.get("table_name")),
            keys=tuple(name for name in names if name),
            ttl=_text(one.args.get("time_to_live_attribute")),
            streams=one.args.get("stream", one.args.get("dynamo_stream")) is not None,
            unread=_unread(_text, one.args, ttl="time_to_live_attribute"),
        )

    def _destination(self, given: Plain | None, place: Place) -> TemplateValue | None:
        return self._reference(given, place) if given is not None else None

    def _reference(self, given: Plain | None, place: Place) -> TemplateValue:
        """A value of the application as a template would have it."""
        written = _text(given)
        if written is not None:
            return TemplateValue("text", written, place)
        for made in _owners(given):
            if made in self.names:
                return TemplateValue("ref", self.names[made], place)
        return TemplateValue("unknown", "", place)


# --- values ---


def _each(given: Plain | None) -> list[Plain]:
    return given if isinstance(given, list) else [] if given is None else [given]


def _mades(values: Iterable[Plain | None]) -> Iterator[Made]:
    """Every object among values and inside their lists and dicts."""
    for value in values:
        if isinstance(value, list):
            yield from _mades(value)
        elif isinstance(value, dict):
            yield from _mades(value.values())
        elif value is not None:
            yield from (one for one in members(value) if isinstance(one, Made))


def _functions(values: Iterable[Plain | None]) -> Iterator[Made]:
    """The functions among values; an alias or a version stands for its function."""
    for made in _mades(values):
        yield made
        if made.type.rpartition(".")[2] in ("Alias", "Version", "add_alias"):
            yield from _functions(value for _, value in made.args)


def _owners(given: Plain | None) -> Iterator[Made]:
    """The objects that a value, or the attribute it was read from, belongs to."""
    if given is None or isinstance(given, (list, dict)):
        return
    for one in members(given):
        owner = _owner(one)
        if owner is not None and owner.type.rpartition(".")[2] in _ENVELOPES:
            inner = dict(owner.args)
            yield from _owners(inner.get("queue") or inner.get("topic") or inner.get("0"))
        elif owner is not None:
            yield owner


_ENVELOPES = frozenset({"SqsDlq", "SqsDestination", "SnsDlq", "SnsDestination", "DeadLetterQueue"})


def _owner(value: Value) -> Made | None:
    while isinstance(value, Method):
        value = value.receiver
    return value if isinstance(value, Made) else None


def _text(given: Plain | None) -> str | None:
    return text(given) if given is not None and not isinstance(given, (list, dict)) else None


def _number(given: Plain | None) -> int | None:
    return given.value if isinstance(given, Known) and isinstance(given.value, int) and not isinstance(given.value, bool) else None


def _flag(given: Plain | None) -> bool | None:
    return given.value if isinstance(given, Known) and isinstance(given.value, bool) else None


def _unread(read: Callable[[Plain | None], object], args: Mapping[str, Plain], **fields: str) -> tuple[str, ...]:
    """The fields whose argument is given but cannot be read."""
    return tuple(field for field, name in fields.items() if args.get(name) is not None and read(args.get(name)) is None)


_UNITS = {"millis": 0.001, "seconds": 1, "minutes": 60, "hours": 3_600, "days": 86_400}


def _seconds(given: Plain | None) -> int | None:
    """A `Duration`."""
    if not isinstance(given, Made) or ".Duration." not in f".{given.type}":
        return None
    amount = _number(dict(given.args).get("0"))
    unit = _UNITS.get(given.type.rpartition(".")[2])
    return int(amount * unit) if amount is not None and unit is not None else None


def _runtime(given: Plain | None) -> str | None:
    name = given.name if isinstance(given, External) else ""
    return name.rpartition(".")[2].lower().replace("_", "").replace("python3", "python3.") or None
