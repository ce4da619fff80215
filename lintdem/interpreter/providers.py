"""Classes whose base lies outside of the program and calls their methods: custom resources of `cfn_resource_provider`.

The base takes the event and calls `create`, `update` or `delete`. Where a base cannot be read, methods of
such names are taken to be what it calls.
"""

from __future__ import annotations

from lintdem.interpreter.altering import replace
from lintdem.interpreter.domain import Error, External, Func, Instance, Path, Ref, Value
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.joins import merge
from lintdem.interpreter.lineage import find_in_class, outside_bases
from lintdem.interpreter.machine import Args, Machine, Stop
from lintdem.interpreter.objects import bind
from lintdem.interpreter.trace import Threw
from lintdem.interpreter.values import NONE, text
from lintdem.knowledge import source_of_class
from lintdem.model.span import Place

PROVIDER = "cfn_resource_provider.ResourceProvider"
"""https://github.com/binxio/cfn-resource-provider"""
_GIVES = {"get": "ResourceProperties", "get_old": "OldResourceProperties"}
_KEPT: dict[str, Value] = {
    "request": Path("event"), "properties": Path("event", ("ResourceProperties",)),
    "old_properties": Path("event", ("OldResourceProperties",)), "logical_resource_id": Path("event", ("LogicalResourceId",)),
    "request_type": Path("event", ("RequestType",)), "stack_id": Path("event", ("StackId",)),
}  # fmt: skip
"""What an object of this class has of the request that it handles."""
_ENTRIES = frozenset({"handle", "handler", "lambda_handler", "handle_event", "process", "dispatch", "run", "execute", "__call__"})
_RESOURCE = ("create", "update", "delete")
_RECORDS = ("process_record", "handle_record", "process_message", "handle_message", "on_message", "process_event", "on_event")


def call_provider(m: Machine, owner: Ref, name: str, args: Args, place: Place, flow: Flow) -> Value | None:
    """A method that an object has from a base outside of the program; None when nothing is known of it."""
    found = m.get(flow, owner)
    bases = outside_bases(found.cls) if isinstance(found, Instance) else set()
    if not isinstance(found, Instance) or not bases:
        return None
    provider = PROVIDER in bases
    if provider and name in _GIVES and args.positional:
        return Path("event", (_GIVES[name], text(args.positional[0]) or "*"))
    if provider and name == "fail":
        fails(m, place, flow)
        return NONE
    if name not in _ENTRIES or not any(isinstance(v, Path) and v.root == "event" and not v.steps for v in args.all()):
        return None
    hooks = [f for hook in (*_RESOURCE, *_RECORDS) if isinstance(f := find_in_class(found.cls, hook), Func)]
    if not hooks:
        return None
    m.classes.update(base for base in bases if source_of_class(base) is not None)
    if provider:
        m.put(flow, owner, replace(found, attrs={**found.attrs, **_KEPT}))
    ends = [flow.branch()]
    for hook in hooks:
        branch = flow.branch()
        given = args if len(hook.definition.params) > 1 else Args()
        try:
            m.call(bind(m, hook, owner, branch, place), given, place, branch, str(getattr(hook.definition, "name", "")))
            ends.append(branch)
        except Stop:
            continue
    merge(flow, ends)
    return Path("result", (), place)


def fails(m: Machine, place: Place, flow: Flow) -> None:
    """The program tells CloudFormation that it failed, as if it had raised."""
    m.record(Threw(place, ("any",), must=flow.must, may=flow.may))
    m.can_raise(Error(("any",), place), flow)


def is_failure(status: Value | None) -> bool:
    """Whether an answer to CloudFormation says that the resource could not be made."""
    named = isinstance(status, External) and status.name.endswith(".FAILED")
    return named or (status is not None and text(status) == "FAILED")
