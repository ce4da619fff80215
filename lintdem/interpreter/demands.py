"""Items that are taken out of an answer without a look whether there is one: `get_item(…)["Item"]`."""

from __future__ import annotations

from lintdem.interpreter.domain import Check, Path, Value
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.machine import Machine


def note_demand(m: Machine, found: Value, flow: Flow) -> None:
    """Remember the read when its `["Item"]` is taken, and nothing asked for it before or is ready for a failure."""
    if type(found) is not Path or found.place is None or found.steps != ("Item",):
        return
    asked = any(isinstance(f, Check) and isinstance(f.subject, Path) and f.subject.place == found.place for f in flow.must)
    if not asked and not any(frame.tries for frame in m.frames):
        m.demanded.add(found.place)
