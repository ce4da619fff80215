"""Which id of the event a fix takes: one that is there, of the work, and another one in each round."""

from __future__ import annotations

import ast

import pytest

from lintdem.testing.fixed import fixed

ORDER = """import uuid

import boto3

table = boto3.resource("dynamodb").Table("invoices")


def handler(event, context):
    order = event["detail"]
    table.put_item(Item={"id": str(uuid.uuid4()), "text": order["text"]})
"""
BATCH = """import json
import uuid

import boto3

table = boto3.resource("dynamodb").Table("invoices")


def handler(event, context):
    for record in event["Records"]:
        order = json.loads(record["body"])
        table.put_item(Item={"id": str(uuid.uuid4()), "text": order["text"]})
"""
SYNC = """import boto3

bedrock = boto3.client("bedrock-agent")


def handler(event, context):
    wanted = event["detail"]
    bedrock.start_ingestion_job(knowledgeBaseId=wanted["knowledge_base_id"], dataSourceId="pages", description=wanted["text"])
"""
LINES = """import json

import boto3

sns = boto3.client("sns")


def notify(order):
    for number in order["numbers"]:
        sns.publish(PhoneNumber=number, Message=order["order_id"])


def handler(event, context):
    for record in event["Records"]:
        notify(json.loads(record["body"]))
"""
DRAWN = """import random

import boto3

table = boto3.resource("dynamodb").Table("pins")


def handler(event, context):
    order = event["detail"]
    table.put_item(Item={"colour": order["colour"], "order_id": order["order_id"], "pin": random.randint(1, 9999)})
"""
MOVED = """import boto3

s3 = boto3.client("s3")


def handler(event, context):
    for record in event["Records"]:
        key = record["s3"]["object"]["key"]
        s3.copy_object(Bucket="archive", Key=key, CopySource={"Bucket": "inbox", "Key": key})
        s3.delete_object(Bucket="inbox", Key=key)
"""


def mended(code: str, rule: str = "LDM102") -> str:
    """The code with the fix, the same text where there is none."""
    after = fixed({"handler.py": code}, "", rule).files["handler.py"]
    ast.parse(after)
    return after


@pytest.mark.parametrize(
    ("code", "line", "token"),
    [
        (ORDER, '    number = order["order_id"]\n', "number"),
        (BATCH, '        number = order["order_id"]\n', "number"),
        (BATCH, '        print(order["order_id"])\n', "order['order_id']"),
    ],
    ids=["a variable", "a variable of the round", "read in the round"],
)
def test_an_id_that_was_read_before(code: str, line: str, token: str) -> None:
    """What was read on the way is there, also in the loop around the call."""
    before, call, after = code.partition(next(one for one in code.splitlines(keepends=True) if "put_item" in one))
    assert f'uuid.uuid5(uuid.NAMESPACE_URL, f"id-{{{token}}}")' in mended(before + line + call + after)


@pytest.mark.parametrize(
    "line",
    ['number = order.get("order_id")', 'number = event["id"]', 'number = order["user_id"]', 'other = str(uuid.uuid4()), order["order_id"]'],
    ids=["it may be missing", "it is the delivery's", "it is a person's", "two new ones would be alike"],
)
def test_no_id_that_says_something_else(line: str) -> None:
    """An id that may be missing, that a repeat has not, or that more than one thing would get: advice only."""
    code = ORDER.replace("    table.", f"    {line}\n    table.")
    assert mended(code) == code


def test_what_is_synchronised_is_no_id_of_the_work() -> None:
    """A knowledge base is synchronised more than once; the id of the order for it tells which time it is."""
    assert mended(SYNC, "LDM103") == SYNC
    assert "clientToken=" in mended(SYNC.replace('wanted["text"]', 'wanted["order_id"]'), "LDM103")


def test_one_record_for_all_that_a_function_sends() -> None:
    """Rounds inside of the function are part of its work, which is done once for each id."""
    assert 'event_key_jmespath="order_id"' in mended(LINES, "LDM101")


def test_an_item_is_written_once_by_its_id() -> None:
    """Of what the event brings the id is asked for, not the first attribute."""
    assert 'ConditionExpression="attribute_not_exists(order_id)"' in mended(DRAWN, "LDM301")
    nameless = DRAWN.replace('"order_id": order["order_id"]', '"shop": 1')
    assert mended(nameless, "LDM301") == nameless


@pytest.mark.parametrize(("end", "is_mended"), [("", True), ("    return\n", True), ('    return {"moved": True}\n', False)])
def test_a_moved_object_is_left_alone_where_nobody_waits_for_an_answer(end: str, is_mended: bool) -> None:
    """To end early there would answer less than the caller expects."""
    assert ("except s3.exceptions.NoSuchKey:" in mended(MOVED + end, "LDM109")) is is_mended
