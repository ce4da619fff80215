"""Idempotency records around functions and handlers, and headers that a provider knows a repeat by (LDM101)."""

from __future__ import annotations

import ast

import pytest

from lintdem.testing.fixed import fixed

FUNCTION = """import json

import boto3

sns = boto3.client("sns")


# tells the customer
def notify(text, order, urgent=False):
    sns.publish(PhoneNumber=order["phone"], Message=f"{text} {order['order_id']}")


def handler(event, context):
    for record in event["Records"]:
        notify("ready", json.loads(record["body"]), True)
"""
HANDLER = """import boto3
from aws_lambda_powertools import Logger

logger = Logger()
sns = boto3.client("sns")


@logger.inject_lambda_context
def handler(event, context):
    order = event["detail"]
    sns.publish(PhoneNumber=order["phone"], Message=f"ready: {order['order_id']}")
    return {"ok": True}
"""
REQUEST = """import requests


def handler(event, context):
    order = event["detail"]
    requests.post("https://api.stripe.com/v1/charges", headers={"X": "y"}, json=order["order_id"]).raise_for_status()
"""


def mended(code: str) -> str:
    """The code with the fix, the same text where there is none."""
    return fixed({"handler.py": code}, "", "LDM101").files["handler.py"]


def test_argument_that_has_its_name_already_is_passed_as_it_is() -> None:
    """The record is made, and the call that fits it is not touched."""
    code = mended(FUNCTION.replace('notify("ready", json.loads(record["body"]), True)', 'notify("ready", order=json.loads(record["body"]))'))
    assert 'data_keyword_argument="order"' in code
    assert 'notify("ready", order=json.loads(record["body"]))' in code


def test_function_gets_a_record_by_the_id_it_is_handed() -> None:
    """Store and configuration above it, the decorator below its remarks, the arguments by name, the context first of all."""
    code = mended(FUNCTION)
    assert code[code.index("sns = boto3") :] == (
        'sns = boto3.client("sns")\n'
        'notify_store = DynamoDBPersistenceLayer(table_name=os.environ["IDEMPOTENCY_TABLE"])\n'
        "notify_config = IdempotencyConfig(\n"
        '    event_key_jmespath="order_id",\n'
        "    raise_on_no_idempotency_key=True,\n"
        "    expires_after_seconds=4 * 24 * 60 * 60,\n"
        ")\n\n\n"
        "# tells the customer\n"
        "@idempotent_function(\n"
        '    data_keyword_argument="order",\n'
        "    config=notify_config,\n"
        "    persistence_store=notify_store,\n"
        ")\n"
        "def notify(text, order, urgent=False):\n"
        '    sns.publish(PhoneNumber=order["phone"], Message=f"{text} {order[\'order_id\']}")\n\n\n'
        "def handler(event, context):\n"
        "    notify_config.register_lambda_context(context)\n"
        '    for record in event["Records"]:\n'
        '        notify("ready", order=json.loads(record["body"]), urgent=True)\n'
    )


def test_handler_of_one_event_gets_a_record() -> None:
    """Below its other decorators, by a path into the event."""
    code = mended(HANDLER)
    assert (
        "@logger.inject_lambda_context\n@idempotent(config=idempotency_config, persistence_store=idempotency_store)\ndef"
        in code
    )
    assert 'event_key_jmespath="detail.order_id"' in code


def test_several_names_of_one_module_are_one_import() -> None:
    """In brackets where the line would be long, in the order of the alphabet."""
    assert (
        "from aws_lambda_powertools.utilities.idempotency import (\n    DynamoDBPersistenceLayer,\n    IdempotencyConfig,\n"
        "    idempotent_function,\n)\n"
    ) in mended(FUNCTION)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("def handler", "def again(order):\n    notify('x', order)\n\n\ndef handler"),
        ("    sns.publish(", "    return sns.publish("),
        ("    sns.publish(", "    order = {**order}\n    sns.publish("),
        ("def notify(", "@traced\ndef notify("),
        ('notify("ready", json.loads(record["body"]), True)', 'notify(*["ready", json.loads(record["body"])])'),
        ("sns = boto3", "notify_store = 1\nsns = boto3"),
        ("{order['order_id']}", "{order['total']}"),
        ("    for record", "    for _ in range(2):\n      for record"),
    ],
    ids=["called twice", "answer", "another order", "decorated", "spread", "name is taken", "no id", "done on purpose"],
)
def test_no_record_where_it_may_keep_back_what_is_wanted(old: str, new: str) -> None:
    """A function with a second caller, an answer, an argument of its own making, or no id: advice only."""
    code = FUNCTION.replace(old, new)
    ast.parse(code)
    assert code != FUNCTION
    assert mended(code) == code


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('return {"ok": True}', "return sns.list_topics()"),
        ("@logger.inject_lambda_context", "@traced"),
        ("def handler(event, context)", "def handler(event, context, more=None)"),
    ],
    ids=["answer", "decorated", "called in another way"],
)
def test_no_record_of_a_handler_whose_answer_is_not_known(old: str, new: str) -> None:
    """What is answered the second time comes out of the record, so it has to fit in."""
    code = HANDLER.replace(old, new)
    assert code != HANDLER
    assert mended(code) == code


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "", "headers={\"X\": \"y\", \"Idempotency-Key\": f\"charges-{order['order_id']}\"}"),
        ("headers={\"X\": \"y\"}, ", "", "headers={\"Idempotency-Key\": f\"charges-{order['order_id']}\"})"),
        ("headers={\"X\": \"y\"}", "headers={}", "headers={\"Idempotency-Key\": f\"charges-{order['order_id']}\"}"),
        ("{\"X\": \"y\"}", "order[\"headers\"]", "headers={**order['headers'], \"Idempotency-Key\": f\"charges-{order['order_id']}\"}"),
        ("api.stripe.com/v1/charges", "api-m.paypal.com/v2/checkout/orders", "\"PayPal-Request-Id\": str(uuid."),
    ],
    ids=["literal", "none", "empty", "variable", "another provider"],
)  # fmt: skip
def test_header_is_sent_to_who_knows_it(old: str, new: str, expected: str) -> None:
    """By its exact name and length, beside the headers that are there."""
    code = mended(REQUEST.replace(old, new) if old else REQUEST)
    assert expected in code
    ast.parse(code)


@pytest.mark.parametrize("host", ["api.example.com", "api.stripe.com.example.com", "apistripe.com"])
def test_no_header_for_whom_it_says_nothing(host: str) -> None:
    """A host that is not known to look at it gets none."""
    assert "Idempotency-Key" not in mended(REQUEST.replace("api.stripe.com", host))


@pytest.mark.parametrize("address", ["api.resend.com/contacts", "api-m.paypal.com/v1/billing/plans"])
def test_no_header_where_the_provider_does_not_read_it(address: str) -> None:
    """Some providers take it for some of their resources only."""
    code = mended(REQUEST.replace("api.stripe.com/v1/charges", address))
    assert "Idempotency-Key" not in code
    assert "PayPal-Request-Id" not in code


NOTIFIED = HANDLER.replace('    order = event["detail"]\n', '    order = json.loads(event["Records"][0]["Sns"]["Message"])\n').replace("import boto3\n", "import json\n\nimport boto3\n", 1)
TOPIC = """Resources:
  Texts:
    Type: AWS::Serverless::Function
    Properties:
      Handler: handler.handler
      Runtime: python3.12
      Events:
        Orders: {Type: SNS, Properties: {Topic: 'arn:aws:sns:eu-west-1:111122223333:orders'}}
"""


def test_path_of_an_id_in_a_message_goes_through_its_text() -> None:
    """An id in the JSON of a notification is found by Powertools' own function."""
    code = fixed({"handler.py": NOTIFIED, "template.yaml": TOPIC}, "", "LDM101").files["handler.py"]
    assert 'event_key_jmespath="powertools_json(Records[0].Sns.Message).order_id"' in code
    ast.parse(code)
