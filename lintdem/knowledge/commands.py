"""Operations that carry out a request about a running thing, which is right only while the request stands."""

from __future__ import annotations

from functools import cache

import msgspec

from lintdem.knowledge import tables


class Command(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One operation of `commands.toml`. `does` is what it does in the third person, `target` are the arguments that name
    what it acts on; of `amount`, when there are any, one must be given."""

    does: str
    target: tuple[str, ...]
    amount: tuple[str, ...] = ()
    source: str = ""


class Service(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The commands of one service, by boto3 method."""

    operations: dict[str, Command]
    source: str = ""


class Commands(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of `commands.toml`."""

    source: str
    notifications: dict[str, tuple[str, ...]]
    services: dict[str, Service]


def command(service: str, method: str) -> Command | None:
    """What a method of a service carries out; None when it is no command."""
    found = _commands().services.get(service)
    return found.operations.get(method) if found is not None else None


def commands() -> dict[str, tuple[str, ...]]:
    """The methods of every service that are commands."""
    return {name: tuple(service.operations) for name, service in _commands().services.items()}


@cache
def tells_what_happened(name: str) -> bool:
    """Whether a member of this name marks a message as the news of something that has happened."""
    return any(name in names for names in _commands().notifications.values())


@cache
def _commands() -> Commands:
    return tables.toml(Commands, "commands.toml")
