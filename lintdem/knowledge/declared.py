"""What the users of a project say that calls do, looked up by name as the built-in tables are."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from lintdem.knowledge.libraries import matches
from lintdem.knowledge.operation import Kind


class DeclaredCall(msgspec.Struct, frozen=True):
    """A call as the configuration describes it. `role` is "call" (an effect or read, by `kind`), "safe", or how a
    guard tells a duplicate: "decorator", "claims" (false), "seen" (true), "raises". `key` names the argument that
    is the guard's key; `phrase` is what a second call does."""

    role: str
    kind: Kind = Kind.EFFECT
    phrase: str = ""
    token: str | None = None
    key: str = ""


class Declared:
    """The declared calls of a project. A pattern fits the end of a name, because the same function is
    `shop.gateway.charge` to who imports it and `src.shop.gateway.charge` by its path; the first that fits counts."""

    def __init__(self, calls: Sequence[tuple[str, DeclaredCall]] = ()) -> None:
        self._calls = tuple((tuple(pattern.split(".")), call) for pattern, call in calls)

    def __bool__(self) -> bool:
        return bool(self._calls)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Declared) and self._calls == other._calls

    def __hash__(self) -> int:
        return hash(self._calls)

    def __repr__(self) -> str:
        return f"Declared({self._calls!r})"

    def find(self, dotted: str) -> DeclaredCall | None:
        """The declaration of a call, by its dotted name."""
        steps = tuple(dotted.lstrip(".").split("."))
        for pattern, call in self._calls:
            if matches(steps, pattern) or matches(steps, ("*", *pattern)):
                return call
        return None
