"""A grammar of handlers: effects, guards and keys in random arrangement, written as source with the events that run it.

What is drawn first is the plainest, so that a failure shrinks to a handler that a person would write.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from hypothesis import strategies as st

Order = tuple[str, ...]
"""What is true of an order: the branches that it takes."""
FLAGS = ("gift", "express", "foreign")
"""What branches ask for, each of them once."""
SOURCES = ("sqs", "eventbridge", "sns", "api")
Lines = list[str]


@dataclass(frozen=True)
class Program:
    """Files with a handler `app.handler`, and what calls it."""

    source: str
    files: Mapping[str, str]

    def workspace(self) -> dict[str, str]:
        """The files and the template that says what calls them."""
        return {**self.files, "template.yaml": template(self.source)}

    def orders(self) -> list[Order]:
        """An order for every way through the branches."""
        used = [flag for flag in FLAGS if any(f'"{flag}"' in text for text in self.files.values())]
        return [tuple(flag for flag, taken in zip(used, way, strict=True) if taken) for way in itertools.product((False, True), repeat=len(used))]

    def modules(self) -> dict[str, str]:
        """The files by the names of their modules."""
        return {name.removesuffix(".py"): text for name, text in self.files.items()}


def template(source: str) -> str:
    """A SAM template for one function."""
    events = {
        "sqs": "Type: SQS\n          Properties: {Queue: !GetAtt Orders.Arn}",
        "eventbridge": "Type: EventBridgeRule\n          Properties: {Pattern: {source: [shop]}}",
        "sns": "Type: SNS\n          Properties: {Topic: !Ref Orders}",
        "api": "Type: HttpApi\n          Properties: {Path: /orders, Method: post}",
    }
    kind = {"sqs": "  Orders:\n    Type: AWS::SQS::Queue\n", "sns": "  Orders:\n    Type: AWS::SNS::Topic\n"}.get(source, "")
    return (
        "Resources:\n  Worker:\n    Type: AWS::Serverless::Function\n    Properties:\n      Handler: app.handler\n      CodeUri: .\n"
        f"      Runtime: python3.12\n      Events:\n        Source:\n          {events[source]}\n{kind}"
    )


def event_of(source: str, order: Order, delivery: int, sending: int) -> dict[str, object]:
    """The event of an order as a source delivers it, for the nth time, sent for the nth time by its producer."""
    body = {
        "id": "o-1", "kind": "sale", "amount": 5, **{flag: flag in order for flag in FLAGS}, "status": "PAID", "version": 3, "email": "a@example.com",
        "customer": {"id": "c-1"}, "lines": [{"sku": "s-1"}, {"sku": "s-2"}],
    }  # fmt: skip
    if source == "sqs":
        receipt = {"receiptHandle": f"receipt-{delivery}", "attributes": {"ApproximateReceiveCount": str(delivery + 1)}}
        return {"Records": [{"messageId": f"m-{sending}", "body": json.dumps(body), "eventSource": "aws:sqs", **receipt}]}
    if source == "sns":
        return {"Records": [{"EventSource": "aws:sns", "Sns": {"MessageId": f"m-{sending}", "Message": json.dumps(body)}}]}
    if source == "eventbridge":
        return {"id": f"m-{sending}", "source": "shop", "detail-type": "order", "detail": body}
    return {"body": json.dumps(body), "headers": {"idempotency-key": f"m-{sending}"}, "requestContext": {"requestId": f"request-{delivery}"}}


def request_id(source: str, delivery: int, sending: int) -> str:
    """Lambda keeps the id of an asynchronous event; other sources call anew."""
    return f"run-{sending}" if source in ("sns", "eventbridge") else f"run-{delivery}"


@dataclass
class Scope:
    """Where a statement stands: how one leaves, how deep, and what of the event is at hand."""

    source: str
    leave: str
    depth: int = 0
    envelope: bool = True
    returns: bool = False

    def inner(self, **changes: object) -> Scope:
        """A scope inside of this one."""
        return replace(self, depth=self.depth + 1, **changes)  # type: ignore[arg-type]


@dataclass
class Written:
    """What has been written so far besides the statements: functions, other files, a number for the next name."""

    functions: list[Lines] = field(default_factory=list)
    store: list[Lines] = field(default_factory=list)
    tables: Lines = field(default_factory=list)
    names: int = 0
    flags: int = 0

    def name(self, stem: str) -> str:
        """A name nobody has."""
        self.names += 1
        return f"{stem}{self.names}"

    def table(self) -> str:
        """A table for the records of one guard."""
        name = self.name("marks")
        self.tables.append(f'{name} = dynamodb.Table("{name}")')
        return name

    def define(self, lines: Lines, *, elsewhere: bool = False) -> None:
        """Put a function beside the handler, or into `store.py`; the same one only once."""
        place = self.store if elsewhere else self.functions
        if lines not in place:
            place.append(lines)


def indented(lines: Lines) -> Lines:
    """One level deeper."""
    return [f"    {line}" for line in lines]


BUSINESS = (
    'order["id"]', "f\"order#{order['id']}\"", 'f"{order[\'customer\'][\'id\']}/{order[\'id\']}"', 'order["customer"]["id"] + "-" + order["id"]',
    '"-".join(["paid", order["id"]])', '{"pk": order["id"]}["pk"]', "key_of(order)", 'str(uuid.uuid5(uuid.NAMESPACE_URL, order["id"]))',
    'hashlib.sha256(order["id"].encode()).hexdigest()', '"order#%s" % order["id"]', '"order#{}".format(order["id"])',
    'json.dumps({"id": order["id"]}, sort_keys=True)',
)  # fmt: skip
ATTEMPT = (
    "str(uuid.uuid4())", "uuid.uuid4().hex", "str(time.time())", "datetime.now(timezone.utc).isoformat()",
    "f\"{order['id']}-{uuid.uuid4()}\"", "fresh_id()",
)  # fmt: skip
DELIVERY = {"sqs": 'record["messageId"]', "sns": 'record["Sns"]["MessageId"]', "eventbridge": 'event["id"]'}
CONSTANT = ('"total"',)
CONDITIONS = (
    'ConditionExpression="attribute_not_exists(pk)"', 'ConditionExpression=Attr("pk").not_exists()',
    'ConditionExpression="attribute_not_exists(#k)", ExpressionAttributeNames={"#k": "pk"}',
)  # fmt: skip
USELESS = ('ConditionExpression="attribute_not_exists(refused_at)"', "")
CODE = 'error.response["Error"]["Code"]'
FAILED = '"ConditionalCheckFailedException"'


def keys(draw: st.DrawFn, scope: Scope, *, attempt: int = 1) -> str:
    """An expression that names something; now and then one that no second run makes again, or one of the delivery."""
    kind = draw(st.sampled_from(["business"] * 5 + ["attempt"] * attempt + ["delivery"]))
    if kind == "delivery" and scope.envelope and scope.source in DELIVERY:
        return DELIVERY[scope.source]
    return str(draw(st.sampled_from(ATTEMPT if kind == "attempt" else BUSINESS)))


def values(draw: st.DrawFn) -> str:
    """What is written: mostly of the event."""
    return str(draw(st.sampled_from(('order["amount"]', '"NEW"', 'order["status"]', 'order["amount"] * 2', "int(time.time())", "fresh_id()"))))


def bound(draw: st.DrawFn, written: Written, key: str) -> tuple[Lines, str]:
    """The key as it is, or by a name that is bound first."""
    if not draw(st.booleans()):
        return [], key
    name = written.name("key")
    return [f"{name} = {key}"], name


def effect(draw: st.DrawFn, scope: Scope, written: Written) -> Lines:
    """One call that changes something."""
    kind = draw(st.sampled_from((
        "message", "notice", "mail", "payment", "payment with key", "post", "post with key", "fifo", "put", "put", "status", "total", "append",
        "counter", "set", "delete", "object", "object", "conditional put",
    )))  # fmt: skip
    simple = {
        "message": 'sqs.send_message(QueueUrl="jobs", MessageBody=json.dumps({"id": order["id"]}))',
        "notice": 'sns.publish(TopicArn="paid", Message=order["id"])',
        "mail": 'ses.send_email(Source="a@example.com", Destination={"ToAddresses": [order["email"]]}, Message={"Subject": {"Data": order["id"]}})',
        "payment": 'stripe.PaymentIntent.create(amount=order["amount"], currency="eur")',
        "post": 'requests.post("https://pay.example.com/charges", json={"amount": order["amount"]}, timeout=5)',
        "total": f'table.update_item(Key={{"pk": {_entity(draw)}}}, UpdateExpression="ADD total :n", ExpressionAttributeValues={{":n": order["amount"]}})',
        "counter": f'table.update_item(Key={{"pk": {_entity(draw)}}}, UpdateExpression="SET hits = if_not_exists(hits, :zero) + :n", ExpressionAttributeValues={{":zero": 0, ":n": 1}})',
        "append": f'table.update_item(Key={{"pk": {_entity(draw)}}}, UpdateExpression="SET lines = list_append(if_not_exists(lines, :none), :new)", ExpressionAttributeValues={{":none": [], ":new": [order["id"]]}})',
        "set": f'table.update_item(Key={{"pk": {_entity(draw)}}}, UpdateExpression="ADD tags :new", ExpressionAttributeValues={{":new": {{order["id"]}}}})',
        "delete": 'table.delete_item(Key={"pk": "cart#" + order["id"]})',
    }
    if kind in simple:
        return [simple[kind]]
    before, key = bound(draw, written, keys(draw, scope))
    more = {
        "payment with key": f'stripe.PaymentIntent.create(amount=order["amount"], currency="eur", idempotency_key={key})',
        "post with key": f'requests.post("https://pay.example.com/charges", json={{"amount": order["amount"]}}, headers={{"Idempotency-Key": {key}}}, timeout=5)',
        "fifo": f'sqs.send_message(QueueUrl="jobs.fifo", MessageBody=order["id"], MessageGroupId="orders", MessageDeduplicationId={key})',
    }
    if kind in more:
        return [*before, more[kind]]
    value = values(draw)
    last = {
        "put": f'archive.put_item(Item={{"pk": {key}, "value": {value}}})',
        "status": f'table.update_item(Key={{"pk": {key}}}, UpdateExpression="SET #s = :s", ExpressionAttributeNames={{"#s": "status"}}, ExpressionAttributeValues={{":s": {value}}})',
        "object": f's3.put_object(Bucket="orders", Key={key}, Body=str({value}))',
    }
    if kind in last:
        return [*before, last[kind]]
    condition = draw(st.sampled_from(CONDITIONS))
    put = f'archive.put_item(Item={{"pk": {key}, "value": {value}}}, {condition})'
    return [*before, "try:", f"    {put}", "except ClientError as error:", f"    if {CODE} != {FAILED}:", "        raise"]


def _entity(draw: st.DrawFn) -> str:
    return str(draw(st.sampled_from(('order["customer"]["id"]', 'order["id"]', '"total"'))))


def claim(draw: st.DrawFn, scope: Scope, written: Written) -> tuple[Lines, str, str]:
    """A conditional write that stands for the work; its table and its key."""
    before, key = bound(draw, written, keys(draw, scope))
    marks = written.table()
    condition = draw(st.sampled_from((*CONDITIONS, *CONDITIONS, *USELESS)))
    put = f'{marks}.put_item(Item={{"pk": {key}, "status": "STARTED"}}, {condition})'.replace(", )", ")")
    leave = scope.leave
    style = draw(st.sampled_from(("code", "exception", "function", "method", "raised", "ignored", "named")))
    if style == "raised":
        return [*before, put], marks, key
    if style == "exception":
        return [*before, "try:", f"    {put}", f"except {marks}.meta.client.exceptions.ConditionalCheckFailedException:", f"    {leave}"], marks, key
    if style == "ignored":
        return [*before, "try:", f"    {put}", "except ClientError as error:", f"    if {CODE} != {FAILED}:", "        raise"], marks, key
    if style == "named":
        taken = written.name("taken")
        return [*before, f"{taken} = True", "try:", f"    {put}", "except ClientError as error:", f"    if {CODE} != {FAILED}:",
                "        raise", f"    {taken} = False", f"if not {taken}:", f"    {leave}"], marks, key  # fmt: skip
    if style == "code":
        return [*before, "try:", f"    {put}", "except ClientError as error:", f"    if {CODE} == {FAILED}:", f"        {leave}", "    raise"], marks, key
    name, inside = written.name("claim"), put.replace(f'"pk": {key}', '"pk": key', 1)
    body = ["try:", f"    {inside}", "except ClientError as error:", f"    if {CODE} == {FAILED}:", "        return False", "    raise", "return True"]
    if style == "method":
        holder = written.name("Claims")
        elsewhere = draw(st.booleans())
        lines = [f"class {holder}:", "    def take(self, key):", *indented(indented(body))]
        written.define(lines, elsewhere=elsewhere)
        prefix = "store." if elsewhere else ""
        return [*before, f"if not {prefix}{holder}().take({key}):", f"    {leave}"], marks, key
    elsewhere = draw(st.booleans())
    written.define([f"def {name}(key):", *indented(body)], elsewhere=elsewhere)
    return [*before, f"if not {'store.' if elsewhere else ''}{name}({key}):", f"    {leave}"], marks, key


def done(marks: str, key: str) -> Lines:
    """The claim becomes a record of what was done."""
    return [
        f'{marks}.update_item(Key={{"pk": {key}}}, UpdateExpression="SET #s = :s", ExpressionAttributeNames={{"#s": "status"}}, ExpressionAttributeValues={{":s": "DONE"}})'
    ]


def check(draw: st.DrawFn, scope: Scope, written: Written) -> tuple[Lines, str, str]:
    """A read that looks whether the work was done; the table and the key."""
    marks = written.table()
    before, key = bound(draw, written, keys(draw, scope, attempt=0))
    asked = f'{marks}.get_item(Key={{"pk": {key}}})'
    test = draw(st.sampled_from((f'if "Item" in {asked}:', f'if {asked}.get("Item"):', f"if seen_in_{marks}({key}):")))
    if test.startswith("if seen"):
        written.define([f"def seen_in_{marks}(key):", f'    return "Item" in {marks}.get_item(Key={{"pk": key}})'])
    return [*before, test, f"    {scope.leave}"], marks, key


def block(draw: st.DrawFn, scope: Scope, written: Written) -> Lines:
    """A few statements; some hold the rest of the block inside of them."""
    lines: Lines = []
    for _ in range(draw(st.integers(1, 3 if scope.depth else 4))):
        part, ends = statement(draw, scope, written)
        lines += part
        if ends:
            break
    return lines


def statement(draw: st.DrawFn, scope: Scope, written: Written) -> tuple[Lines, bool]:
    """A statement, and whether nothing may follow it."""
    deep = ("claimed", "checked", "branch", "extracted", "decorated", "managed", "memory", "powertools", "transaction", "attempted")
    kind = draw(st.sampled_from(("effect",) * 5 + (deep if scope.depth < 2 else ())))
    if kind == "branch" and written.flags == len(FLAGS):
        kind = "effect"
    if kind == "effect":
        return effect(draw, scope, written), False
    if kind == "claimed":
        lines, marks, key = claim(draw, scope, written)
        lines += block(draw, scope.inner(), written)
        return (lines + done(marks, key) if draw(st.booleans()) else lines), False
    if kind == "checked":
        lines, marks, key = check(draw, scope, written)
        inside = block(draw, scope.inner(), written)
        mark = [f'{marks}.put_item(Item={{"pk": {key}, "status": "DONE"}})']
        return lines + draw(st.sampled_from((inside + mark, mark + inside, inside))), False
    if kind == "branch":
        flag = FLAGS[written.flags]
        written.flags += 1
        test = draw(st.sampled_from((f'if order["{flag}"]:', f'if not order["{flag}"]:', f'if order.get("{flag}") is True:')))
        other = ["else:", *indented(block(draw, scope.inner(), written))] if draw(st.booleans()) else []
        return [test, *indented(block(draw, scope.inner(), written)), *other], False
    if kind == "memory":
        before, key = bound(draw, written, keys(draw, scope, attempt=0))
        return [*before, f"if {key} in SEEN:", f"    {scope.leave}", f"SEEN.add({key})", *block(draw, scope.inner(), written)], False
    if kind == "attempted":
        inside = block(draw, scope.inner(), written)
        ending = draw(st.sampled_from((["    raise"], ['    print("failed", error)', "    raise"])))
        return ["try:", *indented(inside), "except ValueError as error:", *ending], False
    if kind == "transaction":
        return transaction(draw, scope, written), False
    return held(draw, kind, scope, written), False


def transaction(draw: st.DrawFn, scope: Scope, written: Written) -> Lines:
    """A marker and a change that are written together or not at all."""
    before, key = bound(draw, written, keys(draw, scope))
    marks = written.table()
    condition = draw(st.sampled_from((', "ConditionExpression": "attribute_not_exists(pk)"', "")))
    marker = f'{{"Put": {{"TableName": "{marks}", "Item": {{"pk": {key}}}{condition}}}}}'
    change = '{"Update": {"TableName": "orders", "Key": {"pk": order["customer"]["id"]}, "UpdateExpression": "ADD total :n", "ExpressionAttributeValues": {":n": order["amount"]}}}'
    code = '"TransactionCanceledException"'
    return [
        *before, "try:", f"    dynamodb.meta.client.transact_write_items(TransactItems=[{marker}, {change}])", "except ClientError as error:",
        f"    if {CODE} == {code}:", f"        {scope.leave}", "    raise",
    ]  # fmt: skip


def held(draw: st.DrawFn, kind: str, scope: Scope, written: Written) -> Lines:
    """Statements in a function of their own, guarded or not."""
    name = written.name("work")
    inside = block(draw, scope.inner(leave="return", envelope=False), written)
    if kind == "managed":
        key, marks = keys(draw, scope), written.table()
        manager = [
            "@contextmanager", f"def claimed_{marks}(key):", "    try:",
            f'        {marks}.put_item(Item={{"pk": key, "status": "STARTED"}}, ConditionExpression="attribute_not_exists(pk)")',
            "    except ClientError as error:", f"        if {CODE} != {FAILED}:", "            raise", "        yield False", "        return",
            "    yield True", *indented(done(marks, "key")),
        ]  # fmt: skip
        written.define(manager)
        written.define([f"def {name}(order):", *indented(inside)])
        return [f"with claimed_{marks}({key}) as first:", "    if first:", f"        {name}(order)"]
    if kind == "decorated":
        marks = written.table()
        written.define([
            f"def once_in_{marks}(function):", "    @functools.wraps(function)", "    def run(order):", "        try:",
            f'            {marks}.put_item(Item={{"pk": order["id"], "status": "STARTED"}}, ConditionExpression="attribute_not_exists(pk)")',
            "        except ClientError as error:", f"            if {CODE} == {FAILED}:", "                return None", "            raise",
            "        answer = function(order)",
            *indented(indented(done(marks, 'order["id"]'))),
            "        return answer", "    return run",
        ])  # fmt: skip
        written.define([f"@once_in_{marks}", f"def {name}(order):", *indented(inside)])
        return [f"{name}(order)"]
    if kind == "powertools":
        path, layer = draw(st.sampled_from(("id", "customer.id"))), written.name("layer")
        written.tables.append(f'{layer} = DynamoDBPersistenceLayer(table_name="{layer}")')
        written.define([
            f'@idempotent_function(data_keyword_argument="order", persistence_store={layer}, config=IdempotencyConfig(event_key_jmespath="{path}"))',
            f"def {name}(order):", *indented(inside), '    return {"done": True}',
        ])  # fmt: skip
        return [f"{name}(order=order)"]
    elsewhere = draw(st.booleans()) and not _needs(inside)
    written.define([f"def {name}(order):", *indented(inside)], elsewhere=elsewhere)
    return [f"{'store.' if elsewhere else ''}{name}(order)"]


def _needs(lines: Lines) -> bool:
    """Whether lines use what stands in `app.py` alone."""
    text = "\n".join(lines)
    return any(word in text for word in ("work", "claim", "SEEN", "seen_in", "store.", "once_in", "Claims", "layer"))


IMPORTS = """import functools
import hashlib
import json
import time
import uuid
from contextlib import contextmanager
from datetime import datetime, timezone

import boto3
import requests
import stripe
from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig, idempotent_function
from boto3.dynamodb.conditions import Attr
from botocore.exceptions import ClientError

"""
CLIENTS = """dynamodb = boto3.resource("dynamodb")
table = dynamodb.Table("orders")
archive = dynamodb.Table("archive")
sqs = boto3.client("sqs")
sns = boto3.client("sns")
ses = boto3.client("ses")
s3 = boto3.client("s3")
"""
SMALL = """

def key_of(order):
    return "order#" + order["id"]


def fresh_id():
    return str(uuid.uuid4())
"""


def handler(source: str, body: Lines, apart: bool) -> Lines:
    """The handler around its statements, which may stand in a function of their own."""
    loop = source in ("sqs", "sns")
    unpack = {
        "sqs": 'order = json.loads(record["body"])', "sns": 'order = json.loads(record["Sns"]["Message"])',
        "eventbridge": 'order = event["detail"]', "api": 'order = json.loads(event["body"])',
    }[source]  # fmt: skip
    ending = ['    return {"statusCode": 200}'] if source == "api" else []
    if apart:
        given = "record" if loop else "event"
        called = f"process({given})"
        first = [f"def process({given}):", f"    {unpack}", *indented(body), "", ""]
    else:
        first, called = [], ""
    inside = [called] if apart else [unpack, *body]
    around = ['    for record in event["Records"]:', *indented(indented(inside))] if loop else indented(inside)
    return [*first, "def handler(event, context):", *around, *ending]


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """A handler and all that it needs."""
    source = draw(st.sampled_from(SOURCES))
    apart = draw(st.booleans())
    leave = "return" if apart else {"sqs": "continue", "sns": "continue", "eventbridge": "return", "api": 'return {"statusCode": 200}'}[source]
    written = Written()
    body = block(draw, Scope(source, leave), written)
    parts = [*written.functions, handler(source, body, apart)]
    memory = "SEEN = set()\n" if any("SEEN" in line for lines in parts for line in lines) else ""
    clients = CLIENTS + "".join(f"{line}\n" for line in written.tables)
    text = IMPORTS + ("import store\n\n" if written.store else "") + clients + memory + SMALL
    files = {"app.py": text + "".join("\n\n" + "\n".join(lines) + "\n" for lines in parts)}
    if written.store:
        files["store.py"] = IMPORTS + clients + SMALL + "".join("\n\n" + "\n".join(lines) + "\n" for lines in written.store)
    return Program(source, {name: without_unused(text) for name, text in files.items()})


def without_unused(text: str) -> str:
    """The file without the imports and small functions that it does not use, so that what is left can be read."""
    for name, part in (("key_of", SMALL.split("\n\n\n", maxsplit=1)[0].strip() + "\n\n\n"), ("fresh_id", SMALL.split("\n\n\n")[1].strip() + "\n")):
        if text.count(name) == 1:
            text = text.replace(part, "").rstrip("\n") + "\n"
    lines = text.split("\n")
    return "\n".join(kept for line in lines if (kept := _used(line, lines)) is not None)


def _used(line: str, lines: Lines) -> str | None:
    """An import or a client without what nobody uses."""
    words = line.replace(",", " ").split()
    if line.startswith(("import ", "from ")):
        names = [name for name in words[words.index("import") + 1 :] if sum(name in other for other in lines) > 1]
        return f"{line.partition('import ')[0]}import {', '.join(names)}" if names else None
    if line.partition(" = ")[2].startswith(("boto3.", "dynamodb.", "DynamoDBPersistenceLayer")):
        return line if any(f"{words[0]}." in other or f"={words[0]}," in other for other in lines) else None
    return line
