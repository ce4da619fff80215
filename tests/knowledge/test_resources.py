"""boto3's resource objects and the types of its stubs."""

from __future__ import annotations

import pytest

from lintdem.knowledge import client_of_type, operation, resource_method, sub_resource


@pytest.mark.parametrize(
    ("service", "resource", "method", "expected"),
    [
        ("dynamodb", "Table", "put_item", ("put_item", (("name", "TableName"),))),
        ("sqs", "Queue", "send_message", ("send_message", (("url", "QueueUrl"),))),
        ("sqs", "Queue", "send_messages", ("send_message_batch", (("url", "QueueUrl"),))),
        ("sns", "Topic", "publish", ("publish", (("arn", "TopicArn"),))),
        ("s3", "Object", "put", ("put_object", (("bucket_name", "Bucket"), ("key", "Key")))),
        ("s3", "Bucket", "put_object", ("put_object", (("name", "Bucket"),))),
        ("s3", "Bucket", "upload_file", ("upload_file", (("name", "Bucket"),))),
        ("s3", "Object", "copy", ("copy", (("bucket_name", "Bucket"), ("key", "Key")))),
        ("s3", "Bucket.objects", "delete", ("delete_objects", (("name", ""),))),
        ("ec2", None, "create_instances", ("run_instances", ())),
    ],
)
def test_resource_methods_are_operations(
    service: str, resource: str | None, method: str, expected: tuple[str, tuple[tuple[str, str], ...]]
) -> None:
    """A method of a resource object is an operation of the client, with the resource's identifiers as arguments."""
    assert resource_method(service, resource, method) == expected
    assert operation(service, expected[0]) is not None


def test_other_attributes_are_no_methods() -> None:
    """What a resource does not have is not made up."""
    assert resource_method("dynamodb", "Table", "item_count") is None
    assert resource_method("dynamodb", "Chair", "put_item") is None
    assert resource_method("nothing", "Table", "put_item") is None


@pytest.mark.parametrize(
    ("service", "resource", "attribute", "gives"),
    [
        ("s3", None, "Bucket", "Bucket"),
        ("s3", "Bucket", "Object", "Object"),
        ("dynamodb", None, "Table", "Table"),
        ("dynamodb", None, "create_table", "Table"),
        ("sqs", None, "get_queue_by_name", "Queue"),
        ("sqs", "Queue", "receive_messages", "Message[]"),
        ("sqs", "Message[]", "[]", "Message"),
        ("s3", "Bucket", "objects", "Bucket.objects"),
        ("s3", "Bucket.objects", "filter", "Bucket.objects"),
        ("s3", "Bucket.objects", "[]", "ObjectSummary"),
        ("s3", "", "Object", "Object"),
        ("dynamodb", "Table", "nothing", None),
    ],
)
def test_resources_give_resources(service: str, resource: str | None, attribute: str, gives: str | None) -> None:
    """The resource that an attribute, a call or an iteration gives."""
    assert sub_resource(service, resource, attribute) == gives


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        ("mypy_boto3_sqs.SQSClient", ("sqs", "client")),
        ("mypy_boto3_sqs.client.SQSClient", ("sqs", "client")),
        ("types_boto3_cognito_idp.client.CognitoIdentityProviderClient", ("cognito-idp", "client")),
        ("mypy_boto3_dynamodb.service_resource.Table", ("dynamodb", "Table")),
        ("mypy_boto3_dynamodb.DynamoDBServiceResource", ("dynamodb", "resource")),
        ("mypy_boto3_s3.type_defs.PutObjectOutputTypeDef", None),
        ("boto3.resources.base.ServiceResource", None),
        ("str", None),
    ],
)
def test_stub_types_name_the_service(annotation: str, expected: tuple[str, str] | None) -> None:
    """An annotated parameter is as good as the call that made the client."""
    assert client_of_type(annotation) == expected
