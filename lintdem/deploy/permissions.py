"""What the policies of a function allow, where all of them can be read."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.deploy.nodes import Node, Record, Scalar, as_record, empty, records_with, walk
from lintdem.deploy.template import Declared, Template
from lintdem.model.stack import Grant, Value

Grants = tuple[Grant, ...] | None
"""None when a policy cannot be read: then anything may be allowed."""

_READ = ("GetItem", "Scan", "Query", "BatchGetItem", "DescribeTable")
_WRITE = ("PutItem", "UpdateItem", "BatchWriteItem")
_TEMPLATES = {
    "DynamoDBCrudPolicy": (*_READ, *_WRITE, "DeleteItem", "ConditionCheckItem"),
    "DynamoDBReadPolicy": _READ,
    "DynamoDBWritePolicy": _WRITE,
    "DynamoDBStreamReadPolicy": ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"),
    "DynamoDBReconfigurePolicy": ("UpdateTable",),
}
"""https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-policy-template-list.html"""

_OTHER = (
    "SQS", "SNS", "S3", "SES", "Lambda", "StepFunctions", "Kinesis", "Firehose", "EventBridge", "CloudWatch", "SSM", "KMS",
    "AWSSecretsManager", "CloudFormation", "CodePipeline", "CodeCommit", "Rekognition", "Textract", "Comprehend", "Polly",
    "VPCAccess", "Athena", "ECS", "EC2", "Route53", "Cost", "Mobile", "Pinpoint", "ACM", "AMI",
    "FilterLogEvents", "EKS", "Elasticsearch",
)  # fmt: skip
"""Beginnings of policy templates for other services."""

_MANAGED = frozenset(
    """
        AWSLambdaBasicExecutionRole AWSLambdaVPCAccessExecutionRole AWSXRayDaemonWriteAccess AWSXrayWriteOnlyAccess
        AWSLambdaSQSQueueExecutionRole AWSLambdaKinesisExecutionRole AWSLambdaDynamoDBExecutionRole AWSLambdaExecute
        CloudWatchLambdaInsightsExecutionRolePolicy AWSLambdaMSKExecutionRole AmazonSQSFullAccess AmazonSNSFullAccess
        AmazonS3FullAccess AmazonS3ReadOnlyAccess AmazonSESFullAccess
    """.split()
)
"""Managed policies that allow nothing on tables: https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html"""


_ATTACHMENT = "AWS::IAM::PolicyAttachment"
_ATTACHED = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy")


class _Unread(Exception):
    """A policy that cannot be read."""


def read_grants(template: Template, resource: Declared, properties: Record) -> Grants:
    """What a function may do, by its role in the template or by the policies that SAM makes a role of."""
    try:
        role = template.scope.pick(properties.get("Role"))
        if role is not None:
            return tuple(_of_role(template, role))
        if resource.type != "AWS::Serverless::Function" or "Connectors" in resource.body.entries:
            return None
        _refuse_others(template, resource.name)
        return tuple(_policies(template, properties.get("Policies")))
    except _Unread:
        return None


def service_grants(template: Template, provider: Record, function: Record, more: tuple[Grant, ...]) -> Grants:
    """What the role that the Serverless Framework makes for all functions of a service allows, with what plugins add; a
    role of one's own, or statements of a plugin on the function, cannot be read."""
    scope = template.scope
    role = scope.get(provider, "iam", "role")
    if {"role", "iamRoleStatements"} & function.entries.keys() or "role" in provider.entries:
        return None
    if role is not None and not (isinstance(role, Record) and role.entries.keys() <= _ROLE):
        return None
    statements = scope.get(provider, "iam", "role", "statements") or provider.get("iamRoleStatements")
    managed = scope.get(provider, "iam", "role", "managedPolicies") or provider.get("iamManagedPolicies")
    try:
        _refuse_others(template, "IamRoleLambdaExecution")
        own = _statements(template, statements) if statements is not None else ()
        return (*more, *own, *(grant for item in scope.items(managed) for grant in _policy(template, item)))
    except _Unread:
        return None


_ROLE = frozenset({"statements", "managedPolicies", "name", "path", "permissionsBoundary", "permissionBoundary", "tags"})


def _refuse_others(template: Template, name: str) -> None:
    """Connectors and policies that reach the role SAM makes."""
    for other in template.of_type("AWS::Serverless::Connector", *_ATTACHED):
        texts = [part.text for part in walk(other.properties) if isinstance(part, Scalar)]
        if any(name in text for text in texts):
            raise _Unread


def _of_role(template: Template, role: Node) -> Iterator[Grant]:
    names = template.scope.references(role)
    declared = template.resources.get(names[0]) if len(names) == 1 else None
    if declared is None or declared.type != "AWS::IAM::Role":
        raise _Unread
    for item in template.scope.items(declared.properties.get("ManagedPolicyArns")):
        yield from _policy(template, item)
    for item in template.scope.items(declared.properties.get("Policies")):
        yield from _document(template, template.scope.get(item, "PolicyDocument"))
    for other in template.of_type(*_ATTACHED):
        attached = (other.properties.get("Roles"), other.properties.get("RoleName"))
        if any(declared.name in template.scope.references(node) for node in attached):
            yield from _document(template, other.properties.get("PolicyDocument"))
    for other in template.of_type(_ATTACHMENT):
        if _is_of(template, declared, other):
            yield from _policy(template, other.properties.get("PolicyArn") or empty(other.place))


def _is_of(template: Template, role: Declared, attachment: Declared) -> bool:
    """Whether a policy is attached to this role; to whom one is attached that names no role here cannot be read."""
    scope = template.scope
    for field in ("Roles", "RoleName"):
        for item in scope.items(attachment.properties.get(field)):
            names = scope.references(item)
            if role.name in names:
                return True
            written = scope.text(item)
            if not names and (written is None or written == scope.text(role.properties.get("RoleName"))):
                raise _Unread
    return False


def _policies(template: Template, node: Node | None) -> Iterator[Grant]:
    if any(True for _ in records_with(node, "Fn::If")):
        raise _Unread
    for item in template.scope.items(node):
        yield from _policy(template, item)


def _policy(template: Template, item: Node) -> Iterator[Grant]:
    """A managed policy by name, ARN or reference, a statement document, or a policy template of SAM."""
    scope = template.scope
    record = as_record(item)
    if record is not None and "Statement" in record.entries:
        yield from _document(template, record)
        return
    if record is not None and len(record.entries) == 1:
        name, entry = next(iter(record.entries.items()))
        if name in _TEMPLATES:
            table = scope.get(entry.value, "TableName")
            on = (scope.value(table),) if table is not None else ()
            yield Grant(tuple(f"dynamodb:{action}" for action in _TEMPLATES[name]), on)
            return
        if name.endswith(("Policy", "PolicyV2")) and not name.startswith("Fn::"):
            if name.startswith(_OTHER):
                return
            raise _Unread
    names = scope.references(item)
    if names and template.type_of(names[0]) == "AWS::IAM::ManagedPolicy":
        yield from _document(template, template.resources[names[0]].properties.get("PolicyDocument"))
        return
    managed = scope.render(item).rpartition("/")[2]
    if managed == "AmazonDynamoDBFullAccess":
        yield Grant(("dynamodb:*",))
    elif managed not in _MANAGED:
        raise _Unread


def _document(template: Template, node: Node | None) -> Iterator[Grant]:
    yield from _statements(template, template.scope.get(node, "Statement"))


def _statements(template: Template, node: Node | None) -> Iterator[Grant]:
    scope = template.scope
    statements = scope.items(node)
    if not statements or any(True for _ in records_with(node, "Fn::If")):
        raise _Unread
    for statement in statements:
        actions = [scope.text(item) for item in scope.items(scope.get(statement, "Action"))]
        if scope.text(scope.get(statement, "Effect")) != "Allow" or not actions:
            raise _Unread
        yield Grant(tuple(action or "*" for action in actions), _resources(template, scope.get(statement, "Resource")))


def _resources(template: Template, node: Node | None) -> tuple[Value, ...]:
    return tuple(template.scope.value(item) for item in template.scope.items(node))
