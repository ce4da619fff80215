"""Web applications that a server inside of the function runs: what its command says of the application.

The Lambda Web Adapter starts any web server and hands requests to it, so that no function takes an event:
https://github.com/awslabs/aws-lambda-web-adapter.
"""

from __future__ import annotations

from collections.abc import Sequence

from lintdem.regexes import late

_SERVERS = late(r"(^|/)(uvicorn|gunicorn|hypercorn|daphne|granian|waitress-serve)$")
_APPLICATION = late(r"[A-Za-z_][\w./]*:[A-Za-z_]\w*")
ADAPTER = late(r"lambda-adapter|lambda-web-adapter")
"""What the image of a function names that runs a web server."""


def application(words: Sequence[str]) -> str | None:
    """The application that a server's command names, as a handler is named: of `uvicorn main:app --port 8000` "main.app"."""
    served = False
    for word in (word.strip("\"'") for word in words):
        if _SERVERS.search(word):
            served = True
        elif served and _APPLICATION.fullmatch(word):
            return word.replace("/", ".").replace(":", ".")
    return None
