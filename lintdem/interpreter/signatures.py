"""`inspect.signature`: the parameters of a function, by which decorators choose what they hand on.

https://docs.python.org/3/library/inspect.html#inspect.signature
"""

from __future__ import annotations

from lintdem.interpreter.domain import DictObj, Func, ListObj, Made, Value
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.machine import Args, Machine
from lintdem.interpreter.passedon import taken_by_name
from lintdem.interpreter.values import known
from lintdem.model.span import Place

SIGNATURES = {"inspect.signature": "parameters", "inspect.getfullargspec": "args"}
"""What is asked of a function, and the attribute of the answer that has the parameters."""


def signature(m: Machine, name: str, args: Args, place: Place, flow: Flow) -> Value | None:
    """What a function of the program can be given by name; None for any other. A parameter stands for its name."""
    if not args.positional or not isinstance(args.positional[0], Func):
        return None
    names = [param.name for param, _ in taken_by_name(args.positional[0]) if param.name not in ("self", "cls")]
    held = SIGNATURES[name]
    listed = ListObj("list", tuple(map(known, names)), False, place)
    found = m.new(flow, listed if held == "args" else DictObj({one: known(one) for one in names}))
    return Made(name, place, ((held, found),))


def parameters(value: Made, name: str) -> Value | None:
    """The parameters, as an attribute of that answer."""
    return dict(value.args).get(name) if SIGNATURES.get(value.type) == name else None
