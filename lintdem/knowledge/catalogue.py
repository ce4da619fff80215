"""What AWS operations do, by boto3 client name and method.

Three layers, the first that knows wins: a table written by hand for each common service
(`aws/<service>.toml`, read from `aws/reviewed.json`, which is made of them), the exceptions generated from
AWS's own service models (`aws/catalogue.json`; `tools/aws_catalogue.py` makes both), and the verb rule.
"""

from __future__ import annotations

from functools import cache

import msgspec

from lintdem.knowledge import tables
from lintdem.knowledge.operation import Kind, Operation
from lintdem.knowledge.resources import client_of_type, resource_method, sub_resource
from lintdem.knowledge.verbs import kind_of, name_of, phrase_of
from lintdem.regexes import late

__all__ = ["Kind", "Operation", "client_of_type", "operation", "resource_method", "sub_resource"]

_REFERENCE = "https://boto3.amazonaws.com/v1/documentation/api/latest/reference/services/{service}/client/{method}.html"
_NOT_CALLS = frozenset({"exceptions", "meta"})


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An operation as written in a table. What is left out comes from the generated table or the verb
    rule; an empty `token` says that there is none worth the name, an empty `already` that no second creation
    is refused."""

    kind: Kind | None = None
    phrase: str = ""
    name: str = ""
    token: str | None = None
    token_max: int | None = None
    token_fifo: bool = False
    token_holds: bool = True
    identity: tuple[str, ...] = ()
    destination: tuple[str, ...] = ()
    already: tuple[str, ...] | None = None
    gone: tuple[str, ...] = ()
    positional: tuple[str, ...] = ()
    switch: str = ""
    source: str = ""


class Service(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One table. `source` may hold `{name}` and `{method}`; so may each entry's."""

    source: str
    operations: dict[str, Entry]


class Models(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One service of the generated table; methods are separated by spaces.

    `n`: its methods, what they act on by their verbs ("-" when there is only the verb); `t`: tokens that botocore fills, with
    their longest length ("clientToken<=64"); `u`: tokens that it does not; `x`: kinds the verb rule gets
    wrong; `a`: exceptions of a second creation, of methods without their "create_", "*" when every
    creation of the service has it; `w`: words of operation names not spelt Like This.
    """

    n: dict[str, str] = {}
    t: dict[str, str] = {}
    u: dict[str, str] = {}
    x: dict[Kind, str] = {}
    a: dict[str, str] = {}
    w: str = ""


def operation(service: str, method: str) -> Operation | None:
    """What `boto3.client(service).method(…)` does; None when it is no call to AWS.

    An operation that the models do not have may be newer than they are, but then it says in its first word what
    it does: `bucket` and `blob` are methods of some other client that the same name may stand for.
    """
    if not method or not method[0].isalpha() or method in _NOT_CALLS:
        return None
    bare = _WRAPPED.sub("", method)
    method = bare if bare in methods(service) and method not in methods(service) else method
    return _operation(service, method) if _is_conceivable(service, method) else None


_WRAPPED = late(r"_with_(retry|retries|backoff)$")
"""What a program calls an operation that it has put on a client, with tries of its own around it."""


@cache
def _is_conceivable(service: str, method: str) -> bool:
    known, table = methods(service), _table(service)
    if not known or method in known or (table is not None and method in table.operations):
        return True
    return method in _every_client().operations or kind_of(method) is not Kind.EFFECT


ALIASES = {"runtime.sagemaker": "sagemaker-runtime", "sdb": "simpledb"}
"""Other names that botocore takes for a client."""


@cache
def _operation(service: str, method: str) -> Operation:
    table, every = _table(service), _every_client()
    entry = table.operations.get(method) if table else None
    source = table.source if table and (entry or "{name}" in table.source) else ""
    if entry is None and method in every.operations:
        entry, source = every.operations[method], every.source
    known = _models(service) or Models()
    marked, longest = _token(known.t, method)
    token, longest = (marked, longest) if marked else _token(known.u, method)
    kind = _kind(known, method)
    if entry is None:
        entry = Entry()
    if entry.token is not None and entry.token != token:
        token, longest = entry.token or None, None
    kind_now = entry.kind or kind or kind_of(method)
    pattern = entry.source or source or _REFERENCE
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
        token_max=entry.token_max or longest,
        token_fifo=entry.token_fifo,
        token_holds=entry.token_holds,
        identity=entry.identity,
        destination=entry.destination,
        already=_refused(entry, kind_now, known, method),
        gone=entry.gone,
        positional=entry.positional,
        switch=entry.switch,
        guessed=entry.kind is None and kind is None,
    )


def _token(groups: dict[str, str], method: str) -> tuple[str | None, int | None]:
    name, _, longest = (_key(groups, method) or "").partition("<=")
    return name or None, int(longest) if longest else None


def _kind(known: Models, method: str) -> Kind | None:
    return next((kind for kind, methods in known.x.items() if method in methods.split()), None)


def _key(groups: dict[str, str], method: str) -> str | None:
    return next((key for key, methods in groups.items() if method in methods.split()), None)


def _refused(entry: Entry, kind: Kind, known: Models, method: str) -> tuple[str, ...]:
    if entry.already is not None:
        return entry.already
    return _already(known, method) if kind is Kind.CREATE and not entry.identity else ()


def _already(known: Models, method: str) -> tuple[str, ...]:
    short = method.removeprefix("create_")
    return tuple(error for error, methods in known.a.items() if methods == "*" or short in methods.split())


@cache
def _table(service: str) -> Service | None:
    return tables.line(Service, service, *_REVIEWED)


@cache
def _every_client() -> Service:
    table = _table("_every_client")
    assert table is not None
    return table


@cache
def _models(service: str) -> Models | None:
    return tables.line(Models, service, *_GENERATED)


_GENERATED = ("aws", "catalogue.json")
_REVIEWED = ("aws", "reviewed.json")


@cache
def services() -> tuple[str, ...]:
    """Every service of AWS, by its boto3 client name."""
    return tables.keys(*_GENERATED)


@cache
def has_operation(service: str, method: str) -> bool:
    """Whether a client of this service has the method, as far as the models and tables know."""
    table = _table(service)
    return method in _every_client().operations or (table is not None and method in table.operations) or method in methods(service)


@cache
def methods(service: str) -> tuple[str, ...]:
    """Every operation of a service, by its method; empty for a service that the models do not have."""
    known = _models(service) or Models()
    return tuple(
        verb if rest == "-" else f"{verb}_{rest}"
        for verbs, names in known.n.items()
        for verb in verbs.split()
        for rest in names.split()
    )
