"""Calls the one on duty, unless it is too late for that."""

from datetime import datetime, timedelta, timezone

import boto3

sns = boto3.client("sns")
LATEST = timedelta(minutes=10)


def handler(event, context):
    measured = datetime.fromisoformat(event["detail"]["measured_at"])
    if datetime.now(timezone.utc) - measured > LATEST:
        return
    sns.publish(PhoneNumber=event["detail"]["on_duty"], Message=f"{event['detail']['device_id']} is too hot")
