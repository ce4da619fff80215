"""Items that are taken out of an answer without a look whether there is one: `get_item(…)["Item"]`."""

from __future__ import annotations

from collections.abc import Iterable

from lintdem.interpreter.domain import Check, Path, Value
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.machine import Machine
from lintdem.model.span import Place


def note_demand(m: Machine, found: Value, flow: Flow) -> None:
    """Remember the read when its `["Item"]` is taken, and nothing asked for it before or is ready for a failure."""
    if type(found) is not Path or found.place is None or found.steps != ("Item",):
        return
    if not any(frame.tries for frame in m.frames):
        demand(m, (found.place,), flow)


def demand(m: Machine, reads: Iterable[Place], flow: Flow) -> None:
    """Remember reads whose item is taken here, or in a function that is called here and knows nothing of what was asked before."""
    asked = {f.subject.place for f in flow.must if isinstance(f, Check) and isinstance(f.subject, Path)}
    m.frame.demanded.update(place for place in reads if place not in asked)
