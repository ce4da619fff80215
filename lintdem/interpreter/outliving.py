"""What outlives a call: the objects that it changed, and the new ones that somebody can still reach."""

from __future__ import annotations

from lintdem.interpreter.domain import Cls, Func, HeapObject, Instance, ListObj, Method, Partial, Ref, Value
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.joins import differing
from lintdem.interpreter.machine import Machine
from lintdem.interpreter.values import parts_of


def lasting(m: Machine, after: Flow, before: Flow, value: Value) -> dict[int, HeapObject]:
    """What of the heap outlives a call: changed objects, and new ones that these or the result refer to."""
    changed = {key: after.heap[key] for key in differing(after.heap, before.heap)}
    kept = {k: o for k, o in changed.items() if k in before.heap or k in m.base}
    if len(kept) == len(changed):
        return kept
    work: list[Value] = [value, *m.shared, *(v for o in kept.values() for v in held(o))]
    # By identity: equal values are looked at again, which costs less than the hash of a deep one.
    seen: dict[int, Value] = {}
    while work:
        one = work.pop()
        if id(one) in seen:
            continue
        seen[id(one)] = one
        if isinstance(one, Ref):
            obj = changed.get(one.id)
            if obj is not None and one.id not in kept:
                kept[one.id] = obj
                if len(kept) == len(changed):
                    break
                work += held(obj)
        else:
            work += parts_of(one)
            if isinstance(one, Func):
                work += [*([one.bound] if one.bound is not None else []), *_captured(one)]
            elif isinstance(one, Partial):
                work += [one.func, *one.args, *(v for _, v in one.keywords)]
            elif isinstance(one, Cls):
                work += [v for v in one.scope.names.values() if isinstance(v, Ref)]
            elif isinstance(one, Method):
                work.append(one.receiver)
    return kept


def _captured(func: Func) -> list[Value]:
    """What a closure holds on to."""
    found: list[Value] = []
    scope = func.scope
    while scope is not None and scope.parent is not None:
        found += scope.names.values()
        scope = scope.parent
    return found


def held(obj: HeapObject) -> list[Value]:
    """The values inside an object."""
    if isinstance(obj, Instance):
        return list(obj.attrs.values())
    if isinstance(obj, ListObj):
        return list(obj.items)
    return [*obj.entries.values(), *(v for pair in obj.rest for v in pair), *obj.spread]
