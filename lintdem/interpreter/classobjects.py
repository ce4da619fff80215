"""Objects in the body of a class that know which class they stand in: indexes of PynamoDB's models, managers of Django's."""

from __future__ import annotations

from lintdem.interpreter.altering import replace
from lintdem.interpreter.domain import Cls, External, Instance, Made, Ref, Value
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.lineage import is_index, outside_bases
from lintdem.interpreter.machine import Machine
from lintdem.model.span import Place

MODEL = "model"
"""Where a manager keeps the class that it manages: https://docs.djangoproject.com/en/stable/topics/db/managers/"""


def standing_in(m: Machine, cls: Cls, found: Value, flow: Flow, place: Place) -> Value:
    """What is found in a class, as an object of that class's own where it is one of these."""
    held = m.get(flow, found)
    if not isinstance(held, Instance) or not isinstance(found, Ref):
        return found
    if is_index(held.cls):
        return Made("pynamodb.index", place, (("self", cls),))
    if is_manager(held.cls) and held.attrs.get(MODEL) != cls:
        m.put(flow, found, replace(held, attrs={**held.attrs, MODEL: cls}))
    return found


def is_manager(cls: Cls) -> bool:
    """Whether objects of a class stand for the rows of a Django model."""
    return any(b.startswith("django.") and b.endswith(("Manager", "QuerySet")) for b in outside_bases(cls))


def managed(found: object, place: Place) -> Made | None:
    """The rows that a manager stands for, as a query of the model that it was found in."""
    model = found.attrs.get(MODEL) if isinstance(found, Instance) and is_manager(found.cls) else None
    return Made("sqlalchemy.Query", place, (("0", model), ("self", External("django")))) if isinstance(model, Cls) else None
