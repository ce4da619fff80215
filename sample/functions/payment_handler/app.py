"""Captures a payment when the checkout says that it was authorised."""

from __future__ import annotations

import logging
import os
from typing import Any

import boto3

from shop.freshness import is_stale
from shop.payments import PaymentService

logger = logging.getLogger()
payments = PaymentService()
captures = boto3.resource("dynamodb").Table(os.environ["CAPTURES_TABLE"])


def handler(event: dict[str, Any], context: Any) -> None:
    detail = event["detail"]
    if is_stale(event["time"]):
        logger.warning("authorisation is too old", extra={"payment_id": detail["payment_id"]})
        return
    if already_captured(detail["payment_id"]):
        return
    capture_id = payments.capture(detail["payment_id"], detail["cents"])
    captures.put_item(Item={"payment_id": detail["payment_id"], "capture_id": capture_id})


def already_captured(payment_id: str) -> bool:
    found = captures.get_item(Key={"payment_id": payment_id}, ConsistentRead=True)
    return "Item" in found
