"""Claims: who does a piece of work."""

from __future__ import annotations

import os
import time

import boto3

WEEK = 7 * 24 * 3600


class Claims:
    """One item per operation and message; the first to write it does the work."""

    def __init__(self) -> None:
        self._table = boto3.resource("dynamodb").Table(os.environ["CLAIMS_TABLE"])

    def claim(self, operation: str, message_id: str) -> bool:
        try:
            self._table.put_item(
                Item={
                    "id": f"{operation}#{message_id}",
                    "expires": int(time.time()) + WEEK,
                },
                ConditionExpression="attribute_not_exists(id)",
            )
        except self._table.meta.client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def release(self, operation: str, message_id: str) -> None:
        self._table.delete_item(Key={"id": f"{operation}#{message_id}"})
