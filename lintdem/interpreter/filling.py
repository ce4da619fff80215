"""Objects that are made of their fields: data classes, and models of pydantic, whose base takes the values.

Source: https://docs.pydantic.dev/latest/concepts/models/
"""

from __future__ import annotations

from lintdem.interpreter.domain import Cls, Func, Instance, Ref, Value
from lintdem.interpreter.fields import filled
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.lineage import fields_of, find_in_class, lineage
from lintdem.interpreter.machine import Args, Machine
from lintdem.interpreter.validators import validate
from lintdem.interpreter.values import NONE
from lintdem.model.span import Place


def fill(m: Machine, cls: Cls, ref: Ref, args: Args, place: Place, flow: Flow) -> None:
    """Give an object its fields, and let it look at them."""
    attrs = filled(m, cls, args, place, flow)
    if isinstance(before := m.get(flow, ref), Instance):
        attrs = {**before.attrs, **attrs}
    m.put(flow, ref, Instance(cls, attrs))
    if isinstance(find_in_class(cls, "__post_init__"), Func):
        m.call(m.attribute(ref, "__post_init__", flow, place), Args(), place, flow, "__post_init__")
    validate(m, lineage(cls), ref, place, flow)


def fill_by_base(m: Machine, cls: Cls, ref: Ref, name: str, args: Args, place: Place, flow: Flow) -> Value | None:
    """`super().__init__(**data)` in a model's own `__init__`: its base, which lies outside of the program, fills it."""
    if name != "__init__" or not fields_of(cls):
        return None
    fill(m, cls, ref, args, place, flow)
    return NONE
