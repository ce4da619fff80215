"""Welcomes new customers."""

import json

import boto3

from notify import sent

ses = boto3.client("sesv2")


def handler(event, context):
    for record in event["Records"]:
        customer = json.loads(record["Sns"]["Message"])
        if sent.was_sent(f"welcome#{customer['id']}"):
            continue
        ses.send_email(
            FromEmailAddress="hello@example.com",
            Destination={"ToAddresses": [customer["email"]]},
            Content={"Simple": {"Subject": {"Data": "Welcome"}, "Body": {"Text": {"Data": "Good to have you."}}}},
        )
        sent.note(f"welcome#{customer['id']}")
