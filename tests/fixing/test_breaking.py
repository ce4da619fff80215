"""A value that a fix has made too long is broken as formatters do it."""

from __future__ import annotations

import ast

import pytest

from lintdem.testing.fixed import fixed

CODE = """import uuid

import boto3

table = boto3.resource("dynamodb").Table("shipments")


def handler(event, context):
    order = event["detail"]
    print(order["order_id"])
"""
ENTRY = """    item = {
        "number_of_shipment_id": str(uuid.uuid4()),
        "total": order["total"],
    }
    table.put_item(Item=item)
"""
VARIABLE = """    the_number_of_the_shipment = str(uuid.uuid4())
    table.put_item(Item={"shipment_id": the_number_of_the_shipment, "total": order["total"]})
"""
BROKEN = """        "number_of_shipment_id": str(
            uuid.uuid5(uuid.NAMESPACE_URL, f"number_of_shipment_id-{order['order_id']}")
        ),
"""
SET = """    the_number_of_the_shipment = str(
        uuid.uuid5(uuid.NAMESPACE_URL, f"shipment_id-{order['order_id']}")
    )
"""
FITS = """    number = str(uuid.uuid5(uuid.NAMESPACE_URL, f"shipment_id-{order['order_id']}"))
"""


@pytest.mark.parametrize(
    ("written", "broken"),
    [(ENTRY, BROKEN), (VARIABLE, SET), (VARIABLE.replace("the_number_of_the_shipment", "number"), FITS)],
    ids=["entry of a dict", "assignment", "room enough"],
)
def test_long_value_is_broken(written: str, broken: str) -> None:
    """In a line of its own what is in the brackets is set in; what has room stays in its line."""
    code = fixed({"handler.py": CODE + written}, "", "LDM102").files["handler.py"]
    ast.parse(code)
    assert broken in code
