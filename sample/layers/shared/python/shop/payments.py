"""Money: Stripe for cards, the acquirer's own interface for captures and refunds."""

from __future__ import annotations

import os

import requests
import stripe

stripe.api_key = os.environ.get("STRIPE_API_KEY", "")


class PaymentService:
    """What the shop asks of its payment providers."""

    def __init__(self, timeout: float = 8.0) -> None:
        self._http = requests.Session()
        self._url = os.environ["ACQUIRER_URL"]
        self._timeout = timeout

    def charge(self, customer_id: str, cents: int, description: str) -> str:
        intent = stripe.PaymentIntent.create(
            amount=cents,
            currency="eur",
            customer=customer_id,
            description=description,
            confirm=True,
        )
        return intent.id

    def capture(self, payment_id: str, cents: int) -> str:
        reply = self._http.post(
            f"{self._url}/payments/{payment_id}/captures",
            json={"amount": cents},
            timeout=self._timeout,
        )
        reply.raise_for_status()
        return reply.json()["capture_id"]

    def refund(self, payment_id: str, cents: int) -> None:
        reply = self._http.post(
            f"{self._url}/payments/{payment_id}/refunds",
            json={"amount": cents},
            timeout=self._timeout,
        )
        reply.raise_for_status()
