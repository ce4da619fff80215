"""E-mail over SES."""

from __future__ import annotations

import json
import os
from typing import Any

import boto3


class Mailer:
    """Sends the shop's templates."""

    def __init__(self) -> None:
        self._ses = boto3.client("sesv2")
        self._sender = os.environ["SENDER"]

    def confirmation(self, email: str, order_id: str) -> None:
        self._send(email, "order-confirmed", {"order_id": order_id})

    def receipt(self, email: str, order_id: str, cents: int) -> None:
        self._send(email, "order-receipt", {"order_id": order_id, "total": f"{cents / 100:.2f}"})

    def _send(self, email: str, template: str, data: dict[str, Any]) -> None:
        self._ses.send_email(
            FromEmailAddress=self._sender,
            Destination={"ToAddresses": [email]},
            Content={"Template": {"TemplateName": template, "TemplateData": json.dumps(data)}},
        )
