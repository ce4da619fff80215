"""Names in DNS: a record set that is created is refused the second time, one that is set is not.

https://docs.aws.amazon.com/Route53/latest/APIReference/API_Change.html
"""

from __future__ import annotations

from lintdem.interpreter.altering import replace
from lintdem.interpreter.domain import Value
from lintdem.interpreter.dynamodb.updates import entries
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.machine import Machine
from lintdem.interpreter.trace import Invocation
from lintdem.interpreter.values import NONE, members, text

_NAME = "ResourceRecordSet.Name"
_REFUSED = frozenset({"CREATE", "DELETE"})


def record_sets(m: Machine, call: Invocation, flow: Flow) -> Invocation:
    """The call with what it is refused for, where one of its changes creates a record set or deletes one."""
    listed = entries(m, call.arg("ChangeBatch"), flow).get("Changes", NONE)
    found = m.elements(flow, listed)
    changes = [entries(m, one, flow) for item in found.items for one in members(item)] if found is not None else []
    names = [_name(m, change, flow) for change in changes if text(change.get("Action", NONE)) in _REFUSED]
    named = next((name for name in names if name is not None), None)
    if named is None:
        return call
    return replace(call, args=(*call.args, (_NAME, named)), identity=(_NAME,), already=("InvalidChangeBatch",))


def _name(m: Machine, change: dict[str, Value], flow: Flow) -> Value | None:
    return entries(m, change.get("ResourceRecordSet"), flow).get("Name")
