"""What JSON cannot hold of a value that a guard is to keep."""

from __future__ import annotations

from lintdem.interpreter.domain import DictObj, Instance, Known, ListObj, Path, Ref, Value
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.lineage import outside_bases
from lintdem.interpreter.machine import Machine
from lintdem.interpreter.values import members

DEPTH = 4
_SETS = ("set", "frozenset")


def unserialisable(m: Machine, value: Value, flow: Flow, depth: int = DEPTH) -> str:
    """In words, what of a value the encoder of Powertools refuses; it takes decimals, data classes and pydantic models.
    https://github.com/aws-powertools/powertools-lambda-python/blob/develop/aws_lambda_powertools/shared/json_encoder.py"""
    for one in members(value):
        found = _refused(m, one, flow, depth)
        if found:
            return found
    return ""


def _refused(m: Machine, value: Value, flow: Flow, depth: int) -> str:
    if isinstance(value, Known):
        return "bytes" if isinstance(value.value, bytes) else ""
    if isinstance(value, Path) and value.root == "result" and not value.steps and value.place is not None:
        call = m.sites.get(value.place)
        return f"the response of {call.name}" if call is not None and call.http else ""
    held = m.get(flow, value) if isinstance(value, Ref) else None
    if isinstance(held, Instance):
        known = held.cls.decorators or outside_bases(held.cls)
        return "" if known else f"an object of {held.cls.definition.name}"
    if isinstance(held, ListObj) and held.kind in _SETS:
        return "a set"
    if not depth:
        return ""
    inside = held.items if isinstance(held, ListObj) else tuple(held.entries.values()) if isinstance(held, DictObj) else ()
    return next((found for one in inside if (found := unserialisable(m, one, flow, depth - 1))), "")
