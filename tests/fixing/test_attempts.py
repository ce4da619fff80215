"""Retries that come to send one key with all attempts, or to leave POST out (LDM603)."""

from __future__ import annotations

import ast

import pytest

from lintdem.testing.fixed import fixed

LOOP = """import uuid

import stripe


def handler(event, context):
    for record in event["Records"]:
        pay(record["dynamodb"]["NewImage"])


def pay(image):
    for attempt in range(3):
        try:
            return stripe.Charge.create(
                amount=image["cents"]["N"], description=image["order_id"]["S"], idempotency_key=str(uuid.uuid4())
            )
        except stripe.error.APIConnectionError:
            print("again", attempt)
"""
DECORATED = """import requests
from tenacity import retry, stop_after_attempt


@retry(stop=stop_after_attempt(5))
def capture(order):
    requests.post("https://api.mollie.com/v2/payments", json={"order": order["order_id"]}).raise_for_status()


def handler(event, context):
    capture(event["detail"])
"""


def mended(code: str) -> str:
    """The code with the fix, the same text where there is none."""
    return fixed({"handler.py": code}, "", "LDM603").files["handler.py"]


def test_key_of_the_event_takes_the_place_of_one_for_each_attempt() -> None:
    """The rounds of the retry share the key, those of the records have each their own."""
    code = mended(LOOP)
    assert "idempotency_key=f\"charge-create-{image['order_id']['S']}\"" in code
    ast.parse(code)


def test_header_goes_out_with_each_attempt_of_a_decorator() -> None:
    """A provider that knows a repeat by its header is told which attempts belong together."""
    assert "headers={\"Idempotency-Key\": " in mended(DECORATED)


def test_key_is_put_where_the_one_of_the_attempt_was_made() -> None:
    """The variable keeps its name, and the import that made it goes."""
    made = LOOP.replace("        try:", "        token = uuid.uuid4().hex\n        try:").replace("str(uuid.uuid4())", "token")
    code = mended(made)
    assert "        token = f\"charge-create-{image['order_id']['S']}\"\n" in code
    assert "idempotency_key=token" in code
    assert "import uuid" not in code


def test_header_of_the_attempt_becomes_one_of_the_event() -> None:
    """A receiver that is not known gets the header that it got, of the same form."""
    made = DECORATED.replace("api.mollie.com", "pay.example.com").replace("import requests", "import uuid\n\nimport requests")
    made = made.replace("json=", "headers={\"Idempotency-Key\": str(uuid.uuid4())}, json=")
    assert "str(uuid.uuid5(uuid.NAMESPACE_URL, f\"payments-{order['order_id']}\"))" in mended(made)


@pytest.mark.parametrize(
    ("code", "old", "new"),
    [
        (LOOP, "image[\"order_id\"][\"S\"]", "image[\"colour\"][\"S\"]"),
        (LOOP, "    for attempt", "    for part in image[\"parts\"][\"L\"]:\n     for attempt"),
        (DECORATED, "api.mollie.com", "pay.example.com"),
    ],
    ids=["no id", "several charges", "a provider that is not known"],
)
def test_no_key_that_would_take_one_effect_for_another(code: str, old: str, new: str) -> None:
    """Without an id, with one for several charges, or for a receiver that may not look: advice only."""
    changed = code.replace(old, new)
    ast.parse(changed)
    assert changed != code
    assert mended(changed) == changed


@pytest.mark.parametrize(
    ("given", "left"), [('["GET", "POST"]', '["GET"]'), ('("GET", "post")', '("GET",)'), ('{"PUT", "POST", "GET"}', '{"PUT", "GET"}')]
)
def test_session_no_longer_repeats_post(given: str, left: str) -> None:
    """Where a record holds the second delivery back, the repetition inside of one run is what is left to mend."""
    code = f"""import os

import requests
from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig, idempotent
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

http = requests.Session()
http.mount("https://", HTTPAdapter(max_retries=Retry(total=4, allowed_methods={given})))
store = DynamoDBPersistenceLayer(table_name=os.environ["TABLE"])
config = IdempotencyConfig("detail.order_id", raise_on_no_idempotency_key=True, expires_after_seconds=7 * 86400)


@idempotent(config=config, persistence_store=store)
def handler(event, context):
    http.post("https://courier.example.com/pickups", json=event["detail"], timeout=5).raise_for_status()
"""
    assert mended(code) == code.replace(given, left)


def test_other_variables_that_are_made_alike_stay() -> None:
    """Only the variable that is passed as the key gets the key of the event."""
    made = LOOP.replace("        try:", "        other = uuid.uuid4().hex\n        token = uuid.uuid4().hex\n        print(other)\n        try:")
    code = mended(made.replace("str(uuid.uuid4())", "token"))
    assert "        other = uuid.uuid4().hex\n        token = f\"charge-create-{image['order_id']['S']}\"\n" in code
