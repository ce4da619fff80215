"""resent-invoke: the invoked function works longer than the SDK waits, and the SDK sends the request once more.

The requests go through botocore as always, down to its connection: there Lambda is asked, which works for a while.
"""

from __future__ import annotations

import io
import json
import time
from typing import Any

from redelivery import World, eventbridge


class Answer(io.BytesIO):
    """The body of a response, read as botocore reads it."""

    def stream(self, *_: object, **__: object) -> Any:
        """All at once."""
        yield self.read()


def invocations(world: World, seconds: int) -> int:
    """How often Lambda is asked in one delivery when the function works for so long."""
    from botocore.awsrequest import AWSResponse
    from botocore.endpoint import Endpoint
    from botocore.exceptions import ReadTimeoutError
    from moto.core.botocore_stubber import BotocoreStubber

    asked: list[str] = []
    pretend = BotocoreStubber.__call__

    def stub(stubber: Any, event_name: str, request: Any, **rest: Any) -> Any:
        return None if "//lambda." in request.url else pretend(stubber, event_name, request, **rest)

    def send(endpoint: Any, request: Any) -> Any:
        waits = request.headers.get("X-Amz-Invocation-Type", b"RequestResponse") in ("RequestResponse", b"RequestResponse")
        asked.append(request.url)
        if waits and seconds > endpoint.http_session._timeout.read_timeout:
            raise ReadTimeoutError(endpoint_url=request.url)
        return AWSResponse(request.url, 200 if waits else 202, {}, Answer(b"{}"))

    BotocoreStubber.__call__, Endpoint._send = stub, send
    del world.account.stubs["lambda.Invoke"]
    time.sleep = lambda _: None
    order = json.dumps({"order": "o-1"})
    world.deliver(eventbridge({"month": "2026-03", "order": order}))
    return len(asked)


def closed(world: World) -> str:
    """Ten minutes of work."""
    world.env(TARGET="close-month")
    world.table("months", "id")
    times = invocations(world, 600)
    assert times
    return f"the function was invoked {times} times" if times > 1 else ""


PROOFS = {
    "Bad / A month is closed in ten minutes": closed,
    "Bad / The configuration names another limit": closed,
    "Good / The client waits as long as the function works, and asks once": closed,
    "Good / Nobody waits": closed,
}
