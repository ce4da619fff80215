"""What a function takes by name, also where a decorator put one in its place that passes everything on."""

from __future__ import annotations

from lintdem.interpreter.domain import Func, Value
from lintdem.interpreter.values import members
from lintdem.model.values import Parameter

_PASSES_ON = ("star", "stars")


def taken_by_name(value: Value) -> tuple[tuple[Parameter, Func], ...]:
    """The parameters that can be given by name, each with the function that has it: a function's own, and with `**kwargs` also
    those of the functions that it closes over, to which a decorator's wrapper hands what it is given."""
    found: dict[str, tuple[Parameter, Func]] = {}
    waiting = [value]
    seen: set[Func] = set()
    while waiting:
        for func in members(waiting.pop()):
            if not isinstance(func, Func) or func in seen:
                continue
            seen.add(func)
            params = func.definition.params
            for param in params:
                if param.kind not in _PASSES_ON:
                    found.setdefault(param.name, (param, func))
            inside = func.scope is not None and func.scope.parent is not None
            if inside and any(param.kind == "stars" for param in params):
                assert func.scope is not None
                waiting.extend(func.scope.names.values())
    return tuple(found.values())
