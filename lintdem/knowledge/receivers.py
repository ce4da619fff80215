"""Hosts that recognise a repeated request by a header, and how they call it."""

from __future__ import annotations

from fnmatch import fnmatchcase
from urllib.parse import urlsplit

import msgspec

_UUID = 36
"""For providers whose pages tell no length: their examples are UUIDs."""


class Receiver(msgspec.Struct, frozen=True):
    """The hosts of one provider (with `*`), the header it knows a repeat by, how long its value may be, and the paths it
    takes the header on; none where that is all of them."""

    hosts: tuple[str, ...]
    header: str
    longest: int
    paths: tuple[str, ...] = ()


RECEIVERS = (
    # https://docs.stripe.com/api/idempotent_requests: up to 255 characters, all POST requests
    Receiver(("api.stripe.com",), "Idempotency-Key", 255),
    # https://developer.paypal.com/api/rest/reference/idempotency/: not all APIs take it, and captures do;
    # https://developer.paypal.com/api/orders/v2/orders-create: 1 to 108 characters, and so for orders-authorize
    Receiver(
        ("api.paypal.com", "api-m.paypal.com", "api.sandbox.paypal.com", "api-m.sandbox.paypal.com"), "PayPal-Request-Id", 108,
        ("/v2/checkout/orders", "/v2/payments/authorizations"),
    ),
    # https://docs.adyen.com/development-resources/api-idempotency: at most 64 characters, POST requests
    Receiver(("*.adyen.com", "*.adyenpayments.com"), "Idempotency-Key", 64),
    # https://docs.mollie.com/overview/api-idempotency
    Receiver(("api.mollie.com",), "Idempotency-Key", _UUID),
    # https://gocardless.com/blog/idempotency-keys: all endpoints that create
    Receiver(("api.gocardless.com", "api-sandbox.gocardless.com"), "Idempotency-Key", _UUID),
    # https://resend.com/docs/dashboard/emails/idempotency-keys: up to 256 characters, these two endpoints
    Receiver(("api.resend.com",), "Idempotency-Key", 256, ("/emails",)),
    # https://developers.dwolla.com/docs/api-reference/api-fundamentals/idempotency-key
    Receiver(("api.dwolla.com", "api-sandbox.dwolla.com"), "Idempotency-Key", _UUID),
)  # fmt: skip


def receiver_of(url: str) -> Receiver | None:
    """The provider that an address, or its beginning up to the path, belongs to."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "https" or not host or (not parts.path and not url.endswith(host)):
        return None
    found = next((one for one in RECEIVERS if any(fnmatchcase(host, pattern) for pattern in one.hosts)), None)
    return found if found is not None and (not found.paths or parts.path.startswith(found.paths)) else None
