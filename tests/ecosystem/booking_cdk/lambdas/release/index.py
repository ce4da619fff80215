"""Gives the seat back, and the money when there was any."""

import os

import boto3
import stripe

seats = boto3.resource("dynamodb").Table(os.environ["SEATS"])


def handler(event, context):
    if "payment" in event:
        stripe.Refund.create(payment_intent=event["payment"], idempotency_key=f"refund-{event['booking_id']}")
    seats.update_item(
        Key={"seat": event["seat"]},
        UpdateExpression="REMOVE booking",
        ConditionExpression="booking = :booking",
        ExpressionAttributeValues={":booking": event["booking_id"]},
    )
