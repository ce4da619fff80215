"""Writes that come to ask whether what they bring is newer (LDM407)."""

from __future__ import annotations

import ast

import pytest

from lintdem.testing.fixed import fixed

UPDATE = '''import boto3

table = boto3.client("dynamodb")


def handler(event, context):
    for record in event["Records"]:
        apply(json.loads(record["body"]))


def apply(change):
    table.update_item(
        TableName="stock",
        Key={"sku": {"S": change["sku"]}},
        UpdateExpression="SET amount = :n, #v = :v REMOVE old",
        ExpressionAttributeNames={"#v": "version"},
        ExpressionAttributeValues={":n": {"N": change["amount"]}, ":v": {"N": change["version"]}},
    )
'''.replace("import boto3", "import json\n\nimport boto3", 1)
PUT = '''import boto3

table = boto3.resource("dynamodb").Table("stock")


def write(change):
    table.update_item(Key={"sku": change["sku"]}, UpdateExpression="SET amount = :n", ExpressionAttributeValues={":n": 0})


def handler(event, context):
    change = event["detail"]
    if change["gone"]:
        return write(change)
    table.put_item(Item={"sku": change["sku"], "amount": change["amount"], "updated_at": change["updated_at"]})
'''


def mended(code: str) -> str:
    """The code with the fix, the same text where there is none."""
    return fixed({"handler.py": code}, "", "LDM407").files["handler.py"]


def test_update_compares_what_it_sets_by_its_own_names() -> None:
    """The alias and the placeholder that the update has for the version, and the older event ends there."""
    code = mended(UPDATE)
    assert '            ConditionExpression="attribute_not_exists(#v) OR #v <= :v",\n        )\n' in code
    assert code.endswith("    except table.exceptions.ConditionalCheckFailedException:\n        return\n")


def test_put_compares_the_time_that_it_stores() -> None:
    """An item is put only over an older one, with the value written as it is in the item."""
    code = mended(PUT.replace("return write(change)", "write(change)\n        return"))
    wanted = 'Attr("updated_at").not_exists() | Attr("updated_at").lte(change["updated_at"])'
    assert f"ConditionExpression={wanted}" in code
    assert "from boto3.dynamodb.conditions import Attr\n" in code


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("#v = :v REMOVE", "#v = if_not_exists(#v, :v) REMOVE"),
        ('"SET amount = :n, #v = :v REMOVE old"', '" ".join(["SET amount = :n,", "#v = :v"])'),
        ("    table.update_item(", "    return table.update_item("),
        ("        TableName", "        **OPTIONS,\n        TableName"),
    ],
    ids=["set otherwise", "put together", "answer", "spread"],
)
def test_no_condition_where_it_may_be_another(old: str, new: str) -> None:
    """An update that sets the version in another way or is put together, one whose answer is used: advice only."""
    code = UPDATE.replace(old, new)
    ast.parse(code)
    assert code != UPDATE
    assert mended(code) == code


RESOURCE = """import boto3
import cfnresponse

table = boto3.resource("dynamodb").Table("counters")


def handler(event, context):
    if event["RequestType"] == "Create":
        table.put_item(Item={"counter_id": "jobs", "count": 0}, ConditionExpression="attribute_not_exists(counter_id)")
        print("made")
    cfnresponse.send(event, context, cfnresponse.SUCCESS, {})
"""


def test_a_custom_resource_answers_for_a_duplicate_too() -> None:
    """CloudFormation waits for an answer to every request, so the fix catches the duplicate and goes on; elsewhere it ends there."""
    error = "except table.meta.client.exceptions.ConditionalCheckFailedException:\n"
    found = fixed({"handler.py": RESOURCE}, "", "LDM304").files["handler.py"]
    assert f"        {error}            pass\n        print" in found
    queued = RESOURCE.replace('if event["RequestType"] == "Create"', 'for record in event["Records"]').replace("cfnresponse.send", "print")
    assert f"        {error}            continue\n" in fixed({"handler.py": queued}, "", "LDM304").files["handler.py"]
