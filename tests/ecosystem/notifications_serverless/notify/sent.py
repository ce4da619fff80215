"""What was sent, for a week."""

import os
import time

import boto3

WEEK = 7 * 24 * 3600
table = boto3.resource("dynamodb").Table(os.environ["SENT_TABLE"])


def claim(key):
    """True for the first who asks."""
    client = table.meta.client
    try:
        table.put_item(
            Item={"pk": key, "ttl": int(time.time()) + WEEK},
            ConditionExpression="attribute_not_exists(pk)",
        )
    except client.exceptions.ConditionalCheckFailedException:
        return False
    return True


def was_sent(key):
    """Whether it is noted."""
    return "Item" in table.get_item(Key={"pk": key})


def note(key):
    """Note it."""
    table.put_item(Item={"pk": key, "ttl": int(time.time()) + WEEK})
