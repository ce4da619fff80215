"""What a run says of its own failure before it fails: each attempt that fails says so once, and a repeat is another attempt."""

from __future__ import annotations

from lintdem.interpreter.domain import Caught, Done, Error
from lintdem.interpreter.engine import Run
from lintdem.interpreter.trace import Effect
from lintdem.interpreter.values import leaves


def tells_of_failure(effect: Effect, run: Run) -> bool:
    """Whether a call hands on the exception that its clause has caught, and the clause raises behind it."""
    clauses = {fact for fact in effect.must if isinstance(fact, Caught)}
    done = Done(effect.place, effect.call.name)
    raised = any(done in one.may and not clauses.isdisjoint(one.must) for one in run.raises)
    return raised and any(isinstance(leaf, Error) for _, value in effect.call.args for leaf in leaves(value))
