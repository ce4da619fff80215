"""What one call to AWS does when it is made twice."""

from __future__ import annotations

from enum import Enum

import msgspec


class Kind(str, Enum):
    """What a call does to the world."""

    READ = "read"
    TELEMETRY = "telemetry"
    SET = "set"
    DELETE = "delete"
    CREATE = "create"
    EFFECT = "effect"
    COMPUTE = "compute"
    WRITE = "write"
    """Item writes and SQL statements: whether they repeat is decided by their arguments."""


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One AWS operation.

    `phrase` is what the second call does, in the third person. `token` is the exact argument that makes
    a repeated call harmless, dotted when nested, `[]` for each entry of a list; `token_marked` when
    botocore fills a random one if it is left out; `token_max` its longest length; `token_fifo` when it
    counts on FIFO destinations only, `token_holds` false when the service runs the call again all the same.
    `identity` are the arguments that name what is made: with the same
    values a second call makes nothing more, and is refused when `already` names the exceptions of a
    second creation; `gone` those of a second deletion. `destination` are those that name where it goes or
    what it acts on, `positional` those that boto3 takes by position, `switch` the one that, when it is
    False, leaves only settings. `guessed` when only the operation's verb was known.
    """

    service: str
    name: str
    method: str
    kind: Kind
    phrase: str
    source: str
    token: str | None = None
    token_marked: bool = False
    token_max: int | None = None
    token_fifo: bool = False
    token_holds: bool = True
    identity: tuple[str, ...] = ()
    destination: tuple[str, ...] = ()
    already: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    positional: tuple[str, ...] = ()
    switch: str = ""
    guessed: bool = False
