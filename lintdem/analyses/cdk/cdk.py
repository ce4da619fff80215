"""CDK applications as stacks: which construct runs which code, what calls it, what its resources are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from lintdem.analyses.cdk.cdk_alarms import alarms_of
from lintdem.analyses.cdk.cdk_calls import NOTIFIERS, TARGETED, Calls, named
from lintdem.analyses.cdk.cdk_code import code_of, each_function
from lintdem.analyses.cdk.cdk_grants import Permissions
from lintdem.analyses.cdk.cdk_machines import Steps, calls_of
from lintdem.analyses.cdk.cdk_permits import permitted
from lintdem.analyses.cdk.constructs import Built, build
from lintdem.interpreter.building import FUNCTIONS, SOLUTION
from lintdem.interpreter.cdk_values import (
    each_of,
    flag_in,
    functions_in,
    mades,
    number_in,
    owners,
    runtime_in,
    seconds,
    text_in,
    unread,
)
from lintdem.interpreter.domain import Made, Unknown, Value
from lintdem.interpreter.machine import Plain
from lintdem.interpreter.values import known, members
from lintdem.model.span import Place
from lintdem.model.spelling import TYPESCRIPT, snake
from lintdem.model.stack import Event, Lambda, Queue, Resource, Source, Stack, Table, Topic
from lintdem.model.stack import Value as TemplateValue
from lintdem.program import Program
from lintdem.program.noting import Noted

_WRAPPERS = {
    "SnsEventSource": Source.SNS, "S3EventSource": Source.S3, "S3EventSourceV2": Source.S3, "ApiEventSource": Source.API,
    "SqsEventSource": Source.SQS, "DynamoEventSource": Source.DYNAMODB_STREAM, "KinesisEventSource": Source.KINESIS,
    "ManagedKafkaEventSource": Source.KAFKA, "SelfManagedKafkaEventSource": Source.KAFKA,
}  # fmt: skip
"""Event sources that are given to a function."""

SOLUTIONS = {
    "SqsToLambda": Source.SQS, "SnsToLambda": Source.SNS, "S3ToLambda": Source.S3, "ApiGatewayToLambda": Source.API,
    "CognitoToApiGatewayToLambda": Source.API, "CloudFrontToApiGatewayToLambda": Source.API, "AlbToLambda": Source.ALB,
    "DynamoDBStreamsToLambda": Source.DYNAMODB_STREAM, "KinesisStreamsToLambda": Source.KINESIS, "IotToLambda": Source.IOT,
    "EventbridgeToLambda": Source.EVENTBRIDGE,
}  # fmt: skip
"""Constructs of aws_solutions_constructs that make a function, or are given one, together with what calls it."""

_PROPS = {
    Source.SQS: "sqs_event_source_props", Source.DYNAMODB_STREAM: "dynamo_event_source_props",
    Source.KINESIS: "kinesis_event_source_props",
}  # fmt: skip
_HOLDERS = {
    "LambdaSubscription": Source.SNS, "LambdaIntegration": Source.API, "LambdaRestApi": Source.API,
    "HttpLambdaIntegration": Source.API, "HttpLambdaAuthorizer": Source.API, "TokenAuthorizer": Source.API,
    "RequestAuthorizer": Source.API, "WebSocketLambdaIntegration": Source.WEBSOCKET, "LambdaTarget": Source.ALB,
    "WebSocketLambdaAuthorizer": Source.WEBSOCKET, "add_lambda_data_source": Source.APPSYNC, "add_trigger": Source.COGNITO,
    "UserPoolTriggers": Source.COGNITO, "Provider": Source.CUSTOM_RESOURCE, "Trigger": Source.CUSTOM_RESOURCE,
    "CustomResource": Source.CUSTOM_RESOURCE, "LambdaFunctionAction": Source.IOT, "LambdaInvokeAction": Source.CODEPIPELINE,
    "CustomRule": Source.CONFIG, "add_rotation_schedule": Source.SECRETS_ROTATION, "RotationSchedule": Source.SECRETS_ROTATION,
    "LambdaInvoke": Source.STEP_FUNCTIONS, "RunLambdaTask": Source.STEP_FUNCTIONS, "InvokeFunction": Source.STEP_FUNCTIONS,
    "LambdaFunctionProcessor": Source.FIREHOSE, "ProvisioningHookProperty": Source.DIRECT, **SOLUTIONS,
}  # fmt: skip
"""Constructs and methods that are given a function and then call it."""

_OF_ARN = {
    "Queue": Source.SQS, "CfnQueue": Source.SQS, "Stream": Source.KINESIS, "CfnStream": Source.KINESIS,
    "Table": Source.DYNAMODB_STREAM, "TableV2": Source.DYNAMODB_STREAM, "CfnTable": Source.DYNAMODB_STREAM,
}  # fmt: skip
_ARCHIVES = frozenset({"aws_events.Archive", "aws_events.CfnArchive"})


def cdk_stacks(program: Program, steps: Mapping[str, Steps] = {}, noted: Noted | None = None) -> tuple[Stack, ...]:
    """The stacks that the program's own CDK applications describe, one for each file that makes functions; `steps` are what the
    tasks of state machines call, by the file of their definition, and `noted` is told what files are asked for."""
    noted = noted or Noted()
    program.modules.noting.append(noted)
    try:
        built, problems = build(program, noted)
        found = [Stack(path=problem.place.path, kind="cdk", problems=(problem,)) for problem in problems]
        for app in dict.fromkeys(one.app for one in built):
            found += _App(program, [one for one in built if one.app == app], steps).stacks()
    finally:
        program.modules.noting.remove(noted)
    return tuple(sorted(found, key=lambda stack: stack.path))


class _App:
    """What one application makes."""

    def __init__(self, program: Program, built: Sequence[Built], steps: Mapping[str, Steps]) -> None:
        self.program = program
        self.steps = steps
        self.built = Calls(built)
        self.names = named(self.built)
        self.permissions = Permissions(self.built, program.modules, self._reference)

    def stacks(self) -> Iterator[Stack]:
        """One stack for each file with functions; every one has the whole application's resources."""
        functions = [function for one in self.built for function in self._each_function(one)]
        queues = tuple(self._queue(one) for one in self.built if one.type in ("aws_sqs.Queue", "aws_sqs.CfnQueue"))
        tables = tuple(self._table(one) for one in self.built if one.type in ("aws_dynamodb.Table", "aws_dynamodb.TableV2"))
        topics = tuple(self._topic(one) for one in self.built if one.type in ("aws_sns.Topic", "aws_sns.CfnTopic"))
        archives = tuple(self._archive(one) for one in self.built if one.type in _ARCHIVES or one.name == "archive")
        alarms = tuple(alarms_of(self.built, self.names, self._reference))
        for path in sorted({function.place.path for function in functions}):
            own = tuple(function for function in functions if function.place.path == path)
            yield Stack(
                path=path, kind="cdk", functions=own, queues=queues, tables=tables, topics=topics, alarms=alarms, resources=archives
            )

    # --- functions ---

    def _each_function(self, one: Built) -> Iterator[Lambda]:
        """The functions a construct makes: one, or in a loop one for each time."""
        is_solution = one.type.startswith(SOLUTION)
        if not (is_solution or one.name in FUNCTIONS) or not isinstance(one.value, Made):
            return
        name = self.names.get(one.value, one.name)
        given = self._props(one.args.get("lambda_function_props")) if is_solution else one.args
        every = list(each_function(given)) if given else []
        for args in every:
            found = self._function(one, args)
            if found is not None:
                own = text_in(args.get("1", args.get("id"))) if len(every) > 1 else None
                yield msgspec.structs.replace(found, name=own or name)

    def _props(self, given: Plain | None) -> dict[str, Plain]:
        """The properties in a dict, or in an object that is made to hold them."""
        if isinstance(given, dict):
            return {snake(name): value for name, value in given.items()}
        held = next(mades([given]), None)
        made = self.built.that_gave(held) if held is not None else None
        return dict(made.args) if made is not None else {}

    def _function(self, one: Built, args: Mapping[str, Plain]) -> Lambda | None:
        code = code_of(self.program, self.built, one, args)
        if code.handler is None:
            return None
        written, invoked = args.get("environment"), self._invoked(one)
        if isinstance(written, Made):  # EnvironmentProperty
            written = self._props(written).get("variables")
        return Lambda(
            name="",
            place=one.place,
            handler=code.handler,
            handler_place=one.place,
            code=code.folders,
            inline=code.inline,
            inline_place=code.inline_place,
            archive=code.archive,
            runtime=runtime_in(args.get("runtime")),
            timeout=seconds(args.get("timeout")),
            environment=tuple((k, self._reference(v, one.place)) for k, v in written.items()) if isinstance(written, dict) else (),
            events=tuple(self._events(one)) or tuple(permitted(self.built, one)),
            async_retries=number_in(invoked.get("retry_attempts")),
            async_max_age=seconds(invoked.get("max_event_age")),
            dead_letter=self._dead_letter(one),
            on_failure=self._destination(invoked.get("on_failure"), one.place),
            concurrency=number_in(args.get("reserved_concurrent_executions")),
            grants=None if one.type.startswith(SOLUTION) or one.place.path.endswith(TYPESCRIPT) else self.permissions.of(one),
            unread=(
                *unread(seconds, args, timeout="timeout"),
                *unread(number_in, invoked, async_retries="retry_attempts"),
                *unread(seconds, invoked, async_max_age="max_event_age"),
            ),
        )

    def _invoked(self, one: Built) -> dict[str, Plain]:
        """The settings of asynchronous invocations, on the function itself or given to it later."""
        later = [other for other in self.built.on(one.value) if other.name == "configure_async_invoke"]
        return {name: value for made in (one, *later) for name, value in made.args.items()}

    def _dead_letter(self, one: Built) -> TemplateValue | None:
        """The dead-letter queue or topic; one that is only enabled is made by the CDK."""
        found = self._destination(one.args.get("dead_letter_queue", one.args.get("dead_letter_topic")), one.place)
        if found is None and one.args.get("dead_letter_queue_enabled") is not None:
            return TemplateValue("unknown", "", one.place)
        return found

    # --- what calls them ---

    def _events(self, function: Built) -> Iterator[Event]:
        for one in self.built.about(function):
            if one.receiver == function.value:
                yield from self._added(one)
            elif one is function and one.type.startswith(SOLUTION):
                yield from self._solved(one)
            elif one is function:
                for source in each_of(one.args.get("events")):
                    yield from self._source(source)
            elif function.value in set(functions_in(one.args.values())):
                yield from self._held(one, function.value)
            elif one.name in TARGETED:
                yield from self._targeted(one, function.value)

    def _solved(self, one: Built) -> Iterator[Event]:
        """What a construct of aws_solutions_constructs puts before its function."""
        source = SOLUTIONS.get(one.name)
        if source in _PROPS:
            args = self._props(one.args.get(_PROPS[source]))
            yield self._polled(source, args, one.place, one.args.get("existing_queue_obj"))
        elif source is not None:
            yield Event(source=source, place=one.place)

    def _added(self, one: Built) -> Iterator[Event]:
        """What is called on the function itself."""
        if one.name == "add_event_source":
            for source in each_of(one.args.get("0", one.args.get("source"))):
                yield from self._source(source)
        elif one.name == "add_function_url":
            yield Event(source=Source.FUNCTION_URL, place=one.place)
        elif one.name == "add_event_source_mapping":
            yield from self._mapping(one)

    def _source(self, source: Plain) -> Iterator[Event]:
        for made in members(source) if not isinstance(source, (list, dict)) else ():
            if isinstance(made, Made) and made.type.rpartition(".")[2] in _WRAPPERS:
                one = self.built.that_gave(made)
                kind = _WRAPPERS[made.type.rpartition(".")[2]]
                args = one.args if one is not None else dict(made.args)
                yield self._polled(kind, args, made.place, args.get("0"))

    def _mapping(self, one: Built) -> Iterator[Event]:
        target = one.args.get("event_source_arn")
        for made in owners(target):
            source = _OF_ARN.get(made.type.rpartition(".")[2])
            if source is not None:
                yield self._polled(source, _renamed(one.args), one.place, made)

    def _polled(self, kind: Source, args: Mapping[str, Plain], place: Place, target: Plain | None) -> Event:
        queue = next((made for made in owners(target)), None)
        if kind is Source.SQS and queue is not None and flag_in(dict(queue.args).get("fifo")):
            kind = Source.SQS_FIFO
        return Event(
            source=kind,
            place=place,
            target=self._reference(target, place) if target is not None else None,
            batch_size=number_in(args.get("batch_size")),
            window=seconds(args.get("max_batching_window")),
            reports_failures=_said(args, "report_batch_item_failures"),
            bisects=flag_in(args.get("bisect_batch_on_error")),
            max_retries=number_in(args.get("retry_attempts")),
            max_age=seconds(args.get("max_record_age")),
            failures=self._destination(args.get("on_failure"), place),
            unread=(
                *unread(number_in, args, max_retries="retry_attempts", batch_size="batch_size"),
                *unread(seconds, args, max_age="max_record_age"),
            ),
        )

    def _held(self, one: Built, function: Value) -> Iterator[Event]:
        """A construct that the function is given to directly."""
        if one.name in SOLUTIONS:
            yield from self._solved(one)
            return
        if one.name in ("EventSourceMapping", "CfnEventSourceMapping"):
            yield from self._mapping(one)
        if one.name in ("StateMachine", "CfnStateMachine"):
            yield from calls_of(one, function, self.steps)
        source = _HOLDERS.get(one.name)
        if one.name == "LambdaActionProperty":  # of a rule for received mail, or for messages of things
            source = Source.IOT if ".CfnTopicRule" in one.type else Source.SES
        if source is Source.STEP_FUNCTIONS:
            plainly = flag_in(one.args.get("retry_on_service_exceptions")) is False
            retried = not plainly or any(b.name == "add_retry" for b in self.built.on(one.value))
            yield Event(source=source, place=one.place, retried=retried)
        elif source is not None:
            yield Event(source=source, place=one.place)

    def _targeted(self, one: Built, function: Value) -> Iterator[Event]:
        """A rule, schedule or bucket that is given something that holds the function."""
        holders = [made for made in mades(one.args.values()) if function in set(functions_in(v for _, v in made.args))]
        for made in holders:
            if one.name in NOTIFIERS:
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
            max_retries=number_in(options.get("retry_attempts")),
            max_age=seconds(options.get("max_event_age")),
            failures=self._destination(options.get("dead_letter_queue"), one.place),
        )

    # --- resources ---

    def _queue(self, one: Built) -> Queue:
        redrive = one.args.get("dead_letter_queue")
        policy = one.args.get("redrive_policy")
        given = _held_by(redrive)
        if isinstance(policy, dict):
            redrive, given = policy.get("deadLetterTargetArn"), {
                "queue": policy["deadLetterTargetArn"], "max_receive_count": policy.get("maxReceiveCount", Unknown("unsaid")),
            } if "deadLetterTargetArn" in policy else {}  # fmt: skip
        return Queue(
            name=self.names.get(one.value, one.name),
            place=one.place,
            queue_name=text_in(one.args.get("queue_name")),
            fifo=flag_in(one.args.get("fifo", one.args.get("fifo_queue"))) or False,
            content_dedup=flag_in(one.args.get("content_based_deduplication")) or False,
            visibility=seconds(one.args.get("visibility_timeout")),
            retention=seconds(one.args.get("retention_period", one.args.get("message_retention_period"))),
            redrive=self._destination(given.get("queue"), one.place),
            max_receives=number_in(given.get("max_receive_count")),
            unread=(
                *unread(seconds, one.args, visibility="visibility_timeout", retention="retention_period"),
                *unread(flag_in, one.args, content_dedup="content_based_deduplication"),
                *(("redrive",) if redrive is not None and given.get("queue") is None else ()),
            ),
        )

    def _table(self, one: Built) -> Table:
        keys = (one.args.get("partition_key"), one.args.get("sort_key"))
        names = [text_in(_held_by(key).get("name")) for key in keys if key is not None]
        return Table(
            name=self.names.get(one.value, one.name),
            place=one.place,
            table_name=text_in(one.args.get("table_name")),
            keys=tuple(name for name in names if name),
            ttl=text_in(one.args.get("time_to_live_attribute")),
            streams=one.args.get("stream", one.args.get("dynamo_stream")) is not None,
            unread=unread(text_in, one.args, ttl="time_to_live_attribute"),
        )

    def _topic(self, one: Built) -> Topic:
        written = one.args.get("content_based_deduplication")
        return Topic(
            name=self.names.get(one.value, one.name),
            place=one.place,
            topic_name=text_in(one.args.get("topic_name")),
            fifo=flag_in(one.args.get("fifo", one.args.get("fifo_topic"))) or False,
            content_dedup=False if written is None else flag_in(written),
        )

    def _archive(self, one: Built) -> Resource:
        return Resource(name=self.names.get(one.value, one.name), type="AWS::Events::Archive", place=one.place)

    def _destination(self, given: Plain | None, place: Place) -> TemplateValue | None:
        return self._reference(given, place) if given is not None else None

    def _reference(self, given: Plain | None, place: Place) -> TemplateValue:
        """A value of the application as a template would have it."""
        written = text_in(given)
        if written is not None:
            return TemplateValue("text", written, place)
        for made in owners(given):
            if made in self.names:
                return TemplateValue("ref", self.names[made], place)
        return TemplateValue("unknown", "", place)


def _held_by(given: Plain | None) -> dict[str, Plain]:
    """What an object of several settings holds: one that is made of them, or in TypeScript a plain one."""
    if isinstance(given, dict):
        return {snake(name): value for name, value in given.items()}
    made = next(mades([given]), None) if given is not None else None
    return dict(made.args) if made is not None else {}


def _said(args: Mapping[str, Plain], name: str) -> bool | None:
    """A flag that is off unless it is given."""
    return flag_in(args[name]) if name in args else None if "**" in args else False


_MAPPING = {
    "maximum_batching_window_in_seconds": "max_batching_window", "maximum_retry_attempts": "retry_attempts",
    "maximum_record_age_in_seconds": "max_record_age", "bisect_batch_on_function_error": "bisect_batch_on_error",
}  # fmt: skip


def _renamed(args: Mapping[str, Plain]) -> dict[str, Plain]:
    """The settings of a mapping under the names the CDK's own construct has for them."""
    found = {_MAPPING.get(name, name): value for name, value in args.items()}
    if any(text_in(one) == "ReportBatchItemFailures" for one in each_of(args.get("function_response_types"))):
        found["report_batch_item_failures"] = known(True)
    return found
