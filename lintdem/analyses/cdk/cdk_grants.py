"""What the policies of a CDK function allow: `grant_…` of a resource, statements added to the function or to its role."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lintdem.analyses.cdk.cdk_calls import Calls
from lintdem.analyses.cdk.constructs import Built, uses_cdk
from lintdem.interpreter.cdk_values import each_of, mades, owner_of, owners, text_in
from lintdem.interpreter.domain import External, Value
from lintdem.interpreter.machine import Plain
from lintdem.interpreter.written import dotted, nodes
from lintdem.model.span import Place
from lintdem.model.stack import Grant
from lintdem.model.stack import Value as TemplateValue
from lintdem.model.values import Call
from lintdem.program.modules import Modules
from lintdem.program.paths import folder

Grants = tuple[Grant, ...] | None
"""None when a policy cannot be read: then anything may be allowed."""

Reference = Callable[["Plain | None", Place], TemplateValue]

_ADDED = frozenset({"add_to_role_policy", "add_to_policy", "add_to_principal_policy"})
_ATTACHED = frozenset({"add_managed_policy", "attach_inline_policy"})
_GRANT = "grant"

_READ = ("BatchGetItem", "GetItem", "Query", "Scan", "ConditionCheckItem", "DescribeTable", "GetRecords", "GetShardIterator")
_WRITE = ("BatchWriteItem", "PutItem", "UpdateItem", "DeleteItem", "DescribeTable")
_TABLE = {
    "grant_read_data": _READ, "grant_write_data": _WRITE, "grant_read_write_data": (*_READ, *_WRITE),
    "grant_full_access": ("*",), "grant_stream_read": ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"),
    "grant_stream": ("*Stream*",), "grant_table_list_streams": ("ListStreams",),
}  # fmt: skip
_QUEUE = {
    "grant_send_messages": ("SendMessage", "GetQueueAttributes", "GetQueueUrl"),
    "grant_consume_messages": (
        "ReceiveMessage", "ChangeMessageVisibility", "GetQueueUrl", "DeleteMessage", "GetQueueAttributes",
    ),
    "grant_purge": ("PurgeQueue", "GetQueueAttributes", "GetQueueUrl"),
}  # fmt: skip
_ACTIONS: dict[str, dict[str, tuple[str, ...]]] = {"dynamodb": _TABLE, "sqs": _QUEUE, "sns": {"grant_publish": ("Publish",)}}
"""https://docs.aws.amazon.com/cdk/api/v2/python/aws_cdk.aws_dynamodb/Table.html,
https://docs.aws.amazon.com/cdk/api/v2/python/aws_cdk.aws_sqs/Queue.html"""

_SERVICES = {"lambda": "lambda", "stepfunctions": "states", "kinesisfirehose": "firehose"}
"""Modules of the CDK that are called another name than the actions of their service."""

_HARMLESS = (
    "service-role/AWSLambda", "AWSXRay", "AWSXray", "CloudWatch", "AmazonSQS", "AmazonSNS", "AmazonS3", "AmazonSES", "AmazonSSM",
)  # fmt: skip
"""Beginnings of managed policies that allow no write to a table."""


class _Unread(Exception):
    """A policy that cannot be read."""


class Permissions:
    """The policies of one application."""

    def __init__(self, built: Calls, modules: Modules, reference: Reference) -> None:
        self.built = built
        self.reference = reference
        self.is_whole = not any(_unseen(built, modules))
        self.permitting = [one for one in built if _may_permit(one)]

    def of(self, function: Built) -> Grants:
        """What a function may do, by the role that the CDK makes for it or that the application gives it."""
        if not self.is_whole or function.name == "CfnFunction":
            return None
        try:
            return tuple(self._of(function))
        except _Unread:
            return None

    def _of(self, function: Built) -> Iterator[Grant]:
        whom = {function.value}
        if "role" in function.args:
            role = self._role(function.args["role"])
            whom.add(role.value)
            yield from self._on_role(role)
        for statement in each_of(function.args.get("initial_policy")):
            yield self._statement(statement, function.place)
        for one in self.permitting:
            yield from self._from(one, whom)

    def _role(self, given: Plain) -> Built:
        made = list(mades([given]))
        roles = (one for one in self.permitting if one.type == "aws_iam.Role")
        found = next((one for one in roles if len(made) == 1 and one.value == made[0]), None)
        if found is None:
            raise _Unread
        return found

    def _on_role(self, role: Built) -> Iterator[Grant]:
        for item in each_of(role.args.get("managed_policies")):
            yield from self._managed(item)
        written = role.args.get("inline_policies")
        if written is not None and not isinstance(written, dict):
            raise _Unread
        for document in (written or {}).values():
            yield from self._document(document, role.place)

    def _from(self, one: Built, whom: set[Value]) -> Iterator[Grant]:
        """What one call of the application allows."""
        on_them = one.receiver is not None and owner_of(one.receiver) in whom
        if on_them and one.name in _ADDED:
            yield self._statement(one.args.get("0", one.args.get("statement")), one.place)
        elif on_them and one.name in _ATTACHED:
            yield from self._attached(one)
        elif one.name.startswith(_GRANT) and self._is_for(one, whom):
            yield self._granted(one)
        elif one.type.startswith("aws_iam.") and self._mentions(one, whom):
            yield from self._written(one)

    def _is_for(self, one: Built, whom: set[Value]) -> bool:
        """Whether a permission is given to one of these; it may be whoever cannot be read."""
        given = [value for name, value in one.args.items() if name in ("0", "grantee", "identity")]
        known = [made for value in given for made in owners(value)]
        if not known:
            raise _Unread
        return any(made in whom for made in known)

    def _mentions(self, one: Built, whom: set[Value]) -> bool:
        values = [value for given in one.args.values() for value in each_of(given)]
        return one.value not in whom and any(made in whom for value in values for made in owners(value))

    def _attached(self, one: Built) -> Iterator[Grant]:
        given = one.args.get("0", one.args.get("policy"))
        if one.name == "add_managed_policy":
            yield from self._managed(given)
            return
        policy = self._made(given)
        if policy.type != "aws_iam.Policy":
            raise _Unread
        yield from self._written(policy)

    def _written(self, one: Built) -> Iterator[Grant]:
        """The statements of a policy that names the role it is for."""
        if one.type not in ("aws_iam.Policy", "aws_iam.ManagedPolicy") or "document" in one.args:
            raise _Unread
        if self.built.on(one.value):
            raise _Unread
        for statement in each_of(one.args.get("statements")):
            yield self._statement(statement, one.place)

    def _managed(self, given: Plain | None) -> Iterator[Grant]:
        one = self._made(given)
        name = text_in(one.args.get("0", one.args.get("managed_policy_name"))) or ""
        if one.type == "aws_iam.ManagedPolicy":
            yield from self._written(one)
        elif name.endswith("AmazonDynamoDBFullAccess"):
            yield Grant(("dynamodb:*",))
        elif not name.startswith(_HARMLESS):
            raise _Unread

    def _document(self, given: Plain, place: Place) -> Iterator[Grant]:
        one = self._made(given)
        if one.type != "aws_iam.PolicyDocument" or self.built.on(one.value):
            raise _Unread
        for statement in each_of(one.args.get("statements")):
            yield self._statement(statement, place)

    def _statement(self, given: Plain | None, place: Place) -> Grant:
        one = self._made(given)
        effect = one.args.get("effect")
        denies = effect is not None and not (isinstance(effect, External) and effect.name.endswith(".ALLOW"))
        later = bool(self.built.on(one.value))
        if one.type != "aws_iam.PolicyStatement" or denies or later or "actions" not in one.args:
            raise _Unread
        actions = tuple(text_in(action) or "*" for action in each_of(one.args["actions"]))
        return Grant(actions, tuple(self.reference(item, place) for item in each_of(one.args.get("resources"))))

    def _made(self, given: Plain | None) -> Built:
        found = list(mades([given]))
        one = self.built.that_gave(found[0]) if len(found) == 1 else None
        if one is None:
            raise _Unread
        return one

    def _granted(self, one: Built) -> Grant:
        """What `table.grant_read_data(fn)` allows; of a method that is not known here all that its service has."""
        module = one.type.partition(".")[0].removeprefix("aws_").partition("_")[0]
        service = _SERVICES.get(module, module)
        on = (self.reference(one.receiver, one.place),) if one.receiver is not None else ()
        if one.name == _GRANT:
            written = [value for name, value in one.args.items() if name not in ("0", "grantee")]
            actions = [text_in(item) or "*" for value in written for item in each_of(value)]
            return Grant(tuple(actions) or ("*",), on)
        if service == "iam":
            raise _Unread
        return Grant(tuple(f"{service}:{action}" for action in _ACTIONS.get(service, {}).get(one.name, ("*",))), on)


def _may_permit(one: Built) -> bool:
    """Whether a call can have to do with what is allowed."""
    return one.name in _ADDED | _ATTACHED or one.name.startswith(_GRANT) or one.type.startswith("aws_iam.")


def _unseen(built: Calls, modules: Modules) -> Iterator[Call]:
    """Permissions that the application's files write and that its run did not come by: they may be for anyone."""
    seen = {one.place for one in built}
    folders = {folder(one.place.path) for one in built}
    inside = tuple(f"{above}/" if above else "" for above in folders)
    for path, module in modules.mentioning("aws_cdk"):
        for node in nodes(module.body) if path.startswith(inside) and uses_cdk(module.body) else ():
            if isinstance(node, Call) and _permits(dotted(node.func)) and Place(path, node.span) not in seen:
                yield node


def _permits(name: tuple[str, ...]) -> bool:
    return len(name) > 1 and (name[-1] in _ADDED | _ATTACHED or name[-1].partition("_")[0] == _GRANT)


