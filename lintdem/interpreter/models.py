"""Models of pydantic that have an `__init__` of their own: `super().__init__(**data)` fills the fields.

Source: https://docs.pydantic.dev/latest/concepts/models/
"""

from __future__ import annotations

from lintdem.interpreter.domain import Instance, Method, Ref, Value
from lintdem.interpreter.fields import filled
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.lineage import lineage, outside_bases
from lintdem.interpreter.machine import Args, Machine
from lintdem.interpreter.validators import validate
from lintdem.interpreter.values import NONE
from lintdem.model.span import Place

_BASES = ("pydantic.", "pydantic_settings.", "sqlmodel.", "aws_lambda_powertools.utilities.parser.")


def is_model_begun(m: Machine, func: Method, flow: Flow) -> bool:
    """Whether what is called is the `__init__` of pydantic, which no class of the program has."""
    own = m.get(flow, func.receiver) if func.name == "__init__" else None
    return isinstance(own, Instance) and any(base.startswith(_BASES) for base in outside_bases(own.cls))


def begin_model(m: Machine, ref: Value, args: Args, place: Place, flow: Flow) -> Value:
    """Fill the fields, beside what the object has been given before."""
    own = m.get(flow, ref)
    if isinstance(own, Instance) and isinstance(ref, Ref):
        m.put(flow, ref, Instance(own.cls, {**own.attrs, **filled(m, own.cls, args, place, flow)}))
        validate(m, lineage(own.cls), ref, place, flow)
    return NONE
