"""Which AWS client a call is for, told by its arguments alone: for clients that come from code which is not there.

The names of a request's arguments are those of the API's members; the sets here are ones that no other library spells so.
Source of each: the "Request Syntax" of the method in https://docs.aws.amazon.com/boto3/latest/reference/services/.
"""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from lintdem.regexes import late


class Signature(msgspec.Struct, frozen=True):
    """A method by its name and the arguments that it cannot do without; `resource` as in a resource object's name, None for
    a client."""

    service: str
    method: str
    needs: frozenset[str]
    resource: str | None = None


def _of(service: str, method: str, needs: str, resource: str | None = None) -> Signature:
    return Signature(service, method, frozenset(needs.split()), resource)


_SIGNATURES = (
    _of("dynamodb", "put_item", "TableName Item"),
    _of("dynamodb", "put_item", "Item", "Table"),
    _of("dynamodb", "update_item", "TableName Key"),
    _of("dynamodb", "update_item", "Key UpdateExpression", "Table"),
    _of("dynamodb", "update_item", "Key AttributeUpdates", "Table"),
    _of("dynamodb", "delete_item", "TableName Key"),
    _of("dynamodb", "delete_item", "Key", "Table"),
    _of("dynamodb", "get_item", "TableName Key"),
    _of("dynamodb", "get_item", "Key", "Table"),
    _of("dynamodb", "query", "TableName KeyConditionExpression"),
    _of("dynamodb", "query", "KeyConditionExpression", "Table"),
    _of("dynamodb", "transact_write_items", "TransactItems"),
    _of("dynamodb", "batch_write_item", "RequestItems"),
    _of("sqs", "send_message", "QueueUrl MessageBody"),
    _of("sqs", "send_message", "MessageBody", "Queue"),
    _of("sqs", "send_message_batch", "QueueUrl Entries"),
    _of("sns", "publish", "TopicArn Message"),
    _of("sns", "publish", "TargetArn Message"),
    _of("sns", "publish", "PhoneNumber Message"),
    _of("sns", "publish_batch", "TopicArn PublishBatchRequestEntries"),
    _of("lambda", "invoke", "FunctionName"),
    _of("events", "put_events", "Entries"),
    _of("stepfunctions", "start_execution", "stateMachineArn"),
    _of("kinesis", "put_record", "Data PartitionKey"),
    _of("kinesis", "put_records", "Records StreamName"),
    _of("firehose", "put_record", "DeliveryStreamName Record"),
    _of("firehose", "put_record_batch", "DeliveryStreamName Records"),
    _of("ses", "send_email", "Source Destination Message"),
    _of("ses", "send_templated_email", "Source Destination Template"),
    _of("ses", "send_raw_email", "RawMessage"),
    _of("sesv2", "send_email", "Content Destination"),
    _of("sesv2", "send_email", "FromEmailAddress Destination"),
    _of("s3", "put_object", "Bucket Key"),
    _of("s3", "copy_object", "Bucket Key CopySource"),
    _of("s3", "delete_object", "Bucket Key"),
    _of("s3", "head_object", "Bucket Key"),
    _of("s3", "get_object", "Bucket Key"),
    _of("ecs", "run_task", "taskDefinition"),
    _of("batch", "submit_job", "jobName jobQueue"),
    _of("glue", "start_job_run", "JobName"),
    _of("codebuild", "start_build", "projectName"),
    _of("cognito-idp", "admin_create_user", "UserPoolId Username"),
    _of("apigatewaymanagementapi", "post_to_connection", "ConnectionId Data"),
    _of("scheduler", "create_schedule", "Name ScheduleExpression Target"),
    _of("ec2", "run_instances", "MinCount MaxCount"),
)
_BY_METHOD = {name: [one for one in _SIGNATURES if one.method == name] for name in {one.method for one in _SIGNATURES}}


def signature(method: str, arguments: Collection[str]) -> Signature | None:
    """What a method with these named arguments is called on; of several the first that needs the most."""
    fitting = [one for one in _BY_METHOD.get(method, ()) if one.needs <= set(arguments)]
    return max(fitting, key=lambda one: len(one.needs)) if fitting else None


_WRAPPERS = late(
    r"^(Aws|AWS|Amazon|Boto)?(?P<service>S[nN][sS]|S[qQ][sS]|S[eE][sS])"
    r"(Client|Service|Queue|Topic|Publisher|Sender|Producer|Helper|Utils?|Wrapper|Manager|Notifier|Handler|Adapter|Gateway|Connector)?$"
)
_SENDS = {
    "sns": ("publish", "Message", late(r"^(publish|send)(_|$)")),
    "sqs": ("send_message", "MessageBody", late(r"^(send|publish|enqueue|push)(_|$)")),
    "ses": ("send_email", "Message", late(r"^send(_|$)")),
}


def wrapped(name: str) -> tuple[str, str, str] | None:
    """The service, the method and the argument with the message that a call on an object of a class that cannot be read surely
    ends in, by their names: `company.aws.AwsSns.publish_message` sends what it is given."""
    *owners, method = name.split(".")
    found = next((match for owner in reversed(owners) if owner[:1].isupper() and (match := _WRAPPERS.match(owner))), None)
    if found is None:
        return None
    service = found["service"].lower()
    sends, body, words = _SENDS[service]
    return (service, sends, body) if words.match(method) else None
