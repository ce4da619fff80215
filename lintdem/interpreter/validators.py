"""Validators of pydantic models: functions of the program that run whenever a model is made."""

from __future__ import annotations

from collections.abc import Iterable

from lintdem.interpreter.altering import replace
from lintdem.interpreter.domain import Cls, Func, Ref
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.machine import Args, Machine, Raised
from lintdem.interpreter.written import dotted
from lintdem.model.function import Function
from lintdem.model.span import Place
from lintdem.model.values import Call, Const

_OF_FIELDS = frozenset({"field_validator", "validator"})
_OF_MODELS = frozenset({"model_validator", "root_validator"})


_REFUSES = frozenset({"ValueError", "AssertionError"})
"""What a validator says no with; pydantic makes its own exception of it, which is a ValueError."""


def validate(m: Machine, classes: Iterable[Cls], ref: Ref, place: Place, flow: Flow) -> None:
    """Run the validators of a pydantic model: they may refuse it. What they change is not taken over."""
    refusals: dict[Raised, None] = {}
    m.collectors.append(refusals)
    try:
        for cls, name, found in [(one, n, v) for one in classes for n, v in one.scope.names.items()]:
            if isinstance(found, Func) and isinstance(found.definition, Function):
                _run(m, cls, name, found, found.definition, ref, place, flow)
    finally:
        m.collectors.pop()
        m.collectors[-1].update(dict.fromkeys(map(_as_refusal, refusals)))


def _run(m: Machine, cls: Cls, name: str, func: Func, function: Function, ref: Ref, place: Place, flow: Flow) -> None:
    for decorator in function.decorators:
        kind = dotted(decorator)[-1]
        if kind in _OF_MODELS:
            m.call(replace(func, bound=ref), Args(()), place, flow, name)
        elif kind in _OF_FIELDS and isinstance(decorator, Call):
            for field in [a.value.value for a in decorator.args if a.name is None and isinstance(a.value, Const)]:
                value = m.attribute(ref, str(field), flow, place)
                m.call(replace(func, bound=cls), Args((value,)), place, flow, name)


def _as_refusal(raised: Raised) -> Raised:
    error = raised.error
    if _REFUSES.isdisjoint(error.names):
        return raised
    return replace(raised, error=replace(error, names=(*error.names, "ValidationError", "ValueError")))
