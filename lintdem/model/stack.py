"""What a deployment template says, with the place of every fact.

A template value that is not plain text is kept as a `Value`: what is known stays usable, what is not
is said (`kind` "unknown").
"""

from __future__ import annotations

from enum import Enum

import msgspec

from lintdem.model.module import Problem
from lintdem.model.span import Place


class Source(str, Enum):
    """Event sources of AWS Lambda; values are what users read."""

    SQS = "sqs"
    SQS_FIFO = "sqs-fifo"
    SNS = "sns"
    EVENTBRIDGE = "eventbridge"
    SCHEDULE = "schedule"
    PIPES = "pipes"
    KINESIS = "kinesis"
    DYNAMODB_STREAM = "dynamodb-stream"
    KAFKA = "kafka"
    MQ = "mq"
    S3 = "s3"
    API = "api"
    WEBSOCKET = "websocket"
    ALB = "alb"
    FUNCTION_URL = "function-url"
    APPSYNC = "appsync"
    COGNITO = "cognito"
    STEP_FUNCTIONS = "stepfunctions"
    CUSTOM_RESOURCE = "custom-resource"
    IOT = "iot"
    LOGS = "logs"
    SES = "ses"
    CODEPIPELINE = "codepipeline"
    CONFIG = "config"
    SECRETS_ROTATION = "secrets-rotation"
    FIREHOSE = "firehose"
    S3_BATCH = "s3-batch"
    DIRECT = "direct"
    UNKNOWN = "unknown"


class Value(msgspec.Struct, frozen=True, array_like=True):
    """A template value. `kind`: "text" (numbers and booleans as text), "ref" (`text` is the logical id
    of a resource of the same template), "attribute" (`text` is the logical id, `name` the attribute),
    "import" (another stack's export), "unknown" (`text` is the source as far as it could be written)."""

    kind: str
    text: str
    place: Place
    name: str = ""


class Event(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """One event source of a function, from `Events`, an event source mapping, a subscription, a rule
    target, a permission or a state machine task. Numbers are None when the template does not say; `unread` names
    those that it says in a way that cannot be read.
    `failures` names the on-failure destination or dead-letter target; `detail_types` the EventBridge
    detail types; `retried` whether a Step Functions task has a Retry (None unknown)."""

    source: Source
    place: Place
    name: str = ""
    target: Value | None = None
    batch_size: int | None = None
    window: int | None = None
    reports_failures: bool | None = None
    bisects: bool | None = None
    max_retries: int | None = None
    max_age: int | None = None
    parallel: int | None = None
    failures: Value | None = None
    retried: bool | None = None
    detail_types: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


class Grant(msgspec.Struct, frozen=True, array_like=True):
    """Actions that a policy allows ("dynamodb:PutItem", "dynamodb:*"), on these resources; none means all."""

    actions: tuple[str, ...]
    resources: tuple[Value, ...] = ()


class Lambda(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """A function resource. `handler` is the handler string ("app.handler"); `code` the folders its code
    may stand in, relative to the workspace root, most likely first; `layers` folders of layers in the
    same repository; `inline` the code written in the template, with `inline_place`. `unread` names the fields
    that the template says in a way that cannot be read; `packed` when what is deployed is made from the folders by a
    build that is not seen here, as of an image, an archive or a makefile; `archive` the path or the key in a bucket of
    the archive that is deployed, where nothing here says what it is made from; `grants` what its policies allow, None
    when not all of them can be read; `written` when SAM has written the template from another one."""

    name: str
    place: Place
    handler: str | None = None
    handler_place: Place | None = None
    code: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    inline: str | None = None
    inline_place: Place | None = None
    runtime: str | None = None
    timeout: int | None = None
    environment: tuple[tuple[str, Value], ...] = ()
    events: tuple[Event, ...] = ()
    async_retries: int | None = None
    async_max_age: int | None = None
    dead_letter: Value | None = None
    on_failure: Value | None = None
    concurrency: int | None = None
    conditional: bool = False
    unread: tuple[str, ...] = ()
    packed: bool = False
    archive: str = ""
    grants: tuple[Grant, ...] | None = None
    written: bool = False


class Queue(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """An SQS queue. Times in seconds; None when the template does not say. `redrive` is its dead-letter
    queue; `unread` names the fields that the template says in a way that cannot be read."""

    name: str
    place: Place
    queue_name: str | None = None
    fifo: bool = False
    content_dedup: bool = False
    visibility: int | None = None
    retention: int | None = None
    redrive: Value | None = None
    max_receives: int | None = None
    unread: tuple[str, ...] = ()


class Topic(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """An SNS topic. `content_dedup` is None when what the template says of it cannot be read."""

    name: str
    place: Place
    topic_name: str | None = None
    fifo: bool = False
    content_dedup: bool | None = False


class Table(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """A DynamoDB table; `keys` is (hash,) or (hash, range). `ttl` is the attribute that DynamoDB expires items by;
    `unread` names the fields that the template says in a way that cannot be read."""

    name: str
    place: Place
    table_name: str | None = None
    keys: tuple[str, ...] = ()
    ttl: str | None = None
    streams: bool = False
    unread: tuple[str, ...] = ()


class Alarm(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """A metric that a CloudWatch alarm watches. `namespace` and `metric` are None when they cannot be read, or when
    the alarm looks at an expression; `dimensions` the values it is about."""

    name: str
    place: Place
    namespace: str | None = None
    metric: str | None = None
    dimensions: tuple[tuple[str, Value], ...] = ()


class Resource(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """Any other resource, so that references have something to point to; `type` as in the template."""

    name: str
    type: str
    place: Place
    physical: str | None = None


OPENAPI = "openapi"
"""The kind of a description of an HTTP interface, whose operations name functions."""


class Stack(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """One template."""

    path: str
    kind: str
    functions: tuple[Lambda, ...] = ()
    queues: tuple[Queue, ...] = ()
    tables: tuple[Table, ...] = ()
    topics: tuple[Topic, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    resources: tuple[Resource, ...] = ()
    problems: tuple[Problem, ...] = ()
