"""The web outside: every request of `requests` ends here. A service that knows a request's idempotency key does nothing again."""

from __future__ import annotations

import io
import itertools
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

_KEYS = ("idempotency-key", "x-idempotency-key", "paypal-request-id")
_READS = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class Request:
    """What arrived."""

    method: str
    url: str
    headers: dict[str, str]
    body: str


@dataclass
class Web:
    """`done` lists the requests that changed something; `faults` are the fates of the next ones: "lost" (done, no answer),
    "refused" (503, not done), "failed" (done, but says 500)."""

    done: list[Request] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    reply: Callable[[Request], Any] | None = None
    dead: Callable[[], bool] = lambda: False
    _real: Any = None
    _known: dict[str, Any] = field(default_factory=dict)
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    def open(self) -> None:
        """Take every request from now on."""
        import requests

        web = self

        def send(adapter: Any, request: Any, **options: Any) -> Any:
            status, answer = web._arrive(_read(request))
            if answer is None:
                raise requests.exceptions.ReadTimeout("no answer", request=request)
            response = requests.Response()
            response.status_code, response.url, response.request = status, request.url, request
            response.headers["Content-Type"] = "application/json"
            response._content = json.dumps(answer).encode()
            return response

        self._real = requests.adapters.HTTPAdapter.send
        requests.adapters.HTTPAdapter.send = send
        os.environ["STRIPE_API_KEY"] = "sk_test_proof"

    def below_urllib3(self) -> None:
        """Let requests use urllib3 as always, with its retries; what it sends ends here."""
        import requests
        import urllib3

        def sent(pool: Any, connection: Any, method: str, url: str, body: Any = None, headers: Any = None, **_: Any) -> Any:
            named = {str(name).lower(): _str(value) for name, value in dict(headers or {}).items()}
            status, answer = self._arrive(Request(method, f"{pool.scheme}://{pool.host}{url}", named, _str(body or b"")))
            if answer is None:
                raise urllib3.exceptions.ReadTimeoutError(pool, url, "no answer")
            data = io.BytesIO(json.dumps(answer).encode())
            return urllib3.HTTPResponse(data, {}, status, preload_content=False, request_method=method)

        requests.adapters.HTTPAdapter.send = self._real
        setattr(urllib3.connectionpool.HTTPConnectionPool, "_make_request", sent)  # noqa: B010 (types know the real one)

    def stripe(self) -> None:
        """Make stripe's client use the web."""
        import stripe

        stripe.api_key = "sk_test_proof"
        stripe.max_network_retries = 0
        stripe.default_http_client = stripe.RequestsClient()

    def _arrive(self, request: Request) -> tuple[int, Any]:
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "refused":
            return 503, {"error": "busy"}
        key = next((request.headers[name] for name in _KEYS if name in request.headers), None)
        if key is not None and key in self._known:
            answer = self._known[key]
        else:
            if request.method not in _READS:
                self.done.append(request)
            answer = self.reply(request) if self.reply else _thing(request, next(self._numbers))
            if key is not None:
                self._known[key] = answer
        if fault == "lost":
            return 0, None
        return (500 if fault == "failed" else 200), answer


def _read(request: Any) -> Request:
    body = request.body or b""
    headers = {str(name).lower(): _str(value) for name, value in request.headers.items()}
    return Request(request.method, request.url, headers, _str(body))


def _str(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _thing(request: Request, number: int) -> dict[str, Any]:
    """An answer in the style of Stripe's: an object of the kind its path names."""
    kind = request.url.partition("?")[0].rstrip("/").rpartition("/")[2]
    return {"id": f"{kind}_{number}", "object": kind.removesuffix("s"), "status": "succeeded", "amount": 1}
