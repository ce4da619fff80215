"""Lambda's event sources: scopes of fields, fingerprints, redelivery."""

from __future__ import annotations

import pytest

from lintdem.knowledge import (
    Scope,
    TimeForm,
    attribute_steps,
    detect_source,
    normal,
    redelivery,
    scope_of,
    scope_of_context,
    source_of_class,
    survives,
    time_form,
)
from lintdem.knowledge import tables as shelf
from lintdem.knowledge.events import Events, Shape
from lintdem.model.finding import Redelivers
from lintdem.model.stack import Source

Steps = tuple[str, ...]


def steps(path: str) -> Steps:
    """The steps of a path written with spaces."""
    return tuple(path.split())


@pytest.mark.parametrize(
    ("source", "path", "scope"),
    [
        (Source.SQS, "Records * messageId", Scope.DELIVERY),
        (Source.SQS, "Records 0 messageId", Scope.DELIVERY),
        (Source.SQS, "messageId", Scope.DELIVERY),
        (Source.SQS, "records * message_id", Scope.DELIVERY),
        (Source.SQS, "Records * receiptHandle", Scope.ATTEMPT),
        (Source.SQS, "Records * attributes ApproximateReceiveCount", Scope.ATTEMPT),
        (Source.SQS, "Records * attributes SentTimestamp", Scope.TIME),
        (Source.SQS, "Records * attributes", Scope.ENVELOPE),
        (Source.SQS, "Records * body", Scope.BUSINESS),
        (Source.SQS, "Records * body json() orderId", Scope.BUSINESS),
        (Source.SQS, "records * json_body orderId", Scope.BUSINESS),
        (Source.SQS, "Records", Scope.ENVELOPE),
        (Source.SQS, "Records *", Scope.ENVELOPE),
        (Source.SQS, "Records * somethingNew", Scope.UNKNOWN),
        (Source.SQS_FIFO, "Records * attributes MessageDeduplicationId", Scope.DELIVERY),
        (Source.SQS_FIFO, "Records * receiptHandle", Scope.ATTEMPT),
        (Source.SNS, "Records 0 Sns MessageId", Scope.DELIVERY),
        (Source.SNS, "Records 0 Sns Message json() orderId", Scope.BUSINESS),
        (Source.SNS, "Records 0 Sns Timestamp", Scope.TIME),
        (Source.SNS, "Records 0 Sns TopicArn", Scope.WEAK),
        (Source.SNS, "sns_message json() orderId", Scope.BUSINESS),
        (Source.EVENTBRIDGE, "id", Scope.DELIVERY),
        (Source.EVENTBRIDGE, "time", Scope.TIME),
        (Source.EVENTBRIDGE, "detail order_id", Scope.BUSINESS),
        (Source.SCHEDULE, "executionId", Scope.ATTEMPT),
        (Source.SCHEDULE, "scheduledTime", Scope.TIME),
        (Source.PIPES, "* messageId", Scope.DELIVERY),
        (Source.PIPES, "* sequenceNumber", Scope.DELIVERY),
        (Source.KINESIS, "Records * kinesis data b64() json() id", Scope.BUSINESS),
        (Source.KINESIS, "Records * kinesis sequenceNumber", Scope.DELIVERY),
        (Source.KINESIS, "Records * kinesis partitionKey", Scope.WEAK),
        (Source.KINESIS, "Records * kinesis approximateArrivalTimestamp", Scope.TIME),
        (Source.DYNAMODB_STREAM, "Records * eventID", Scope.DELIVERY),
        (Source.DYNAMODB_STREAM, "Records * dynamodb NewImage id S", Scope.BUSINESS),
        (Source.DYNAMODB_STREAM, "Records * dynamodb ApproximateCreationDateTime", Scope.TIME),
        (Source.KAFKA, "records orders-0 0 offset", Scope.DELIVERY),
        (Source.KAFKA, "records * * value b64() json() id", Scope.BUSINESS),
        (Source.S3, "Records * s3 object key", Scope.BUSINESS),
        (Source.S3, "Records * s3 object sequencer", Scope.BUSINESS),
        (Source.S3, "Records * s3 bucket name", Scope.WEAK),
        (Source.S3, "Records * eventTime", Scope.TIME),
        (Source.API, "headers Idempotency-Key", Scope.CLIENT),
        (Source.API, "headers idempotency-key", Scope.CLIENT),
        (Source.API, "headers X-Amzn-Trace-Id", Scope.ATTEMPT),
        (Source.API, "headers", Scope.ENVELOPE),
        (Source.API, "requestContext requestId", Scope.ATTEMPT),
        (Source.API, "requestContext", Scope.ENVELOPE),
        (Source.API, "requestContext requestTimeEpoch", Scope.ATTEMPT),
        (Source.API, "pathParameters id", Scope.BUSINESS),
        (Source.API, "queryStringParameters id", Scope.BUSINESS),
        (Source.API, "body json() id", Scope.BUSINESS),
        (Source.FUNCTION_URL, "requestContext requestId", Scope.ATTEMPT),
        (Source.ALB, "headers x-amzn-trace-id", Scope.ATTEMPT),
        (Source.APPSYNC, "arguments input id", Scope.BUSINESS),
        (Source.APPSYNC, "request headers x-amzn-trace-id", Scope.ATTEMPT),
        (Source.COGNITO, "userName", Scope.BUSINESS),
        (Source.STEP_FUNCTIONS, "orderId", Scope.BUSINESS),
        (Source.STEP_FUNCTIONS, "TaskToken", Scope.ATTEMPT),
        (Source.STEP_FUNCTIONS, "Execution Id", Scope.DELIVERY),
        (Source.CUSTOM_RESOURCE, "RequestId", Scope.BUSINESS),
        (Source.CODEPIPELINE, "CodePipeline.job id", Scope.DELIVERY),
        (Source.LOGS, "awslogs data b64() json() logEvents * id", Scope.DELIVERY),
        (Source.SES, "Records 0 ses mail messageId", Scope.DELIVERY),
        (Source.SECRETS_ROTATION, "ClientRequestToken", Scope.BUSINESS),
        (Source.DIRECT, "orderId", Scope.BUSINESS),
        (Source.UNKNOWN, "Records * messageId", Scope.DELIVERY),
        (Source.UNKNOWN, "Records * receiptHandle", Scope.ATTEMPT),
        (Source.UNKNOWN, "detail orderId", Scope.BUSINESS),
        (Source.UNKNOWN, "requestContext requestId", Scope.ATTEMPT),
        (Source.UNKNOWN, "orderId", Scope.BUSINESS),
    ],
)
def test_scopes_of_fields(source: Source, path: str, scope: Scope) -> None:
    """Which deliveries see the same value."""
    assert scope_of(source, steps(path)) is scope


@pytest.mark.parametrize("source", list(Source))
def test_the_whole_event_is_an_envelope(source: Source) -> None:
    """Something in a whole event changes from run to run."""
    assert scope_of(source, ()) is Scope.ENVELOPE


def test_sees_the_notification_inside_a_queue_message() -> None:
    """A queue subscribed to a topic carries the topic's own envelope in the body."""
    assert scope_of(Source.SQS, steps("Records * body json() MessageId")) is Scope.DELIVERY
    assert scope_of(Source.SQS, steps("Records * body json() Message json() orderId")) is Scope.BUSINESS
    assert scope_of(Source.SQS, steps("Records * body json() messageId")) is Scope.BUSINESS


def test_sees_the_object_event_inside_a_queue_message() -> None:
    """S3 notifications through a queue keep their shape."""
    assert scope_of(Source.SQS, steps("Records * body json() Records 0 s3 object key")) is Scope.BUSINESS
    assert scope_of(Source.SQS, steps("Records * body json() Records 0 eventTime")) is Scope.TIME
    assert scope_of(Source.SQS, steps("Records * body json() Records 0 s3 bucket name")) is Scope.WEAK


def test_tells_an_eventbridge_id_in_a_message_from_a_business_id() -> None:
    """`id` in a body is the producer's, unless the code also reads `detail` beside it."""
    path = steps("Records * body json() id")
    assert scope_of(Source.SQS, path) is Scope.BUSINESS
    assert scope_of(Source.SQS, path, [steps("Records * body json() detail orderId")]) is Scope.DELIVERY
    assert scope_of(Source.API, steps("body json() id"), [steps("detail orderId")]) is Scope.BUSINESS


def test_the_request_id_is_the_same_only_where_lambda_retries() -> None:
    """`context.aws_request_id` is the most misused key."""
    assert scope_of_context(Source.S3, ("aws_request_id",)) is Scope.DELIVERY
    assert scope_of_context(Source.SQS, ("aws_request_id",)) is Scope.ATTEMPT
    assert scope_of_context(Source.API, ("aws_request_id",)) is Scope.ATTEMPT
    assert scope_of_context(Source.UNKNOWN, ("aws_request_id",)) is Scope.ATTEMPT
    assert scope_of_context(Source.SNS, ("log_stream_name",)) is Scope.ATTEMPT
    assert scope_of_context(Source.SNS, ("function_name",)) is Scope.WEAK


@pytest.mark.parametrize(
    ("paths", "source"),
    [
        (["Records * body"], Source.SQS),
        (["records * message_id"], Source.SQS),
        (["Records * body", "Records * attributes MessageGroupId"], Source.SQS_FIFO),
        (["Records 0 Sns Message"], Source.SNS),
        (["detail orderId"], Source.EVENTBRIDGE),
        (["* messageId"], Source.PIPES),
        (["Records * kinesis data"], Source.KINESIS),
        (["Records * dynamodb NewImage"], Source.DYNAMODB_STREAM),
        (["Records * eventName", "Records * dynamodb"], Source.DYNAMODB_STREAM),
        (["records * * value"], Source.KAFKA),
        (["Records * s3 object key"], Source.S3),
        (["pathParameters id"], Source.API),
        (["body"], Source.API),
        (["requestContext connectionId"], Source.WEBSOCKET),
        (["requestContext elb"], Source.ALB),
        (["info fieldName"], Source.APPSYNC),
        (["triggerSource"], Source.COGNITO),
        (["ResponseURL"], Source.CUSTOM_RESOURCE),
        (["awslogs data"], Source.LOGS),
        (["CodePipeline.job id"], Source.CODEPIPELINE),
        (["invokingEvent"], Source.CONFIG),
        (["ClientRequestToken"], Source.SECRETS_ROTATION),
        (["records * recordId"], Source.FIREHOSE),
        (["tasks * taskId"], Source.S3_BATCH),
        (["bucket_name"], None),
        (["request body"], None),
        (["Records"], None),
        (["orderId"], None),
        ([], None),
    ],
)
def test_recognises_sources_by_what_the_code_reads(paths: list[str], source: Source | None) -> None:
    """The fingerprints of the sources; what they share decides nothing."""
    assert detect_source([steps(path) for path in paths]) is source


def test_recognises_sources_by_the_names_they_give_themselves() -> None:
    """A constant that the code compares with `eventSource` decides."""
    assert detect_source([steps("Records * eventSource")], ["aws:sns"]) is Source.SNS
    assert detect_source([], ["Scheduled Event"]) is Source.SCHEDULE


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("SQSEvent", Source.SQS),
        ("aws_lambda_powertools.utilities.data_classes.SQSEvent", Source.SQS),
        ("aws_lambda_powertools.utilities.batch.EventType.SQS", Source.SQS),
        ("EventType.KinesisDataStreams", Source.KINESIS),
        ("EventBridgeModel", Source.EVENTBRIDGE),
        ("SqsEnvelope", Source.SQS),
        ("APIGatewayHttpResolver", Source.API),
        ("LambdaFunctionUrlResolver", Source.FUNCTION_URL),
        ("OrderEvent", None),
    ],
)
def test_recognises_sources_by_classes(name: str, source: Source | None) -> None:
    """Data classes, models, envelopes and resolvers of the common libraries."""
    assert source_of_class(name) is source


def test_attributes_of_data_classes_are_steps() -> None:
    """Powertools' attributes stand for the event's own names."""
    assert attribute_steps("records") == ("Records",)
    assert attribute_steps("json_body") == ("body", "json()")
    assert attribute_steps("message_id") == ("messageId",)
    assert attribute_steps("data_as_json") == ("data", "b64()", "json()")
    assert attribute_steps("colour") == ("colour",)
    assert normal("message_id") == normal("messageId") == normal("message-id")


@pytest.mark.parametrize(
    ("source", "attribute", "raw"),
    [
        (Source.SQS, "records * message_id", "Records * messageId"),
        (Source.SQS, "records * receipt_handle", "Records * receiptHandle"),
        (Source.SQS, "records * json_body order_id", "Records * body json() order_id"),
        (Source.SQS, "records * attributes sent_timestamp", "Records * attributes SentTimestamp"),
        (Source.SQS, "records * attributes approximate_receive_count", "Records * attributes ApproximateReceiveCount"),
        (Source.SQS, "records * md5_of_body", "Records * md5OfBody"),
        (
            Source.SQS_FIFO,
            "records * attributes message_deduplication_id",
            "Records * attributes MessageDeduplicationId",
        ),
        (Source.SNS, "records * sns message_id", "Records * Sns MessageId"),
        (Source.SNS, "record sns message", "Records 0 Sns Message"),
        (Source.SNS, "sns_message", "Records 0 Sns Message"),
        (Source.SNS, "records * sns timestamp", "Records * Sns Timestamp"),
        (Source.EVENTBRIDGE, "get_id", "id"),
        (Source.EVENTBRIDGE, "replay_name", "replay-name"),
        (Source.EVENTBRIDGE, "detail_type", "detail-type"),
        (Source.KINESIS, "records * event_id", "Records * eventID"),
        (Source.KINESIS, "records * kinesis sequence_number", "Records * kinesis sequenceNumber"),
        (Source.KINESIS, "records * kinesis data_as_json id", "Records * kinesis data b64() json() id"),
        (
            Source.KINESIS,
            "records * kinesis approximate_arrival_timestamp",
            "Records * kinesis approximateArrivalTimestamp",
        ),
        (Source.DYNAMODB_STREAM, "records * dynamodb new_image", "Records * dynamodb NewImage"),
        (Source.DYNAMODB_STREAM, "records * dynamodb sequence_number", "Records * dynamodb SequenceNumber"),
        (
            Source.DYNAMODB_STREAM,
            "records * dynamodb approximate_creation_date_time",
            "Records * dynamodb ApproximateCreationDateTime",
        ),
        (Source.KAFKA, "records * json_value id", "records t * value b64() json() id"),
        (Source.KAFKA, "records * decoded_key", "records t * key b64()"),
        (Source.S3, "record s3 get_object version_id", "Records 0 s3 object versionId"),
        (Source.S3, "object_key", "Records 0 s3 object key"),
        (Source.S3, "records * event_time", "Records * eventTime"),
        (Source.API, "request_context request_id", "requestContext requestId"),
        (Source.API, "json_body id", "body json() id"),
        (Source.API, "resolved_headers_field idempotency-key", "headers Idempotency-Key"),
        (Source.API, "request_context request_time_epoch", "requestContext requestTimeEpoch"),
        (Source.API, "request_context authorizer jwt_claim sub", "requestContext authorizer jwt claims sub"),
        (Source.ALB, "request_context elb_target_group_arn", "requestContext elb targetGroupArn"),
        (Source.WEBSOCKET, "request_context connection_id", "requestContext connectionId"),
        (Source.WEBSOCKET, "request_context connected_at", "requestContext connectedAt"),
        (Source.APPSYNC, "request_headers idempotency-key", "request headers Idempotency-Key"),
        (Source.COGNITO, "user_name", "userName"),
        (Source.COGNITO, "request user_attributes sub", "request userAttributes sub"),
        (Source.CUSTOM_RESOURCE, "request_id", "RequestId"),
        (Source.CUSTOM_RESOURCE, "physical_resource_id", "PhysicalResourceId"),
        (Source.LOGS, "parse_logs_data log_events * get_id", "awslogs data b64() json() logEvents * id"),
        (Source.LOGS, "raw_logs_data", "awslogs data"),
        (Source.SES, "record ses mail message_id", "Records 0 ses mail messageId"),
        (Source.SES, "record ses mail common_headers get_from", "Records 0 ses mail commonHeaders from"),
        (
            Source.CODEPIPELINE,
            "user_parameters",
            "CodePipeline.job data actionConfiguration configuration UserParameters",
        ),
        (
            Source.CONFIG,
            "invoking_event configuration_item configuration_item_capture_time",
            "invokingEvent json() configurationItem configurationItemCaptureTime",
        ),
        *(
            (Source.CONFIG, f"invoking_event {item} {attribute}", f"invokingEvent json() {raw} {field}")
            for item, raw in (
                ("configuration_item", "configurationItem"),
                ("configuration_item_summary", "configurationItemSummary"),
            )
            for attribute, field in (("accountid", "awsAccountId"), ("region", "awsRegion"), ("resource_arn", "ARN"))
        ),
        (Source.CONFIG, "invoking_event accountid", "invokingEvent json() awsAccountId"),
        (Source.CONFIG, "raw_invoking_event", "invokingEvent"),
        (Source.EVENTBRIDGE, "timestamp", "time"),
        (Source.EVENTBRIDGE, "source_account_id", "accountId"),
        (Source.EVENTBRIDGE, "alarm_data state timestamp", "alarmData state timestamp"),
        (Source.SECRETS_ROTATION, "version_id", "ClientRequestToken"),
        (Source.SECRETS_ROTATION, "secret_id", "SecretId"),
        (Source.FIREHOSE, "records * data_as_json id", "records * data b64() json() id"),
        (Source.FIREHOSE, "records * metadata sequence_number", "records * kinesisRecordMetadata sequenceNumber"),
        (Source.S3_BATCH, "task task_id", "tasks 0 taskId"),
        (Source.MQ, "messages * message_id", "messages * messageID"),
        (Source.MQ, "messages * destination_physicalname", "messages * destination physicalName"),
        (
            Source.MQ,
            "rmq_messages_by_queue q * basic_properties message_id",
            "rmqMessagesByQueue q * basicProperties messageId",
        ),
    ],
)
def test_attributes_are_judged_as_what_they_read(source: Source, attribute: str, raw: str) -> None:
    """An attribute of Powertools 3.37 survives what the field survives that it reads, and tells the time as it does."""
    assert scope_of(source, steps(attribute)) is scope_of(source, steps(raw)) is not Scope.UNKNOWN
    assert time_form(source, steps(attribute)) is time_form(source, steps(raw))


@pytest.mark.parametrize(
    ("source", "path", "form"),
    [
        (Source.SQS, "Records * attributes SentTimestamp", TimeForm.MILLISECONDS_TEXT),
        (Source.SQS_FIFO, "attributes ApproximateFirstReceiveTimestamp", TimeForm.MILLISECONDS_TEXT),
        (Source.SNS, "Records 0 Sns Timestamp", TimeForm.ISO),
        (Source.EVENTBRIDGE, "time", TimeForm.ISO),
        (Source.KINESIS, "Records * kinesis approximateArrivalTimestamp", TimeForm.SECONDS),
        (Source.DYNAMODB_STREAM, "Records * dynamodb ApproximateCreationDateTime", TimeForm.SECONDS),
        (Source.KAFKA, "records t * timestamp", TimeForm.MILLISECONDS),
        (Source.S3, "Records * eventTime", TimeForm.ISO),
        (Source.API, "requestContext timeEpoch", TimeForm.MILLISECONDS),
        (Source.FUNCTION_URL, "requestContext time", TimeForm.WORDS),
        (Source.LOGS, "awslogs data b64() json() logEvents * timestamp", TimeForm.MILLISECONDS),
        (Source.SES, "Records 0 ses mail timestamp", TimeForm.ISO),
        (Source.CONFIG, "invokingEvent json() notificationCreationTime", TimeForm.ISO),
        (Source.SQS, "Records * body json() created", None),
    ],
)
def test_how_a_moment_is_written(source: Source, path: str, form: TimeForm | None) -> None:
    """The format and the unit of each source's own moments, which differ."""
    assert time_form(source, steps(path)) is form


@pytest.mark.parametrize("shape", shelf.toml(Events, "events.toml").sources.values())
def test_every_moment_says_how_it_is_written(shape: Shape) -> None:
    """A field that is a time has a form, and a form belongs to a field."""
    fields = {*shape.fields, "window.start", "window.end"} if "window" in shape.fields else set(shape.fields)
    assert set(shape.times) <= fields
    assert {name for name, scope in shape.fields.items() if scope is Scope.TIME} - {"window"} <= set(shape.times)


def test_says_how_sources_deliver_again() -> None:
    """The facts that rules weigh."""
    assert redelivery(Source.SQS).redelivers is Redelivers.ITSELF
    assert redelivery(Source.API).redelivers is Redelivers.CALLER
    assert redelivery(Source.UNKNOWN).redelivers is Redelivers.UNKNOWN
    assert redelivery(Source.SQS).batch
    assert not redelivery(Source.SNS).batch
    assert redelivery(Source.SQS_FIFO).ordered
    assert not redelivery(Source.SQS).ordered
    assert redelivery(Source.SQS).horizon == 4 * 24 * 3600
    assert redelivery(Source.API).horizon is None
    assert not redelivery(Source.API).late


def test_never_says_that_a_message_id_changes_after_the_visibility_timeout() -> None:
    """It does not: it changes on a redrive and on a second send."""
    words = survives(Source.SQS, steps("Records * messageId"))
    before, _, after = words.partition("not")
    assert "visibility timeout" in before
    assert "redrive" in after
    assert "visibility" not in after


def test_speaks_of_the_source_that_gave_the_id() -> None:
    """A topic's id inside a queue's message survives what the topic makes it survive."""
    assert survives(Source.SQS, steps("Records * body json() MessageId")) == survives(Source.SNS)


def test_every_source_is_described() -> None:
    """No source is without facts, each with its page; unknown keys are refused."""
    table = shelf.toml(Events, "events.toml")
    assert set(table.sources) == set(Source)
    for source, shape in table.sources.items():
        assert shape.source.startswith("https://"), source
        assert shape.redelivery.words == shape.redelivery.words.rstrip("."), source


def test_what_many_resources_share_names_none() -> None:
    """The account and the Region of a changed resource stand in every change; its ARN names it."""
    item = ("invokingEvent", "json()", "configurationItem")
    assert {scope_of(Source.CONFIG, (*item, name)) for name in ("awsAccountId", "awsRegion", "accountid", "region")} == {Scope.WEAK}
    assert scope_of(Source.CONFIG, (*item, "ARN")) is Scope.BUSINESS
