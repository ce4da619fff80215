"""`d[key]`: entries of dicts, and those that a defaultdict makes when it is asked."""

from __future__ import annotations

from lintdem.interpreter.binding import set_item
from lintdem.interpreter.domain import DictObj, Known, Unknown, Value
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.machine import Args, Machine
from lintdem.interpreter.values import any_of
from lintdem.model.span import Place

_NO_ENTRY = "no entry "


def _made_entry(m: Machine, obj: DictObj, owner: Value, index: Value, flow: Flow, place: Place) -> Value | None:
    """The entry of a defaultdict under a key that it has not met: it is made, and kept."""
    held = next((v for k, v in obj.rest if k == index), None)
    if held is not None or obj.factory is None or (isinstance(index, Known) and index.value in obj.entries):
        return held
    made = m.call(obj.factory, Args(), place, flow, "default_factory")
    set_item(m, owner, index, made, flow, place)
    return made


def dict_item(m: Machine, obj: DictObj, owner: Value, index: Value, flow: Flow, place: Place) -> Value:
    """What a dict has under a key; under one that is not known, any of what it holds."""
    made = _made_entry(m, obj, owner, index, flow, place)
    if made is not None:
        return made
    if isinstance(index, Known):
        if index.value in obj.entries:
            return obj.entries[index.value]
        found = [v for k, v in obj.rest if not isinstance(k, Known)]
        found += [m.item(s, index, flow, place) for s in obj.spread]
        return any_of(found) if found else Unknown(f"{_NO_ENTRY}{index.value!r}")
    found = [*obj.entries.values(), *(v for _, v in obj.rest), *(m.item(s, index, flow, place) for s in obj.spread)]
    return any_of(found) if found else Unknown("item of an empty dict")


def there(found: list[Value]) -> list[Value]:
    """What is left of the entries of several dicts when those are left out that surely have none: Python would raise."""
    return [v for v in found if not (isinstance(v, Unknown) and v.reason.startswith(_NO_ENTRY))] or found
