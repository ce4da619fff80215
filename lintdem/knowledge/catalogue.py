"""What AWS operations do, by boto3 client name and method.

Three layers, the first that knows wins: a table written by hand for each common service
(`aws/<service>.toml`), the exceptions generated from AWS's own service models
(`aws/catalogue.json`, see `tools/aws_catalogue.py`), and the verb rule.
"""

from __future__ import annotations

from functools import cache

import msgspec

from lintdem.knowledge import tables
from lintdem.knowledge.operation import Kind, Operation
from lintdem.knowledge.resources import client_of_type, resource_method, sub_resource
from lintdem.knowledge.verbs import kind_of, name_of, phrase_of

__all__ = ["Kind", "Operation", "client_of_type", "operation", "resource_method", "sub_resource"]

_REFERENCE = "https://boto3.amazonaws.com/v1/documentation/api/latest/reference/services/{service}/client/{method}.html"
_NOT_CALLS = frozenset({"exceptions", "meta"})


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An operation as written in a table. What is left out comes from the generated table or the verb
    rule; an empty `token` says that there is none worth the name."""

    kind: Kind | None = None
    phrase: str = ""
    name: str = ""
    token: str | None = None
    token_max: int | None = None
    token_fifo: bool = False
    identity: tuple[str, ...] = ()
    destination: tuple[str, ...] = ()
    already: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    positional: tuple[str, ...] = ()
    source: str = ""


class Service(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One table. `source` may hold `{name}` and `{method}`; so may each entry's."""

    source: str
    operations: dict[str, Entry]


class Exceptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the verb rule does not give for one service; methods are separated by spaces.

    `t`: tokens that botocore fills; `u`: tokens that it does not; `x`: kinds the rule gets wrong;
    `a`: exceptions of a second creation, of methods without their "create_", "*" when every creation
    of the service has it; `w`: words of operation names not spelt Like This.
    """

    t: dict[str, str] = {}
    u: dict[str, str] = {}
    x: dict[Kind, str] = {}
    a: dict[str, str] = {}
    w: str = ""


class Generated(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The generated table and the version of the models it came from."""

    botocore: str
    source: str
    services: dict[str, Exceptions]


def operation(service: str, method: str) -> Operation | None:
    """What `boto3.client(service).method(…)` does; None when it is no call to AWS."""
    if not method or not method[0].isalpha() or method in _NOT_CALLS:
        return None
    return _operation(service, method)


@cache
def _operation(service: str, method: str) -> Operation:
    table = _table(service)
    entry = table.operations.get(method) if table else None
    if entry is None:
        every = _every_client()
        entry = every.operations.get(method)
        table = every if entry else None
    known = _generated().services.get(service, Exceptions())
    marked = _key(known.t, method)
    token = marked or _key(known.u, method)
    kind = _kind(known, method)
    if entry is None:
        entry = Entry()
    if entry.token is not None:
        token = entry.token or None
    kind_now = entry.kind or kind or kind_of(method)
    pattern = entry.source or (table.source if table else "") or _REFERENCE
    name = entry.name or name_of(method, tuple(known.w.split()))
    return Operation(
        service=service,
        name=name,
        method=method,
        kind=kind_now,
        phrase=entry.phrase or phrase_of(method, kind_now),
        source=pattern.format(service=service, method=method, name=name),
        token=token,
        token_marked=token is not None and token == marked,
        token_max=entry.token_max,
        token_fifo=entry.token_fifo,
        identity=entry.identity,
        destination=entry.destination,
        already=entry.already or (_already(known, method) if kind_now is Kind.CREATE and not entry.identity else ()),
        gone=entry.gone,
        positional=entry.positional,
        guessed=entry.kind is None and kind is None,
    )


def _kind(known: Exceptions, method: str) -> Kind | None:
    return next((kind for kind, methods in known.x.items() if method in methods.split()), None)


def _key(groups: dict[str, str], method: str) -> str | None:
    return next((key for key, methods in groups.items() if method in methods.split()), None)


def _already(known: Exceptions, method: str) -> tuple[str, ...]:
    short = method.removeprefix("create_")
    return tuple(error for error, methods in known.a.items() if methods == "*" or short in methods.split())


@cache
def _table(service: str) -> Service | None:
    return tables.toml(Service, "aws", f"{service}.toml") if service in tables.names("aws") else None


@cache
def _every_client() -> Service:
    return tables.toml(Service, "aws", "_every_client.toml")


@cache
def _generated() -> Generated:
    return tables.json(Generated, "aws", "catalogue.json")
