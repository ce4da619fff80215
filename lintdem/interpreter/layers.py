"""Functions that do nothing but make one call: what they are called says nothing of what is done, the function around them does."""

from __future__ import annotations

from collections.abc import Iterable

from lintdem.interpreter.domain import Call
from lintdem.interpreter.written import function_at
from lintdem.model import values
from lintdem.model.function import Eval, Function, Return
from lintdem.model.span import Place
from lintdem.program.modules import Modules


def names_around(modules: Modules, place: Place, stack: Iterable[Call], least: int = 1) -> list[str]:
    """What the functions are called that a call stands in, from the innermost to the first that does more than to make that call;
    `least` of them in any case."""
    found: list[str] = []
    for step in reversed(tuple(stack)):
        found.append(step.text.rpartition(".")[2])
        module = modules.get(place.path)
        function = function_at(module, place.span) if module is not None else None
        if len(found) >= least and (function is None or not makes_one_call(function)):
            break
        place = step.place
    return found


def makes_one_call(function: Function) -> bool:
    """Whether the body of a function is one call."""
    only = function.body[0] if len(function.body) == 1 else None
    return isinstance(only, (Eval, Return)) and isinstance(only.value, (values.Call, values.Await))
