"""Hosts that recognise a repeated request by a header, and how they call it."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Receiver:
    """The hosts of one provider (with `*`), the header it knows a repeat by, and how long its value may be."""

    hosts: tuple[str, ...]
    header: str
    longest: int


RECEIVERS = (
    # https://docs.stripe.com/api/idempotent_requests
    Receiver(("api.stripe.com",), "Idempotency-Key", 255),
    # https://developer.paypal.com/api/rest/reference/idempotency/
    Receiver(("api.paypal.com", "api-m.paypal.com", "api.sandbox.paypal.com", "api-m.sandbox.paypal.com"), "PayPal-Request-Id", 38),
    # https://docs.adyen.com/development-resources/api-idempotency/
    Receiver(("*.adyen.com", "*.adyenpayments.com"), "Idempotency-Key", 64),
    # https://docs.mollie.com/reference/api-idempotency
    Receiver(("api.mollie.com",), "Idempotency-Key", 64),
    # https://developer.gocardless.com/api-reference/#making-requests-idempotency-keys
    Receiver(("api.gocardless.com", "api-sandbox.gocardless.com"), "Idempotency-Key", 128),
    # https://resend.com/docs/dashboard/emails/idempotency-keys
    Receiver(("api.resend.com",), "Idempotency-Key", 256),
    # https://developers.dwolla.com/docs/balance/idempotency-key
    Receiver(("api.dwolla.com", "api-sandbox.dwolla.com"), "Idempotency-Key", 64),
)
"""Lengths that no page tells are those that a uuid needs, with room."""


def receiver_of(url: str) -> Receiver | None:
    """The provider that an address, or its beginning up to the path, belongs to."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "https" or not host or (not parts.path and not url.endswith(host)):
        return None
    return next((one for one in RECEIVERS if any(fnmatchcase(host, pattern) for pattern in one.hosts)), None)
