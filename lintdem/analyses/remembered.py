"""Containers of the process that are told of what a run does."""

from __future__ import annotations

from lintdem.interpreter.domain import Caught, Derived, Done, Value
from lintdem.interpreter.engine import Run
from lintdem.interpreter.trace import Effect, Recorded


def is_remembered(container: Value, effect: Effect, run: Run) -> bool:
    """Whether a container is told of a call: on its way before it, or behind it. What is put there on another way, where an
    index was found and not where it is ordered, is kept for the next one who asks, and no memory of what was done."""
    if isinstance(container, Derived) and container.op == "cache":
        return True
    done = Done(effect.place, effect.call.name)
    told = (e for e in run.events if isinstance(e, Recorded) and e.container == container)
    return any(done in e.may or (e.must <= effect.must and not _is_other_way(e, effect)) for e in told)


def _is_other_way(told: Recorded, effect: Effect) -> bool:
    """Whether a call stands in a clause that catches what fails, and the container is told before that in the same function."""
    clauses = (fact.place for fact in effect.must - told.must if isinstance(fact, Caught))
    return any(one.path == told.place.path and told.place.span.line < one.span.line for one in clauses)
