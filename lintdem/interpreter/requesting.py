"""What a request carries, wherever the program gave it: headers, body, options, and the HTTP method they amount to.

A header may stand in the call, in the client or session, in a request object made before, or be put there by
assignment; each of them is found here under one name, `header:Name`, as `body:key` and `options.key` are.
"""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.interpreter.domain import Derived, Made, Method, Value
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.machine import Args, Machine
from lintdem.interpreter.values import NONE, leaves, members, text
from lintdem.knowledge import Kind, LibraryCall
from lintdem.model.span import Place

METHODS = {"GET": Kind.READ, "HEAD": Kind.READ, "OPTIONS": Kind.READ, "PUT": Kind.SET, "DELETE": Kind.DELETE,
           "POST": Kind.EFFECT, "PATCH": Kind.SET}  # fmt: skip
_PREFIXES = {"headers": "header:", "options": "options.", "json": "body:", "data": "body:", "body": "body:",
             "content": "body:", "fields": "body:"}  # fmt: skip
_HEADERS_AT = {"http.client.HTTPConnection.request": "3"}
"""Where the headers stand when they are given by position."""


def http_kind(m: Machine, call: LibraryCall, args: Args) -> Kind:
    """What the HTTP method does, where it is an argument, or that of a request object."""
    if call.http == "?":
        return _body_kind(m, args)
    return METHODS.get(http_method(m, call, args), call.kind) if call.http == "*" else call.kind


def http_method(m: Machine, call: LibraryCall, args: Args) -> str:
    """The HTTP method of a request, empty if it is none or not written out."""
    if call.http != "*":
        return call.http or ""
    named = dict(args.keywords)
    request = _request(args)
    inner = dict(request.args) if request is not None else {}
    for value in (named.get("method"), *args.positional[:2], _set(m, request, "method"), inner.get("method"), inner.get("0")):
        written = text(value) if value is not None else None
        if written and written.upper() in METHODS:
            return written.upper()
    return ""


def _body_kind(m: Machine, args: Args) -> Kind:
    """`urlopen(url)` reads, `urlopen(url, data)` sends; a `Request` says both."""
    request = _request(args)
    body = args.get(1, "data")
    method = None
    if request is not None:
        inner = dict(request.args)
        body = body or inner.get("data") or inner.get("1") or _set(m, request, "data")
        method = text(inner.get("method") or _set(m, request, "method") or NONE)
    if method:
        return METHODS.get(method.upper(), Kind.EFFECT)
    return Kind.READ if body is None or body == NONE else Kind.EFFECT


def _request(args: Args) -> Made | None:
    """The request object that is sent, if the call sends one."""
    found = args.positional[0] if args.positional else dict(args.keywords).get("url") or dict(args.keywords).get("request")
    while isinstance(found, Made):
        if found.type.rpartition(".")[2].endswith(("Request", "build_request")):
            return found
        found = dict(found.args).get("self")
    return None


def _set(m: Machine, owner: Value | None, name: str) -> Value | None:
    return m.put_on.get((owner, name)) if owner is not None else None


def put_on(m: Machine, owner: Value, name: str, value: Value) -> None:
    """Remember what the program puts on an object that is not its own: `session.headers["X"] = …`, `request.data = …`."""
    steps = [name]
    while isinstance(owner, Method):
        steps.insert(0, owner.name)
        owner = owner.receiver
    if isinstance(owner, Made):
        m.put_on[owner, ".".join(steps)] = value


def put_headers(m: Machine, name: str, args: Args, flow: Flow, receiver: Value) -> None:
    """`session.headers.update({…})`, `request.add_header(name, value)`."""
    if name.endswith(".headers.update") and args.positional:
        for key, value in _entries(m, args.positional[0], flow):
            put_on(m, receiver, f"headers.{key}", value)
    if name.endswith(".add_header") and len(args.positional) > 1:
        put_on(m, receiver, f"headers.{text(args.positional[0])}", args.positional[1])


def given(m: Machine, call: LibraryCall, args: Args, flow: Flow, receiver: Value | None) -> list[tuple[str, Value]]:
    """What the request carries, by name."""
    found: list[tuple[str, Value]] = []
    request = _request(args)
    for argument, prefix in _PREFIXES.items():
        said = _body if prefix == "body:" else _entries
        found += [(f"{prefix}{k}", v) for k, v in said(m, dict(args.keywords).get(argument), flow)]
    at = _HEADERS_AT.get(call.target)
    if at is not None:
        found += [(f"header:{k}", v) for k, v in _entries(m, args.get(int(at)), flow)]
    for owner in (request, *_owners(receiver)):
        found += _of_owner(m, owner, flow)
    if call.target.startswith("gql.Client."):
        found += _document(args)
    return [*found, *_nested(m, call, args, flow)]


def _owners(receiver: Value | None) -> Iterator[Made]:
    while isinstance(receiver, Made):
        yield receiver
        receiver = dict(receiver.args).get("self")


def _of_owner(m: Machine, owner: Made | None, flow: Flow) -> list[tuple[str, Value]]:
    """The headers of a session, client or request object."""
    if owner is None:
        return []
    inner = dict(owner.args)
    headers = inner.get("headers") or (inner.get("2") if owner.type == "urllib.request.Request" else None)
    found = [(f"header:{k}", v) for k, v in _entries(m, headers, flow)]
    for argument in ("json", *(("data", "1") if owner.type == "urllib.request.Request" else ())):
        found += [(f"body:{k}", v) for k, v in _body(m, inner.get(argument), flow)]
    for (on, name), value in m.put_on.items():
        if on == owner and name.startswith("headers."):
            found.append((f"header:{name[8:]}", value))
        elif on == owner and name == "headers":
            found += [(f"header:{k}", v) for k, v in _entries(m, value, flow)]
        elif on == owner:
            found.append((name, value))
    return found


def _document(args: Args) -> list[tuple[str, Value]]:
    document = next((v for k, v in args.keywords if k in ("document", "query", "request")), None)
    document = document if document is not None else (args.positional[0] if args.positional else NONE)
    inner = dict(document.args).get("0", NONE) if isinstance(document, Made) else document
    return [("body:query", leaf) for leaf in leaves(inner) if text(leaf)][:1]


def _nested(m: Machine, call: LibraryCall, args: Args, flow: Flow) -> list[tuple[str, Value]]:
    """A token inside of an argument: `options={"idempotency_key": …}`, `body={"idempotency_key": …}`, a request object."""
    if call.token is None or ":" in call.token:
        return []
    argument, dot, last = call.token.rpartition(".")
    if dot:
        named = dict(args.keywords).get(argument)
        # Options follow the parameters when they are given by position.
        behind = args.positional[1:] if argument == "options" else args.positional[:1] if argument.isdigit() else ()
        where = [named, *behind] if named is not None else list(behind)
    else:
        where = [*args.positional, *(v for _, v in args.keywords)]
    listed = [pair for value in where for pair in _entries(m, value, flow)]
    found = [(call.token, one) for key, one in listed if key == last][:1]
    # Where the rest of the argument is plain to see, so is that the token is not in it.
    return found or ([(call.token, NONE)] if dot and listed else [])


def _body(m: Machine, value: Value | None, flow: Flow, depth: int = 3) -> Iterator[tuple[str, Value]]:
    """The entries of a body, those of dicts in it with dots: `variables.input.id`."""
    for name, inner in _entries(m, value, flow):
        yield name, inner
        if depth > 1 and not isinstance(inner, Made):
            yield from ((f"{name}.{k}", v) for k, v in _body(m, inner, flow, depth - 1))


def _entries(m: Machine, value: Value | None, flow: Flow) -> Iterator[tuple[str, Value]]:
    for one in members(value) if value is not None else ():
        if isinstance(one, Derived) and one.op == "dumps":
            one = one.parts[0]  # noqa: PLW2901 - the same value, before it became text
        if isinstance(one, Made):
            yield from one.args
            continue
        entries = m.dict_entries(flow, one)
        if entries is not None:
            yield from ((str(k), v) for k, v in entries.entries.items())


def header_places(m: Machine, args: Args, flow: Flow) -> list[tuple[str, Place]]:
    """Where the headers stand that are written in the call."""
    value = dict(args.keywords).get("headers")
    entries = m.dict_entries(flow, members(value)[0]) if value is not None else None
    return [(f"header:{k}", p) for k, p in entries.places] if entries is not None else []
