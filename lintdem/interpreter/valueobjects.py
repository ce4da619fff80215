"""Objects that are no more than one value: classes derived from `str` that add nothing, and what `__str__` makes of others."""

from __future__ import annotations

from lintdem.interpreter.domain import Cls, Func, Instance, Unknown, Value
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.lineage import find_in_class, lineage, outside_bases
from lintdem.interpreter.machine import Args, Machine
from lintdem.interpreter.operators import formatted
from lintdem.model.function import DefineFunction
from lintdem.model.span import Place

_VALUES = frozenset({"builtins.str", "builtins.int", "builtins.float", "builtins.bytes", "uuid.UUID", "decimal.Decimal"})
_CHECKS = frozenset({"__new__", "__str__", "__repr__", "__eq__", "__hash__", "__get_validators__", "validate"})
"""Methods by which such a class checks or shows its value, and nothing more."""
_TOO_DEEP = 30


def bare(cls: Cls, args: Args) -> Value | None:
    """`OrderId(text)`: the value itself, where the class is no more than a name for it."""
    if len(args.positional) != 1 or args.keywords or args.spread or args.spreads or not outside_bases(cls) <= _VALUES:
        return None
    methods = {s.function.name for one in lineage(cls) for s in one.definition.body if isinstance(s, DefineFunction)}
    return args.positional[0] if outside_bases(cls) and methods <= _CHECKS else None


def shown(m: Machine, value: Value, place: Place, flow: Flow) -> Value:
    """What `str()` or an f-string makes of an object whose class says how it is written."""
    found = m.get(flow, value)
    method = find_in_class(found.cls, "__str__") if isinstance(found, Instance) else None
    if not isinstance(method, Func) or len(m.active) > _TOO_DEEP:
        return value
    written = m.call(m.attribute(value, "__str__", flow, place), Args(), place, flow, "__str__")
    return value if isinstance(written, Unknown) else written


def put_together(m: Machine, parts: tuple[Value, ...], place: Place, flow: Flow) -> Value:
    """The text that an f-string makes of its parts."""
    return formatted(tuple(shown(m, part, place, flow) for part in parts))
