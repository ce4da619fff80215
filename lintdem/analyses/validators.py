"""Validators of pydantic models: functions of the program that run whenever a model is made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from lintdem.analyses.domain import Cls, Flow, Func, Ref
from lintdem.analyses.machine import Args, Machine
from lintdem.analyses.written import dotted
from lintdem.model.function import Function
from lintdem.model.span import Place
from lintdem.model.values import Call, Const

_OF_FIELDS = frozenset({"field_validator", "validator"})
_OF_MODELS = frozenset({"model_validator", "root_validator"})


def validate(m: Machine, classes: Iterable[Cls], ref: Ref, place: Place, flow: Flow) -> None:
    """Run the validators of a pydantic model: they may refuse it. What they change is not taken over."""
    for cls, name, found in [(one, n, v) for one in classes for n, v in one.scope.names.items()]:
        if not isinstance(found, Func) or not isinstance(found.definition, Function):
            continue
        for decorator in found.definition.decorators:
            kind = dotted(decorator)[-1]
            if kind in _OF_MODELS:
                m.call(replace(found, bound=ref), Args(()), place, flow, name)
            elif kind in _OF_FIELDS and isinstance(decorator, Call):
                for field in [a.value.value for a in decorator.args if a.name is None and isinstance(a.value, Const)]:
                    value = m.attribute(ref, str(field), flow, place)
                    m.call(replace(found, bound=cls), Args((value,)), place, flow, name)
