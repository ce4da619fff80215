"""The table of orders."""

import os

import boto3
from botocore.exceptions import ClientError

table = boto3.resource("dynamodb").Table(os.environ["ORDERS_TABLE"])


def remember(order, payment_id):
    """False when the order is there already."""
    try:
        table.put_item(
            Item={"order_id": order["order_id"], "payment_id": payment_id, "status": "PAID"},
            ConditionExpression="attribute_not_exists(order_id)",
        )
    except ClientError as error:
        if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
            return False
        raise
    return True


def move(order_id, status, moved_at):
    """Take over what the warehouse says, unless something newer is known."""
    table.update_item(
        Key={"order_id": order_id},
        UpdateExpression="SET parcel = :status, moved_at = :at",
        ConditionExpression="attribute_not_exists(moved_at) OR moved_at < :at",
        ExpressionAttributeValues={":status": status, ":at": moved_at},
    )


def count_parcel(order_id):
    """How many scans a parcel had."""
    table.update_item(
        Key={"order_id": order_id},
        UpdateExpression="ADD scans :one",
        ExpressionAttributeValues={":one": 1},
    )
