"""What calls outside the AWS SDK do, by dotted name.

A name is looked up as imported and as typed: `requests.Session.post` for a method of a session. The
tables lie in `libraries/`; `index.toml` says which table knows which package, everything in the
standard library is in `stdlib.toml`.
"""

from __future__ import annotations

import sys
from functools import cache

import msgspec

from lintdem.knowledge import tables
from lintdem.knowledge.operation import Kind


class LibraryCall(msgspec.Struct, frozen=True, kw_only=True):
    """One call. `role` says what the call is to an analysis:

    "call" an effect or read, by `kind`; "pure" depends on its arguments only; "json" parses JSON;
    "encode", "decode" keep the identity of what they change; "hash" a digest that is the same in every
    run, "salted" one that is not; "uuid", "random", "clock" are fresh in every run; "env" reads the
    environment; "client", "resource", "session" make boto3 objects; "transparent" a wrapper or
    decorator that calls through; "submit" calls its callable argument; "retry" repeats what it wraps;
    "guard" lets it run once; "telemetry" is seen by nobody's business; "lock" excludes others for a
    while; "sleep" waits; "mount" gives a session the transport it sends through.

    `token` is where an idempotency key goes: an argument, "headers:<name>", or a dotted argument.
    `http` is the method of the request, "*" when the first argument says it, "?" when there being a body
    decides; `returns` the dotted type of the result. `identity` are the arguments that name what is made,
    `already` the exceptions that refuse a second one of that name.
    """

    target: str
    role: str
    kind: Kind
    phrase: str
    source: str
    token: str | None = None
    http: str | None = None
    returns: str | None = None
    identity: tuple[str, ...] = ()
    already: tuple[str, ...] = ()


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Calls that are alike: every name of `names` in every module or class of `of`. A `*` stands for one
    or more steps of a name; In `returns`, `{target}` stands for the
    name itself and `{owner}` for what is before its last step."""

    of: tuple[str, ...]
    names: tuple[str, ...]
    role: str = "call"
    kind: Kind = Kind.COMPUTE
    phrase: str = ""
    token: str | None = None
    http: str | None = None
    returns: str | None = None
    identity: tuple[str, ...] = ()
    already: tuple[str, ...] = ()
    source: str = ""


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file of `libraries/`. `parts` are the steps that a `*` of a package stands for, where they are known."""

    source: str
    calls: tuple[Entry, ...]
    parts: dict[str, frozenset[str]] = {}


class Index(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which file knows which packages."""

    source: str
    tables: dict[str, tuple[str, ...]]


Found = tuple[Entry, str]
"""An entry and its source."""

Pattern = tuple[tuple[str, ...], Found]
"""The steps of a name with `*` in it."""


class Book(msgspec.Struct, frozen=True):
    """A table ready for lookup: exact names, and patterns by their last step."""

    exact: dict[str, Found]
    patterns: dict[str, tuple[Pattern, ...]]
    parts: dict[str, frozenset[str]]


@cache
def library_call(dotted: str) -> LibraryCall | None:
    """What the call of `dotted` does; None when nothing is known of it."""
    file = _file(dotted.partition(".")[0])
    if file is None:
        return None
    found = _find(_book(file), dotted)
    if found is None and dotted.endswith("_async"):
        found = _find(_book(file), dotted.removesuffix("_async"))
    if found is None:
        return None
    entry, source = found
    returns = entry.returns and entry.returns.format(owner=dotted.rpartition(".")[0], target=dotted)
    return LibraryCall(
        target=dotted,
        role=entry.role,
        kind=entry.kind,
        phrase=entry.phrase,
        source=source,
        token=entry.token,
        http=entry.http,
        returns=returns,
        identity=entry.identity,
        already=entry.already,
    )


def _find(book: Book, dotted: str) -> Found | None:
    exact = book.exact.get(dotted)
    if exact is not None:
        return exact
    steps = tuple(dotted.split("."))
    fitting = [
        (pattern, found)
        for last in (steps[-1], "*")
        for pattern, found in book.patterns.get(last, ())
        if matches(steps, pattern)
    ]
    return max(fitting, key=lambda fit: (len(".".join(fit[0])), fit[0]))[1] if fitting else None


def matches(steps: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    """Whether a name, in steps, fits; a `*` takes one step or more."""
    if not pattern or not steps:
        return not pattern and not steps
    if pattern[0] not in ("*", steps[0]):
        return False
    return matches(steps[1:], pattern[1:]) or (pattern[0] == "*" and matches(steps[1:], pattern))


def is_known(package: str) -> bool:
    """Whether a table knows a package, or it belongs to the standard library."""
    return _file(package) is not None


def packages() -> tuple[str, ...]:
    """Every package that a table knows, other than the standard library's."""
    return tuple(_packages())


def names_in(package: str) -> tuple[str, ...]:
    """The calls of a package that are written out in its table."""
    file = _file(package)
    return tuple(name for name in _book(file).exact if name.startswith(f"{package}.")) if file else ()


def strange_part(dotted: str) -> tuple[str, tuple[str, ...]] | None:
    """The step of a name that its package does not have, and those it has: `Charg` of `stripe.Charg.create`. Code may
    be newer than the table, so `library_call` takes it all the same; who asks by name is told."""
    package, *steps = dotted.split(".")
    file = _file(package)
    parts = _book(file).parts.get(package) if file else None
    if file is None or parts is None or dotted in _book(file).exact:
        return None
    strange = next((step for step in steps[:-1] if step not in parts and step not in _book(file).patterns), None)
    return None if strange is None else (strange, tuple(sorted(parts)))


def _file(package: str) -> str | None:
    known = _packages().get(package)
    return "stdlib" if known is None and (package == "builtins" or package in sys.stdlib_module_names) else known


@cache
def _packages() -> dict[str, str]:
    index = tables.toml(Index, "libraries", "index.toml")
    return {package: file for file, packages in index.tables.items() for package in packages}


@cache
def _book(file: str) -> Book:
    table = tables.toml(Table, "libraries", f"{file}.toml")
    exact: dict[str, Found] = {}
    patterns: dict[str, Found] = {}
    for entry in table.calls:
        found = (entry, entry.source or table.source)
        for owner in entry.of:
            for name in entry.names:
                dotted = f"{owner}.{name}"
                (patterns if "*" in dotted else exact)[dotted] = found
    by_last: dict[str, list[Pattern]] = {}
    for dotted in sorted(patterns):
        steps = tuple(dotted.split("."))
        by_last.setdefault(steps[-1], []).append((steps, patterns[dotted]))
    return Book(exact, {last: tuple(found) for last, found in by_last.items()}, table.parts)
