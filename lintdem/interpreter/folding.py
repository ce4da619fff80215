"""`functools.reduce`: a function called with what it gave before and the next element, one after the other.

https://docs.python.org/3/library/functools.html#functools.reduce
"""

from __future__ import annotations

from lintdem.interpreter.domain import Unknown, Value
from lintdem.interpreter.elements import element_of
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.machine import Args, Machine, Stop
from lintdem.interpreter.trace import Loop
from lintdem.model.span import Place

FOLD = "functools.reduce"


def folded(m: Machine, args: Args, place: Place, flow: Flow) -> Value:
    """What is left in the end. Of elements whose number is not known, any of them stands for all."""
    function, over, *given = args.positional
    listed = m.elements(flow, over)
    if listed is None or listed.open:
        return _any_number(m, function, over, given, place, flow)
    rounds = [*given, *listed.items]
    if not rounds:
        return Unknown("no value", (), place)
    held = rounds[0]
    for item in rounds[1:]:
        held = m.call(function, Args((held, item)), place, flow, "")
    return held


def _any_number(m: Machine, function: Value, over: Value, given: list[Value], place: Place, flow: Flow) -> Value:
    item = element_of(m, over, flow)
    m.loops.append(Loop(place, over))
    try:
        return m.call(function, Args((given[0] if given else item, item)), place, flow, "")
    except Stop:
        return Unknown("never returns")
    finally:
        m.loops.pop()
