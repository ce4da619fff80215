"""Readings of devices: the last one, a sum, and all of them in a bucket."""

import base64
import json
import os

import boto3

devices = boto3.resource("dynamodb").Table(os.environ["DEVICES"])
s3 = boto3.client("s3")


def handler(event, context):
    for record in event["Records"]:
        reading = json.loads(base64.b64decode(record["kinesis"]["data"]))
        archive(reading, record["kinesis"]["sequenceNumber"])
        show(reading)
        add_up(reading)


def archive(reading, number):
    s3.put_object(
        Bucket=os.environ["RAW"],
        Key=f"{reading['device_id']}/{number}.json",
        Body=json.dumps(reading),
    )


def show(reading):
    devices.update_item(
        Key={"device_id": reading["device_id"]},
        UpdateExpression="SET celsius = :celsius, measured_at = :at",
        ExpressionAttributeValues={":celsius": reading["celsius"], ":at": reading["measured_at"]},
    )


def add_up(reading):
    devices.update_item(
        Key={"device_id": reading["device_id"]},
        UpdateExpression="ADD kilowatt_hours :used",
        ExpressionAttributeValues={":used": reading["kilowatt_hours"]},
    )
