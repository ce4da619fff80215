"""Keeps the summary of the day and tells the warehouse about new orders."""

from __future__ import annotations

import json
import os
from typing import Any

import boto3
from boto3.dynamodb.types import TypeDeserializer

summary = boto3.resource("dynamodb").Table(os.environ["SUMMARY_TABLE"])
sns = boto3.client("sns")
deserializer = TypeDeserializer()


def handler(event: dict[str, Any], context: Any) -> None:
    for record in event["Records"]:
        if record["eventName"] == "INSERT":
            on_insert(image_of(record))


def on_insert(order: dict[str, Any]) -> None:
    summary.update_item(
        Key={"pk": f"day#{order['placed_at'][:10]}"},
        UpdateExpression="ADD orders :one, turnover :cents",
        ExpressionAttributeValues={":one": 1, ":cents": order["cents"]},
    )
    sns.publish(
        TopicArn=os.environ["PLACED_TOPIC_ARN"],
        Message=json.dumps({"kind": "pick", "lines": int(order.get("line_count", 1))}),
    )


def image_of(record: dict[str, Any]) -> dict[str, Any]:
    image = record["dynamodb"]["NewImage"]
    return {name: deserializer.deserialize(value) for name, value in image.items()}
