"""What a call is given, and what was handed over to be called later."""

from __future__ import annotations

import msgspec

from lintdem.interpreter.domain import Value
from lintdem.model.span import Place


class Args(msgspec.Struct, frozen=True, eq=False):
    """Arguments of a call: `spread` are values behind `*`, `spreads` behind `**` that are no literal dicts."""

    positional: tuple[Value, ...] = ()
    keywords: tuple[tuple[str, Value], ...] = ()
    spread: tuple[Value, ...] = ()
    spreads: tuple[Value, ...] = ()
    places: tuple[tuple[str, Place], ...] = ()

    def __hash__(self) -> int:
        return hash((self.positional, self.keywords, self.spread, self.spreads))

    def __eq__(self, other: object) -> bool:
        """By the values, not by where they are written."""
        return self is other or (
            type(other) is Args
            and self.positional == other.positional
            and self.keywords == other.keywords
            and self.spread == other.spread
            and self.spreads == other.spreads
        )

    def get(self, index: int, name: str = "") -> Value | None:
        """The argument at a position or with a name."""
        for key, value in self.keywords:
            if key == name:
                return value
        if 0 <= index < len(self.positional):
            return self.positional[index]
        return None

    def named(self) -> tuple[tuple[str, Value], ...]:
        """All arguments by name; positional ones under their number."""
        return (*((str(i), v) for i, v in enumerate(self.positional)), *self.keywords)

    def all(self) -> tuple[Value, ...]:
        """Every value that is passed."""
        return (*self.positional, *(v for _, v in self.keywords), *self.spread, *self.spreads)


class Registered(msgspec.Struct):
    """Functions handed to a framework object: routes, event callbacks."""

    owner: Value
    kind: str
    func: Value
    args: Args
    place: Place
