"""What is told from the bytes of a file alone, before it is made into a module: kept by whoever has a place for it, since every
file has to be looked at in this way by each run."""

from __future__ import annotations

import msgspec

from lintdem.program.likely import holds_handlers, may_take_events
from lintdem.program.modules import opened, outlined
from lintdem.program.reaching import statements_of


class Glance(msgspec.Struct, frozen=True, array_like=True):
    """What was asked of one file so far; None for what was not."""

    takes_events: bool | None
    holds_handlers: bool | None
    statements: tuple[tuple[bytes | None, ...], ...] | None
    outlined: tuple[frozenset[bytes], frozenset[bytes]] | None
    opened: frozenset[bytes] | None


def glance_of(data: bytes) -> Glance:
    """What is known of a file."""
    return Glance(
        may_take_events.known(data), holds_handlers.known(data), statements_of.known(data), outlined.known(data), opened.known(data)
    )


def tell(data: bytes, glance: Glance) -> None:
    """Know this of a file."""
    if glance.takes_events is not None:
        may_take_events.tell(data, glance.takes_events)
    if glance.holds_handlers is not None:
        holds_handlers.tell(data, glance.holds_handlers)
    if glance.statements is not None:
        statements_of.tell(data, glance.statements)
    if glance.outlined is not None:
        outlined.tell(data, glance.outlined)
    if glance.opened is not None:
        opened.tell(data, glance.opened)
