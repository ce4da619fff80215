"""The pretend AWS account: moto, stand-ins for what moto does not do, and a look at every call."""

from __future__ import annotations

import copy
import io
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Params = dict[str, Any]
Answer = Callable[[Params], Params]

_TRANSACTION_SECONDS = 600
"""How long DynamoDB remembers the token of a transaction; moto does not.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html"""

_READS = ("Get", "BatchGet", "Query", "Scan", "List", "Describe", "Head", "TransactGet", "Lookup", "Receive")


class Killed(BaseException):
    """The sandbox is gone: no `except Exception` of the handler sees this."""


class Repeated(Exception):
    """A service knows the token of this request: it answers as before and does nothing."""

    def __init__(self, answer: Params) -> None:
        super().__init__()
        self.answer = answer


@dataclass(frozen=True)
class Hook:
    """What happens before or after the nth call of an operation from now on."""

    when: str
    operation: str
    nth: int
    do: Callable[[], None]


@dataclass
class Account:
    """`done` lists the calls that took effect as ("sqs.SendMessage", parameters)."""

    done: list[tuple[str, Params]] = field(default_factory=list)
    stubs: dict[str, Answer] = field(default_factory=dict)
    hooks: list[Hook] = field(default_factory=list)
    watching: bool = True
    dead: bool = False
    seen: dict[str, int] = field(default_factory=dict)
    transactions: dict[str, float] = field(default_factory=dict)

    def open(self) -> None:
        """Take every call of botocore from now on."""
        import botocore.client
        from moto import mock_aws

        mock_aws().start()
        real = botocore.client.BaseClient._make_api_call
        account = self

        def call(client: Any, name: str, params: Params) -> Any:
            if not account.watching:
                return real(client, name, params)
            return account._call(
                f"{client.meta.service_model.service_name}.{name}", params, lambda: real(client, name, params)
            )

        botocore.client.BaseClient._make_api_call = call

    def _call(self, operation: str, params: Params, real: Callable[[], Any]) -> Any:
        if self.dead:
            raise Killed
        self._fire("before", operation)
        kept = copy.deepcopy({name: value for name, value in params.items() if not hasattr(value, "read")})
        try:
            answer = self._answer(operation, kept, real)
        except Repeated as known:
            answer = known.answer
        else:
            if not operation.partition(".")[2].startswith(_READS):
                self.done.append((operation, kept))
        self._fire("after", operation)
        return answer

    def _answer(self, operation: str, params: Params, real: Callable[[], Any]) -> Any:
        if operation in self.stubs:
            return self.stubs[operation](params)
        token = params.get("ClientRequestToken") if operation == "dynamodb.TransactWriteItems" else None
        if token is not None and time.time() - self.transactions.get(token, 0) < _TRANSACTION_SECONDS:
            raise Repeated({})
        answer = real()
        if token is not None:
            self.transactions[token] = time.time()
        return answer

    def _fire(self, when: str, operation: str) -> None:
        count = self.seen[f"{when} {operation}"] = self.seen.get(f"{when} {operation}", 0) + 1
        for hook in list(self.hooks):
            if (hook.when, hook.operation, hook.nth) == (when, operation, count):
                self.hooks.remove(hook)
                hook.do()

    def on(self, when: str, operation: str, do: Callable[[], None], nth: int = 1) -> None:
        """Do something before or after the nth call of this kind from now on."""
        self.hooks.append(Hook(when, operation, self.seen.get(f"{when} {operation}", 0) + nth, do))

    def die(self) -> None:
        """The sandbox ends here."""
        self.dead = True
        raise Killed

    def usual_stubs(self) -> None:
        """Stand-ins for what moto lacks or would check more than these examples say."""
        for operation in (
            "ses.SendEmail",
            "ses.SendRawEmail",
            "ses.SendTemplatedEmail",
            "sesv2.SendEmail",
            "sns.Publish",
        ):
            self.stubs[operation] = lambda _: {"MessageId": uuid.uuid4().hex}
        self.stubs["lambda.Invoke"] = lambda _: {"StatusCode": 200, "Payload": io.BytesIO(b"{}")}
        self.stubs["batch.SubmitJob"] = lambda _: {"jobId": uuid.uuid4().hex, "jobName": "job"}
        for operation in ("cloudwatch.PutMetricData", "xray.PutTraceSegments"):
            self.stubs[operation] = lambda _: {}
        made: tuple[tuple[str, str, Callable[[], Params]], ...] = (
            ("ec2.RunInstances", "ClientToken", lambda: {"Instances": [{"InstanceId": f"i-{uuid.uuid4().hex[:8]}"}]}),
            ("ecs.RunTask", "clientToken", lambda: {"tasks": [{"taskArn": uuid.uuid4().hex}], "failures": []}),
            ("codebuild.StartBuild", "idempotencyToken", lambda: {"build": {"id": uuid.uuid4().hex}}),
            ("textract.StartDocumentTextDetection", "ClientRequestToken", lambda: {"JobId": uuid.uuid4().hex}),
            ("athena.StartQueryExecution", "ClientRequestToken", lambda: {"QueryExecutionId": uuid.uuid4().hex}),
            ("rds-data.ExecuteStatement", "", lambda: {"numberOfRecordsUpdated": 1, "records": []}),
        )
        for operation, token, make in made:
            self.stubs[operation] = with_token(token, make)


def with_token(token: str, make: Callable[[], Params]) -> Answer:
    """A stand-in that knows the requests it has had by their token, as the service does."""
    known: dict[str, Params] = {}

    def answer(params: Params) -> Params:
        key = params.get(token)
        if key and key in known:
            raise Repeated(known[key])
        made = make()
        if key:
            known[key] = made
        return made

    return answer
