"""Which client a method is called on: where several may be meant, one of a service that has it."""

from __future__ import annotations

from lintdem.interpreter.domain import Client, Method, Value
from lintdem.knowledge import has_operation, services


def serving(funcs: list[Value]) -> list[Value]:
    """Of methods of several clients those that their services have: a cache that holds clients by name gives out any
    of them, as far as can be told, but the program knows which one it asked for."""
    has = [f for f in funcs if not _is_method(f) or _serves(f)]
    return has if any(_is_method(f) for f in has) else funcs


def is_foreign(service: str, name: str) -> bool:
    """Whether a method is none of this SDK: one word, or written like another language's, that the service does not have.
    One written like boto3's may be newer than what is known here."""
    return "_" not in name and service in services() and not has_operation(service, name)


def _is_method(func: Value) -> bool:
    return isinstance(func, Method) and isinstance(func.receiver, Client) and func.receiver.resource is None


def _serves(func: Value) -> bool:
    assert isinstance(func, Method)
    assert isinstance(func.receiver, Client)
    return has_operation(func.receiver.service, func.name)
