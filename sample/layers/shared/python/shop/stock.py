"""Stock levels in DynamoDB."""

from __future__ import annotations

import os

import boto3


class Stock:
    """The stock table, one item per article."""

    def __init__(self) -> None:
        self._table = boto3.resource("dynamodb").Table(os.environ["STOCK_TABLE"])

    def take(self, sku: str, quantity: int) -> None:
        self._table.update_item(
            Key={"sku": sku},
            UpdateExpression="ADD stock :change",
            ExpressionAttributeValues={":change": -quantity},
        )
