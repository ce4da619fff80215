"""Takes a seat for a booking; a booking that has it already keeps it."""

import os

import boto3

seats = boto3.resource("dynamodb").Table(os.environ["SEATS"])


def handler(event, context):
    seats.update_item(
        Key={"seat": event["seat"]},
        UpdateExpression="SET booking = :booking",
        ConditionExpression="attribute_not_exists(booking) OR booking = :booking",
        ExpressionAttributeValues={":booking": event["booking_id"]},
    )
    return event
