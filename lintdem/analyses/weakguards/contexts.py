"""Guards that do not know when their run must be over: the Lambda context was not registered in time."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from lintdem.analyses.subjects import Subject
from lintdem.interpreter.domain import Made, Value
from lintdem.interpreter.engine import Run
from lintdem.interpreter.trace import Claimed, Timed
from lintdem.interpreter.values import NONE, members
from lintdem.model.span import Place

GUARD = "Powertools idempotent_function"


class Untimed(msgspec.Struct, frozen=True):
    """A guard whose record is written before any context is known. `late` is where one is registered too late;
    `configured` whether the guard has a configuration that one could be registered with."""

    run: Run
    subject: Subject
    guard: Claimed
    late: Place | None
    configured: bool

    @property
    def place(self) -> Place:
        """The late call, or the decorator."""
        return self.late or self.guard.place

    @property
    def fault(self) -> Place:
        """What is to be mended: a configuration that nobody gives a context, however many functions share it."""
        config = self.guard.config
        return config.place if self.late is None and isinstance(config, Made) else self.place


def untimed(run: Run, subject: Subject) -> Iterator[Untimed]:
    """The guards of functions that a run reaches without a context."""
    given = [(i, e) for i, e in enumerate(run.events) if isinstance(e, Timed)]
    for index, event in enumerate(run.events):
        if not isinstance(event, Claimed) or event.claim.kind != GUARD or event.config is None or not _is_read(event.config):
            continue
        mine = [(i, e) for i, e in given if _may_be(e.config, event.config)]
        if any(i < index and event.claim not in e.must for i, e in mine):
            continue
        if all(e.config == event.config for _, e in mine):
            yield Untimed(run, subject, event, mine[0][1].place if mine else None, event.config != NONE)


def _is_read(config: Value) -> bool:
    """Whether it is seen how the configuration is made, and that it is made without a context."""
    return config == NONE or (isinstance(config, Made) and "lambda_context" not in dict(config.args))


def _may_be(registered: Value, config: Value) -> bool:
    """Whether the configuration that was given a context may be this one: what is not followed may be any."""
    if config == NONE:
        return False
    return any(not isinstance(one, Made) or one == config for one in members(registered))
