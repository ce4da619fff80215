"""Thanks."""

import boto3

ses = boto3.client("ses")


def thank(address, order_id):
    ses.send_email(
        Source="shop@example.com",
        Destination={"ToAddresses": [address]},
        Message={"Subject": {"Data": "Thank you"}, "Body": {"Text": {"Data": f"Your order {order_id} has arrived."}}},
    )
