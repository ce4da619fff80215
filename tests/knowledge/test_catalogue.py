"""AWS operations: what they do, which token makes a second call harmless, where the facts come from."""

from __future__ import annotations

from pathlib import Path

import pytest

from lintdem.knowledge import Kind, Operation, operation
from lintdem.knowledge import tables as shelf
from lintdem.knowledge.catalogue import Service

FOLDER = Path(shelf.__file__).with_name("aws")


def known(service: str, method: str) -> Operation:
    """The operation, which has to be one."""
    found = operation(service, method)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("service", "method", "kind"),
    [
        ("sqs", "send_message", Kind.EFFECT),
        ("sqs", "delete_message", Kind.DELETE),
        ("sqs", "change_message_visibility", Kind.SET),
        ("sqs", "create_queue", Kind.SET),
        ("sns", "create_topic", Kind.SET),
        ("sns", "publish", Kind.EFFECT),
        ("events", "put_events", Kind.EFFECT),
        ("events", "put_rule", Kind.SET),
        ("dynamodb", "put_item", Kind.WRITE),
        ("dynamodb", "query", Kind.READ),
        ("s3", "put_object", Kind.SET),
        ("s3", "upload_file", Kind.SET),
        ("lambda", "invoke", Kind.EFFECT),
        ("kinesis", "put_record", Kind.EFFECT),
        ("cloudwatch", "put_metric_data", Kind.TELEMETRY),
        ("logs", "put_log_events", Kind.TELEMETRY),
        ("sts", "assume_role", Kind.READ),
        ("bedrock-runtime", "invoke_model", Kind.COMPUTE),
        ("route53", "change_resource_record_sets", Kind.SET),
        ("ec2", "create_tags", Kind.SET),
        ("rds-data", "execute_statement", Kind.WRITE),
        ("s3", "get_paginator", Kind.READ),
        ("iot", "confirm_topic_rule_destination", Kind.SET),
    ],
)
def test_says_what_an_operation_does(service: str, method: str, kind: Kind) -> None:
    """The kind of an operation that a Lambda function commonly calls."""
    assert known(service, method).kind is kind


@pytest.mark.parametrize(
    ("service", "method", "token", "marked"),
    [
        ("ecs", "run_task", "clientToken", True),
        ("ec2", "run_instances", "ClientToken", True),
        ("ecs", "create_service", "clientToken", False),
        ("ec2", "request_spot_instances", "ClientToken", False),
        ("textract", "start_document_analysis", "ClientRequestToken", False),
        ("codebuild", "start_build", "idempotencyToken", False),
        ("dynamodb", "transact_write_items", "ClientRequestToken", True),
        ("athena", "start_query_execution", "ClientRequestToken", True),
        ("cloudfront", "create_distribution", "DistributionConfig.CallerReference", False),
        ("fsx", "create_file_system", "ClientRequestToken", True),
    ],
)
def test_spells_tokens_as_the_service_does(service: str, method: str, token: str, marked: bool) -> None:
    """A token in the wrong case is refused by botocore, so the exact name is given, and whether botocore fills it."""
    found = known(service, method)
    assert (found.token, found.token_marked) == (token, marked)


@pytest.mark.parametrize(
    ("service", "method"),
    [
        ("ses", "send_email"),
        ("events", "put_events"),
        ("lambda", "invoke"),
        ("batch", "submit_job"),
        ("kinesis", "put_record"),
        ("dynamodb", "put_item"),
        ("codepipeline", "put_job_success_result"),
        ("stepfunctions", "start_execution"),
    ],
)
def test_knows_no_token_where_there_is_none(service: str, method: str) -> None:
    """No fix is suggested with an argument the operation does not have."""
    assert known(service, method).token is None


def test_fifo_tokens_are_told_apart() -> None:
    """A deduplication id protects nothing on a standard queue or topic."""
    assert known("sqs", "send_message").token_fifo
    assert known("sns", "publish").token_fifo
    assert not known("ecs", "run_task").token_fifo


def test_names_the_identity_and_destination() -> None:
    """The arguments that name what is made, and where it goes."""
    assert known("s3", "put_object").identity == ("Key",)
    assert known("s3", "put_object").destination == ("Bucket",)
    assert known("stepfunctions", "start_execution").identity == ("name",)
    assert known("transcribe", "start_transcription_job").identity == ("TranscriptionJobName",)


@pytest.mark.parametrize(
    ("service", "method"),
    [
        ("ec2", "reboot_instances"),
        ("ecs", "register_task_definition"),
        ("secretsmanager", "rotate_secret"),
        ("s3", "create_multipart_upload"),
        ("cognito-idp", "forgot_password"),
        ("stepfunctions", "send_task_success"),
        ("sqs", "delete_message"),
    ],
)
def test_what_is_acted_on_is_no_identity(service: str, method: str) -> None:
    """An identity makes a second call harmless; the thing acted on, or the ticket of one attempt, does not."""
    assert known(service, method).identity == ()


@pytest.mark.parametrize(("service", "method"), [("ssm", "put_parameter"), ("sqs", "create_queue")])
def test_what_may_be_made_again_is_not_refused(service: str, method: str) -> None:
    """A name that can be written again claims nothing."""
    assert known(service, method).already == ()


@pytest.mark.parametrize(
    ("service", "method", "error"),
    [
        ("scheduler", "create_schedule", "ConflictException"),
        ("cognito-idp", "admin_create_user", "UsernameExistsException"),
        ("stepfunctions", "start_execution", "ExecutionAlreadyExists"),
        ("accessanalyzer", "create_analyzer", "ConflictException"),
        ("rds", "create_db_parameter_group", "DBParameterGroupAlreadyExistsFault"),
        ("rds", "create_db_parameter_group", "DBParameterGroupAlreadyExists"),
    ],
)
def test_names_the_exception_of_a_second_creation(service: str, method: str, error: str) -> None:
    """The exception that a redelivery has to take for success."""
    assert error in known(service, method).already


def test_judges_an_unknown_operation_by_its_verb() -> None:
    """An operation of a service nobody described is still judged, and said to be guessed."""
    found = known("brandnew", "create_widget")
    assert (found.kind, found.name, found.guessed) == (Kind.CREATE, "CreateWidget", True)
    assert found.phrase == "creates another widget"
    assert known("brandnew", "frobnicate_widget").kind is Kind.EFFECT
    assert known("brandnew", "describe_widgets").kind is Kind.READ
    assert known("brandnew", "batch_delete_widgets").kind is Kind.DELETE


@pytest.mark.parametrize(
    ("method", "kind"),
    [
        ("start_channel", Kind.SET),
        ("start_job", Kind.EFFECT),
        ("start_channel_export", Kind.EFFECT),
        ("restart_channel", Kind.EFFECT),
        ("failover_cluster", Kind.EFFECT),
        ("rotate_key", Kind.EFFECT),
        ("poll_for_work", Kind.READ),
        ("generate_summary", Kind.COMPUTE),
        ("create_presigned_widget_url", Kind.COMPUTE),
        ("increase_replica_count", Kind.SET),
    ],
)
def test_tells_what_is_done_anew_from_what_only_stays_so(method: str, kind: Kind) -> None:
    """Starting what runs changes nothing, restarting it does; a link or a generated text leaves nothing behind."""
    assert known("brandnew", method).kind is kind


@pytest.mark.parametrize(
    ("service", "method"),
    [
        ("codedeploy", "create_deployment"),
        ("directconnect", "create_connection"),
        ("kms", "create_key"),
        ("appconfig", "create_hosted_configuration_version"),
        ("dynamodb", "create_backup"),
    ],
)
def test_an_error_about_something_else_refuses_no_second_one(service: str, method: str) -> None:
    """A conflict with another operation, a repeated tag or an invalid argument does not stop the second creation."""
    assert known(service, method).already == ()


def test_a_conflict_over_a_name_refuses_the_second_one() -> None:
    """Where the caller names what is made, or it is one of its kind, a bare conflict is that of the second one."""
    assert known("databrew", "create_dataset").already == ("ConflictException",)
    assert known("chime-sdk-messaging", "create_channel_membership").already == ("ConflictException",)


def test_spells_operation_names_as_aws_does() -> None:
    """Messages name the operation as its documentation does."""
    assert known("rds", "create_db_cluster").name == "CreateDBCluster"
    assert known("sqs", "send_message_batch").name == "SendMessageBatch"


def test_attributes_of_a_client_are_no_operations() -> None:
    """`client.exceptions` and private names call nothing."""
    assert operation("sqs", "exceptions") is None
    assert operation("sqs", "meta") is None
    assert operation("sqs", "_endpoint") is None


def test_a_method_that_no_client_of_the_service_has_is_none() -> None:
    """`bucket` belongs to some other client; an operation newer than the models says what it does."""
    assert operation("s3", "bucket") is None
    assert operation("s3", "blob") is None
    assert known("s3", "create_folder_of_tomorrow").kind is Kind.CREATE
    assert known("brandnew", "bucket").kind is Kind.EFFECT


def test_service_names_from_code_open_no_other_file() -> None:
    """A service name comes from the code being read; it never becomes a path."""
    assert known("../libraries/stdlib", "send_message").guessed
    assert known("_every_client", "send_message").guessed


@pytest.mark.parametrize("service", sorted(path.stem for path in FOLDER.glob("*.toml")))
def test_every_entry_has_a_source_and_a_phrase(service: str) -> None:
    """Every entry says where it is from and what a second call does; unknown keys are refused. The table that is
    shipped says the same as the one that people review."""
    table = shelf.toml(Service, "aws", f"{service}.toml")
    assert shelf.line(Service, service, "aws", "reviewed.json") == table
    for method, entry in table.operations.items():
        source = (entry.source or table.source).format(service=service, method=method, name="Name")
        assert source.startswith("https://"), method
        assert entry.kind is not None, method
        assert entry.phrase, method
        assert not set(entry.phrase) & set(".,;"), "the phrase stands inside a sentence"


def test_the_source_of_an_operation_is_its_page() -> None:
    """The page of the operation itself, also for those that no table describes or whose table has one page for all."""
    assert known("sqs", "send_message").source.endswith("/API_SendMessage.html")
    assert known("sqs", "list_queues").source.endswith("/AWSSimpleQueueService/latest/APIReference/API_ListQueues.html")
    assert known("pinpoint", "get_app").source.endswith("/services/pinpoint/client/get_app.html")
    assert known("fsx", "create_file_system").source.endswith("/services/fsx/client/create_file_system.html")
