"""A pretend account in memory that generated handlers run in: small, exact, and watched at every call.

Modules that a program imports come from here (`boto3`, `stripe`, `requests`, Powertools, the clock, random numbers), so nothing outside is
reached. Each call that changes something remembers the line it was made on and what it changed.
"""
# ruff: noqa: N803 - arguments are called as boto3 calls them

from __future__ import annotations

import builtins
import copy
import datetime
import functools
import hashlib
import json
import re
import sys
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import CodeType, ModuleType, SimpleNamespace
from typing import Any

Place = tuple[str, int]
"""A file and a line."""
CART = "cart#o-1"
"""What is there before the first order: the cart that some handlers throw away."""
START = 1_700_000_000
STEP = 600
"""Seconds between two deliveries."""


class Crash(BaseException):
    """The sandbox is gone in the middle of a run: no `except` of the program sees it."""


class ClientError(Exception):
    """What AWS says no with."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.response = {"Error": {"Code": code, "Message": code}}


class ConditionalCheckFailedException(ClientError):
    """The condition of a write did not hold."""

    def __init__(self) -> None:
        super().__init__("ConditionalCheckFailedException")


class TransactionCanceledException(ClientError):
    """One condition of a transaction did not hold."""

    def __init__(self) -> None:
        super().__init__("TransactionCanceledException")


@dataclass
class Change:
    """One call that changed something: where, in which delivery, and what."""

    place: Place
    delivery: int
    what: tuple[str, ...]


@dataclass
class World:
    """The state of the account. `at_call` is asked before and after every call that counts."""

    tables: dict[str, dict[str, dict[str, Any]]] = field(default_factory=lambda: {"orders": {CART: {"pk": CART}}})
    objects: dict[str, Any] = field(default_factory=dict)
    sent: Counter[str] = field(default_factory=Counter)
    tokens: dict[str, str] = field(default_factory=dict)
    records: dict[str, Any] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    delivery: int = 0
    minted: int = 0
    calls: int = 0
    at_call: Callable[[int], None] = lambda number: None

    def now(self) -> float:
        """The clock, which moves between deliveries only."""
        return START + STEP * self.delivery

    def mint(self) -> str:
        """An id that no other delivery makes."""
        self.minted += 1
        return hashlib.sha256(f"{self.delivery}:{self.minted}".encode()).hexdigest()[:32]

    def state(self) -> dict[str, object]:
        """All that can be seen from outside, by the name of the thing."""
        found: dict[str, object] = {f"sent {what}": count for what, count in self.sent.items()}
        found |= {f"object {key}": True for key in self.objects}  # the rule book calls a put under one key harmless
        found |= {f"item {name} {key}": _timeless(item) for name, items in self.tables.items() for key, item in items.items()}
        return found

    @contextmanager
    def call(self) -> Iterator[None]:
        """Around every call of the program: others may come between, or the run may end here."""
        self.calls += 1
        self.at_call(2 * self.calls)
        yield
        self.at_call(2 * self.calls + 1)

    def changed(self, *what: str) -> None:
        """Remember a change with the line of the program that asked for it."""
        frame = sys._getframe(1)
        while not frame.f_code.co_filename.startswith("<lambda>/"):
            assert frame.f_back is not None
            frame = frame.f_back
        self.changes.append(Change((frame.f_code.co_filename.removeprefix("<lambda>/"), frame.f_lineno), self.delivery, what))

    def send(self, what: str, body: object, token: str | None = None) -> str:
        """Something goes out; with a token that was seen before it is answered as then."""
        with self.call():
            if token is not None and f"{what} {token}" in self.tokens:
                return self.tokens[f"{what} {token}"]
            name = f"{what} {json.dumps(body, sort_keys=True, default=str)}"
            self.sent[name] += 1
            self.changed(f"sent {name}")
            answer = f"{what}-{hashlib.sha256(f'{name}{self.sent[name]}'.encode()).hexdigest()[:8]}"
            if token is not None:
                self.tokens[f"{what} {token}"] = answer
            return answer


def _timeless(item: Mapping[str, Any]) -> dict[str, Any]:
    """An item with any time of a run as one: when something was written last is no second effect."""
    return {name: "a time" if isinstance(value, int) and value >= START else copy.deepcopy(value) for name, value in item.items()}


class Attr:
    """A condition object of boto3."""

    def __init__(self, name: str) -> None:
        self.name = name

    def not_exists(self) -> Callable[[Mapping[str, Any]], bool]:
        """Whether the attribute is not there."""
        return lambda item: self.name not in item

    def exists(self) -> Callable[[Mapping[str, Any]], bool]:
        """Whether it is."""
        return lambda item: self.name in item


class Expression:
    """The part of DynamoDB's expressions that the grammar writes."""

    def __init__(self, names: Mapping[str, str], values: Mapping[str, Any]) -> None:
        self.names = names
        self.values = values

    def holds(self, text: object, item: Mapping[str, Any]) -> bool:
        """Whether a condition holds for an item."""
        if text is None:
            return True
        if callable(text):
            return bool(text(item))
        return any(all(self._term(term.strip(), item) for term in part.split(" AND ")) for part in str(text).split(" OR "))

    def _term(self, term: str, item: Mapping[str, Any]) -> bool:
        asked = re.fullmatch(r"(attribute_not_exists|attribute_exists)\(([#\w]+)\)", term)
        if asked:
            return (self._name(asked[2]) in item) == (asked[1] == "attribute_exists")
        compared = re.fullmatch(r"([#\w]+) (=|<>|<|>|<=|>=) (:\w+)", term)
        assert compared, term
        name, value = self._name(compared[1]), self.values[compared[3]]
        if name not in item:
            return False
        have = item[name]
        return bool({"=": have == value, "<>": have != value, "<": have < value, ">": have > value, "<=": have <= value, ">=": have >= value}[compared[2]])

    def _name(self, name: str) -> str:
        return self.names.get(name, name)

    def update(self, text: str, item: dict[str, Any]) -> None:
        """Change an item as an update expression says."""
        for verb, clause in re.findall(r"(SET|ADD|REMOVE|DELETE) (.+?)(?= (?:SET|ADD|REMOVE|DELETE) |$)", text):
            for part in re.split(r", (?![^()]*\))", clause):
                self._part(verb, part.strip(), item)

    def _part(self, verb: str, part: str, item: dict[str, Any]) -> None:
        if verb == "REMOVE":
            item.pop(self._name(part), None)
            return
        if verb == "ADD":
            name, value = part.split(" ")
            have = item.get(self._name(name))
            added = self.values[value]
            item[self._name(name)] = (set(have or ()) | added) if isinstance(added, set) else (have or 0) + added
            return
        assert verb == "SET", verb
        name, value = part.split(" = ", 1)
        item[self._name(name)] = self._value(value, item)

    def _value(self, text: str, item: Mapping[str, Any]) -> Any:
        if " + " in text:
            left, right = text.split(" + ")
            return self._value(left, item) + self._value(right, item)
        called = re.fullmatch(r"(if_not_exists|list_append)\((.+)\)", text)
        if called:
            first, second = re.split(r", (?![^()]*\))", called[2])
            if called[1] == "if_not_exists":
                return item[self._name(first)] if self._name(first) in item else self._value(second, item)
            return [*self._value(first, item), *self._value(second, item)]
        return self.values[text] if text.startswith(":") else item.get(self._name(text), 0)


class Table:
    """A table, as the resource of boto3 shows it. Its key is `pk`."""

    def __init__(self, world: World, name: str) -> None:
        self.world = world
        self.name = name
        self.meta = SimpleNamespace(client=SimpleNamespace(exceptions=_exceptions()))

    @property
    def _items(self) -> dict[str, dict[str, Any]]:
        return self.world.tables.setdefault(self.name, {})

    def _write(self, key: str, item: dict[str, Any] | None) -> None:
        if self._items.get(key) == item:
            return
        if item is None:
            self._items.pop(key, None)
        else:
            self._items[key] = copy.deepcopy(item)
        self.world.changed(f"item {self.name} {key}")

    def get_item(self, Key: Mapping[str, Any], **_: object) -> dict[str, Any]:
        """The item, when there is one."""
        with self.world.call():
            item = self._items.get(str(Key["pk"]))
            return {"Item": copy.deepcopy(item)} if item is not None else {}

    def put_item(self, Item: dict[str, Any], **more: Any) -> dict[str, Any]:
        """Put an item in the place of what is there."""
        with self.world.call():
            self.demand(Item, more)
            self._write(str(Item["pk"]), Item)
            return {}

    def delete_item(self, Key: Mapping[str, Any], **more: Any) -> dict[str, Any]:
        """Remove an item."""
        with self.world.call():
            self.demand(Key, more)
            self._write(str(Key["pk"]), None)
            return {}

    def update_item(self, Key: dict[str, Any], UpdateExpression: str, **more: Any) -> dict[str, Any]:
        """Change an item, which is made when it is not there."""
        with self.world.call():
            self.demand(Key, more)
            self._write(str(Key["pk"]), self.updated(Key, UpdateExpression, more))
            return {"Attributes": copy.deepcopy(self._items.get(str(Key["pk"]), {}))}

    def updated(self, key: dict[str, Any], text: str, more: Mapping[str, Any]) -> dict[str, Any]:
        """What an item becomes."""
        item = copy.deepcopy(self._items.get(str(key["pk"]), dict(key)))
        Expression(more.get("ExpressionAttributeNames", {}), more.get("ExpressionAttributeValues", {})).update(text, item)
        return item

    def demand(self, key: Mapping[str, Any], more: Mapping[str, Any], error: type[ClientError] = ConditionalCheckFailedException) -> None:
        """Refuse a write whose condition does not hold."""
        expression = Expression(more.get("ExpressionAttributeNames", {}), more.get("ExpressionAttributeValues", {}))
        if not expression.holds(more.get("ConditionExpression"), self._items.get(str(key["pk"]), {})):
            raise error()  # type: ignore[call-arg]


def _exceptions() -> SimpleNamespace:
    return SimpleNamespace(
        ConditionalCheckFailedException=ConditionalCheckFailedException,
        TransactionCanceledException=TransactionCanceledException,
        ClientError=ClientError,
    )


class Client:
    """The clients of the services the grammar uses; DynamoDB's takes plain values, as `resource.meta.client` does."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.exceptions = _exceptions()

    def send_message(self, QueueUrl: str, MessageBody: object, MessageDeduplicationId: str | None = None, **_: object) -> dict[str, str]:
        """SQS."""
        token = MessageDeduplicationId if QueueUrl.endswith(".fifo") else None
        return {"MessageId": self.world.send(f"message {QueueUrl}", MessageBody, token)}

    def publish(self, TopicArn: str, Message: object, **_: object) -> dict[str, str]:
        """SNS."""
        return {"MessageId": self.world.send(f"notice {TopicArn}", Message)}

    def send_email(self, **more: object) -> dict[str, str]:
        """SES."""
        return {"MessageId": self.world.send("mail", more)}

    def put_events(self, Entries: list[object]) -> dict[str, object]:
        """EventBridge."""
        self.world.send("event", Entries)
        return {"FailedEntryCount": 0}

    def put_object(self, Bucket: str, Key: str, Body: object) -> dict[str, str]:
        """S3."""
        with self.world.call():
            if self.world.objects.get(f"{Bucket}/{Key}") != Body:
                self.world.objects[f"{Bucket}/{Key}"] = Body
                self.world.changed(f"object {Bucket}/{Key}")
            return {}

    def transact_write_items(self, TransactItems: list[dict[str, dict[str, Any]]], **_: object) -> dict[str, str]:
        """All or nothing."""
        with self.world.call():
            for one in TransactItems:
                ((verb, more),) = one.items()
                Table(self.world, more["TableName"]).demand(more.get("Item", more.get("Key", {})), more, TransactionCanceledException)
            for one in TransactItems:
                ((verb, more),) = one.items()
                table = Table(self.world, more["TableName"])
                key = more.get("Item", more.get("Key", {}))
                item = more["Item"] if verb == "Put" else table.updated(key, more["UpdateExpression"], more) if verb == "Update" else None
                table._write(str(key["pk"]), item)
            return {}


def modules_of(world: World, own: Mapping[str, str]) -> Callable[..., Any]:
    """The `__import__` of a program: its own files, and what stands here for libraries. A new one is a new sandbox."""
    made: dict[str, Any] = {}
    given = _libraries(world)

    def load(name: str) -> Any:
        if name not in made:
            made[name] = module = ModuleType(name)
            module.__dict__["__builtins__"] = {**builtins.__dict__, "__import__": imported}
            exec(_code(name, own[name]), module.__dict__)
        return made[name]

    def imported(name: str, _globals: object = None, _locals: object = None, fromlist: tuple[str, ...] = (), level: int = 0) -> Any:
        if name in own:
            return load(name)
        if name in given:
            return given[name] if fromlist else given[name.partition(".")[0]]
        assert name in ALLOWED, name
        return __import__(name, None, None, fromlist, level)

    return load


@functools.lru_cache(64)
def _code(name: str, text: str) -> CodeType:
    return compile(text, f"<lambda>/{name}.py", "exec")


ALLOWED = {"json", "hashlib", "contextlib", "functools", "logging", "os", "decimal", "dataclasses"}


def _libraries(world: World) -> dict[str, Any]:
    client = Client(world)
    resource = SimpleNamespace(Table=lambda name: Table(world, name), meta=SimpleNamespace(client=client))
    return {
        "boto3": SimpleNamespace(client=lambda name, **_: client, resource=lambda name, **_: resource),
        "boto3.dynamodb.conditions": SimpleNamespace(Attr=Attr),
        "botocore.exceptions": SimpleNamespace(ClientError=ClientError),
        "stripe": SimpleNamespace(PaymentIntent=_charging(world, "payment"), Refund=_charging(world, "refund"), Charge=_charging(world, "charge")),
        "requests": SimpleNamespace(post=functools.partial(_posted, world)),
        "time": SimpleNamespace(time=world.now, time_ns=lambda: int(world.now() * 10**9)),
        "datetime": _clock(world),
        "uuid": SimpleNamespace(uuid4=lambda: uuid.UUID(world.mint()), uuid5=uuid.uuid5, NAMESPACE_URL=uuid.NAMESPACE_URL),
        "aws_lambda_powertools.utilities.idempotency": _powertools(world),
    }


def _charging(world: World, what: str) -> SimpleNamespace:
    def create(idempotency_key: str | None = None, **more: object) -> SimpleNamespace:
        return SimpleNamespace(id=world.send(what, more, idempotency_key))

    return SimpleNamespace(create=create)


def _posted(world: World, url: str, json: object = None, headers: Mapping[str, str] | None = None, **_: object) -> SimpleNamespace:
    world.send(f"post {url}", json, (headers or {}).get("Idempotency-Key"))
    return SimpleNamespace(status_code=200, raise_for_status=lambda: None)


def _clock(world: World) -> SimpleNamespace:
    class Moment(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> Any:
            return datetime.datetime.fromtimestamp(world.now(), tz)

    return SimpleNamespace(datetime=Moment, timezone=datetime.timezone, timedelta=datetime.timedelta)


def _powertools(world: World) -> SimpleNamespace:
    class DynamoDBPersistenceLayer:
        def __init__(self, table_name: str, **_: object) -> None:
            self.table_name = table_name

    class IdempotencyConfig:
        def __init__(self, event_key_jmespath: str = "", **_: object) -> None:
            self.path = event_key_jmespath

        def register_lambda_context(self, context: object) -> None:
            """Nothing here."""

    def guarded(function: Callable[..., Any], path: str, argument: str | None) -> Callable[..., Any]:
        @functools.wraps(function)
        def run(*given: Any, **named: Any) -> Any:
            data = named[argument] if argument else given[0]
            for part in path.split(".") if path else ():
                data = json.loads(data) if part == "powertools_json(body)" else data[part]
            key = f"{function.__name__} {json.dumps(data, sort_keys=True, default=str)}"
            with world.call():
                known = world.records.get(key)
                if known == "in progress":
                    raise RuntimeError("already in progress")
                if known is not None:
                    return known[0]
                world.records[key] = "in progress"
            try:
                answer = function(*given, **named)
            except BaseException:
                del world.records[key]
                raise
            with world.call():
                world.records[key] = (answer,)
            return answer

        return run

    def idempotent_function(*, data_keyword_argument: str, persistence_store: object, config: Any = None) -> Any:
        return lambda function: guarded(function, config.path if config else "", data_keyword_argument)

    def idempotent(*, persistence_store: object, config: Any = None) -> Any:
        return lambda function: guarded(function, config.path if config else "", None)

    return SimpleNamespace(
        DynamoDBPersistenceLayer=DynamoDBPersistenceLayer, IdempotencyConfig=IdempotencyConfig,
        idempotent=idempotent, idempotent_function=idempotent_function,
    )  # fmt: skip
