"""Follows parcels."""

from botocore.exceptions import ClientError

from orders import store


def handler(event, context):
    detail = event["detail"]
    try:
        store.move(detail["order_id"], detail["status"], detail["moved_at"])
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
    store.count_parcel(detail["order_id"])
