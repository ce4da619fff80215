"""Places orders from the queue."""

import json
import logging
import os

import boto3

from orders import payments, store

logger = logging.getLogger(__name__)
sns = boto3.client("sns")
ses = boto3.client("ses")


def handler(event, context):
    failed = []
    for record in event["Records"]:
        try:
            place(json.loads(record["body"]))
        except Exception:
            logger.exception("order failed")
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def place(order):
    payment = payments.charge(order)
    if not store.remember(order, payment.id):
        return
    confirm(order)
    sns.publish(TopicArn=os.environ["EVENTS_TOPIC"], Message=json.dumps({"order_id": order["order_id"], "type": "placed"}))


def confirm(order):
    ses.send_email(
        Source="shop@example.com",
        Destination={"ToAddresses": [order["email"]]},
        Message={"Subject": {"Data": "Your order"}, "Body": {"Text": {"Data": f"Order {order['order_id']} is paid."}}},
    )
