"""The world of one proof: its account, the web, the files of the example, and what changed outside."""

from __future__ import annotations

import copy
import datetime as dt
import importlib
import json
import os
import sys
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from redelivery.account import Account, Killed
from redelivery.events import ACCOUNT, REGION, Event, again
from redelivery.stores import postgres, shared_mongo, shared_redis
from redelivery.web import Request, Web


@dataclass
class Context:
    """The second argument of a handler."""

    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    function_name: str = "example"
    function_version: str = "$LATEST"
    memory_limit_in_mb: int = 256
    log_group_name: str = "/aws/lambda/example"
    log_stream_name: str = "2026/01/01/[$LATEST]1"
    invoked_function_arn: str = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:example"
    remaining: int = 30_000

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the function times out."""
        return self.remaining


@dataclass(frozen=True)
class Delivery:
    """How one run ended."""

    result: Any = None
    error: BaseException | None = None


class World:
    """Set up with `table`, `bucket`, `queue`, `env`; run with `deliver`; look with `repeat`, `change`, `count`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.account = Account()
        self.web = Web()
        self.redis: Any = None
        self._database: Any = None
        self._mongo: Any = None
        self._clock: Any = None
        self._tables: list[str] = []
        self._buckets: list[str] = []
        self._queues: dict[str, str] = {}
        _environment()
        sys.path.insert(0, str(folder))
        self.account.open()
        self.account.usual_stubs()
        self.web.open()

    # setting up

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Calls of the proof itself, which nobody counts."""
        before, self.account.watching = self.account.watching, False
        try:
            yield
        finally:
            self.account.watching = before

    def client(self, service: str) -> Any:
        """A client of the account."""
        import boto3

        return boto3.client(service, region_name=REGION)

    def env(self, **values: str) -> None:
        """Variables of the function's environment."""
        os.environ.update(values)

    def table(self, name: str, pk: str = "id", sk: str | None = None, *items: dict[str, Any], number: str = "") -> Any:
        """A table with its items; the keys are text except the one named `number`."""
        import boto3

        keys = [key for key in (pk, sk) if key]
        with self.aside():
            resource = boto3.resource("dynamodb", region_name=REGION)
            resource.create_table(
                TableName=name,
                KeySchema=[
                    {"AttributeName": key, "KeyType": kind} for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)
                ],
                AttributeDefinitions=[
                    {"AttributeName": key, "AttributeType": "N" if key == number else "S"} for key in keys
                ],
                BillingMode="PAY_PER_REQUEST",
            )
            table = resource.Table(name)
            for item in items:
                table.put_item(Item=item)
        self._tables.append(name)
        return table

    def put(self, name: str, item: dict[str, Any]) -> None:
        """Write an item as somebody else does."""
        import boto3

        with self.aside():
            boto3.resource("dynamodb", region_name=REGION).Table(name).put_item(Item=item)

    def items(self, name: str) -> list[dict[str, Any]]:
        """Everything in a table."""
        import boto3

        with self.aside():
            found: list[dict[str, Any]] = boto3.resource("dynamodb", region_name=REGION).Table(name).scan()["Items"]
            return found

    def bucket(self, name: str, **objects: str) -> None:
        """A bucket with its objects; `__` in a name stands for a dot."""
        with self.aside():
            s3 = self.client("s3")
            s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
            for key, body in objects.items():
                s3.put_object(Bucket=name, Key=key.replace("__", "."), Body=body.encode())
        self._buckets.append(name)

    def queue(self, name: str) -> str:
        """A queue; its URL."""
        attributes = {"FifoQueue": "true"} if name.endswith(".fifo") else {}
        with self.aside():
            url: str = self.client("sqs").create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        self._queues[name] = url
        return url

    def topic(self, name: str) -> str:
        """A topic; its ARN."""
        with self.aside():
            arn: str = self.client("sns").create_topic(Name=name)["TopicArn"]
        return arn

    def machine(self, name: str) -> str:
        """A state machine that does nothing; its ARN."""
        definition = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}})
        role = f"arn:aws:iam::{ACCOUNT}:role/states"
        with self.aside():
            made = self.client("stepfunctions").create_state_machine(name=name, definition=definition, roleArn=role)
        arn: str = made["stateMachineArn"]
        return arn

    def records(self, name: str = "idempotency") -> None:
        """A table for the records of Powertools, named in the environment."""
        self.env(IDEMPOTENCY_TABLE=name)
        self.table(name, "id")

    def shared_redis(self) -> Any:
        """One Redis for every client that the example makes; returns a client of it."""
        self.env(CACHE="cache", CACHE_HOST="cache", REDIS_HOST="cache", REDIS_URL="redis://cache", KEEP="86400")
        self.redis = shared_redis()
        return self.redis

    def postgres(self, schema: str) -> Any:
        """A database for psycopg2; returns the connection of the proof itself."""
        self.env(DATABASE_URL="postgresql://shop")
        self._database = postgres(schema)
        return self._database

    def mongo(self) -> Any:
        """A MongoDB; returns a client of it."""
        self.env(MONGODB_URI="mongodb://shop")
        self._mongo = shared_mongo()
        return self._mongo

    def clock(self, moment: str) -> None:
        """Stop the clock at a moment (ISO 8601); `later` moves it."""
        from freezegun import freeze_time

        self._clock = freeze_time(moment, tick=False).start()

    def later(self, **delta: float) -> None:
        """Move the clock."""
        self._clock.tick(dt.timedelta(**delta))

    def expire(self, name: str, attribute: str) -> None:
        """Delete what DynamoDB's time to live deletes: rows whose attribute is a number of seconds that has passed, not more
        than five years ago. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html"""
        import boto3

        now = dt.datetime.now(dt.timezone.utc).timestamp()
        with self.aside():
            table = boto3.resource("dynamodb", region_name=REGION).Table(name)
            for item in table.scan()["Items"]:
                end = item.get(attribute)
                if isinstance(end, Decimal) and now - 5 * 365 * 86_400 < end < now:
                    table.delete_item(Key={key["AttributeName"]: item[key["AttributeName"]] for key in table.key_schema})

    # running

    def deliver(self, event: Event, handler: str = "handler.handler", context: Context | None = None) -> Delivery:
        """Run the handler once; what it raises is kept."""
        module, _, name = handler.rpartition(".")
        try:
            function = getattr(importlib.import_module(module), name)
            return Delivery(function(copy.deepcopy(event), context or Context()))
        except Killed as error:
            return Delivery(error=error)
        except Exception as error:
            return Delivery(error=error)
        finally:
            self.account.dead = False

    def new_sandbox(self) -> None:
        """The next run is a cold start."""
        for name, module in list(sys.modules.items()):
            file = getattr(module, "__file__", None)
            if file and Path(file).is_relative_to(self.folder):
                del sys.modules[name]

    def crash(self, when: str, operation: str, nth: int = 1) -> None:
        """The sandbox dies before or after the nth such call from now on, and the next run is a cold start."""

        def die() -> None:
            self.new_sandbox()
            self.account.die()

        self.account.on(when, operation, die, nth)

    def die_once(self, request: Request) -> Any:
        """A reply of the web: the sandbox dies at the first request, later ones are answered."""
        self.web.reply = None
        self.new_sandbox()
        raise Killed

    def refuse(self, operation: str, nth: int = 1, code: str = "InternalServerError") -> None:
        """The nth such call from now on fails before it has any effect."""
        from botocore.exceptions import ClientError

        def fail() -> None:
            raise ClientError({"Error": {"Code": code, "Message": "refused by the proof"}}, operation.partition(".")[2])

        self.account.on("before", operation, fail, nth)

    def meanwhile(self, when: str, operation: str, do: Callable[[], object], nth: int = 1) -> None:
        """Something else happens in the middle of a run: another delivery, another writer."""
        self.account.on(when, operation, lambda: (do(), None)[1], nth)

    # looking

    def count(self, operation: str) -> int:
        """How often a call took effect."""
        return sum(name == operation for name, _ in self.account.done)

    def outside(self, *apart: str) -> Counter[str]:
        """All that a user can see outside of the function, but for the tables that are named."""
        seen: Counter[str] = Counter()
        for operation, params in self.account.done:
            if not operation.startswith(("dynamodb.", "s3.")):
                seen[f"{operation} {json.dumps(params, default=str, sort_keys=True)}"] += 1
        for request in self.web.done:
            seen[f"{request.method} {request.url} {request.body}"] += 1
        for table in self._tables:
            if table not in (*apart, os.environ.get("IDEMPOTENCY_TABLE", "")):
                seen.update(f"item of {table} {_shown(item)}" for item in self.items(table))
        with self.aside():
            for bucket in self._buckets:
                seen.update(_objects(self.client("s3"), bucket))
        if self._database is not None:
            names = self._database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            seen.update(
                f"row of {name} {row}" for (name,) in names for row in self._database.execute(f'SELECT * FROM "{name}"')
            )
        if self._mongo is not None:
            for database in self._mongo.list_database_names():
                for name in self._mongo[database].list_collection_names():
                    seen.update(f"document of {name} {document}" for document in self._mongo[database][name].find())
        return seen

    def change(self, event: Event, *apart: str, handler: str = "handler.handler") -> str:
        """Deliver, and tell what changed outside: nothing is the empty text. A delivery that fails says so."""
        before = self.outside(*apart)
        ended = self.deliver(event, handler)
        after = self.outside(*apart)
        told = [f"+ {what}" for what in (after - before)] + [f"- {what}" for what in (before - after)]
        if ended.error is not None:
            told.append(f"the delivery failed: {type(ended.error).__name__}: {ended.error}")
        return "; ".join(told)

    def repeat(
        self, event: Event, *apart: str, handler: str = "handler.handler", by: Callable[[Event], Event] = again
    ) -> str:
        """Deliver, deliver again as the source would, and tell what the second time changed."""
        first = self.change(event, *apart, handler=handler)
        if "the delivery failed" in first:
            raise AssertionError(f"the first delivery should succeed: {first}")
        if not first:
            raise AssertionError("the first delivery should do something")
        return self.change(by(event), *apart, handler=handler)


def _environment() -> None:
    for name in list(os.environ):
        if name.startswith(("AWS_", "POWERTOOLS_")):
            del os.environ[name]
    os.environ.update(
        AWS_ACCESS_KEY_ID="testing", AWS_SECRET_ACCESS_KEY="testing", AWS_DEFAULT_REGION=REGION, AWS_REGION=REGION,
        AWS_LAMBDA_FUNCTION_NAME="example", AWS_CONFIG_FILE=os.devnull, AWS_SHARED_CREDENTIALS_FILE=os.devnull,
        POWERTOOLS_TRACE_DISABLED="1", POWERTOOLS_SERVICE_NAME="example", POWERTOOLS_METRICS_NAMESPACE="example",
        POWERTOOLS_LOG_LEVEL="CRITICAL",
    )  # fmt: skip


def _shown(item: dict[str, Any]) -> str:
    return json.dumps(
        item, default=lambda value: sorted(value) if isinstance(value, set) else str(value), sort_keys=True
    )


def _objects(s3: Any, bucket: str) -> list[str]:
    listed = s3.list_objects_v2(Bucket=bucket).get("Contents", [])
    return [
        f"object of {bucket} {one['Key']} {s3.get_object(Bucket=bucket, Key=one['Key'])['Body'].read()!r}"
        for one in listed
    ]
