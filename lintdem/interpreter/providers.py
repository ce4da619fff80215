"""Classes whose base lies outside of the program and calls their methods: custom resources of `cfn_resource_provider`, and
the templates of frameworks and of packages that are not there.

The base takes the event and calls `create`, `update` or `delete`, `process` or `handle`. Where a base cannot be read, methods
of such names are taken to be what it calls.
"""

from __future__ import annotations

from lintdem.interpreter.altering import replace
from lintdem.interpreter.domain import Cls, Error, External, Func, Instance, Path, Ref, Value
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
_EVENTS = ("process_event", "on_event", "handle_event", "process", "handle", "run", "execute", "perform", "work", "do_work")
_RECORDS = ("process_record", "handle_record", "process_message", "handle_message", "on_message")
_HOOKS = (*_RESOURCE, *_EVENTS, *_RECORDS)
_HELD = ("input", "payload", "message", "body", "request", "params", "data", "config")
"""Names under which a base keeps a part of the event for the methods of its children."""


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
    if not _takes_over(name, args):
        return None
    hooks = [f for hook in _HOOKS if hook != name and isinstance(f := find_in_class(found.cls, hook), Func)]
    if not hooks:
        return None
    m.classes.update(base for base in bases if source_of_class(base) is not None)
    if provider:
        m.put(flow, owner, replace(found, attrs={**found.attrs, **_KEPT}))
    elif "event" not in found.attrs:
        m.put(flow, owner, replace(found, attrs={**_held(found), **found.attrs}))
    ends = [flow.branch()]
    for hook in hooks:
        branch = flow.branch()
        try:
            method = bind(m, hook, owner, branch, place)
            m.call(method, _given(hook, args), place, branch, str(getattr(hook.definition, "name", "")))
            ends.append(branch)
        except Stop:
            continue
    merge(flow, ends)
    return Path("result", (), place)


def call_template(m: Machine, cls: Cls, name: str, args: Args, place: Place, flow: Flow) -> Value | None:
    """`Child.handler(event, context)`, which a base outside of the program defines: it makes the object that it works with."""
    if not _takes_over(name, args) or not outside_bases(cls) or not any(find_in_class(cls, hook) for hook in _HOOKS):
        return None
    owner = m.call(cls, Args(), place, flow, cls.definition.name)
    return call_provider(m, owner, name, args, place, flow) if isinstance(owner, Ref) else None


def _takes_over(name: str, args: Args) -> bool:
    """Whether a base is handed the event to do the whole work with it: by its name, or since it gets the context, too."""
    given = [v for v in args.all() if isinstance(v, Path) and not v.steps]
    return any(v.root == "event" for v in given) and (name in _ENTRIES or any(v.root == "context" for v in given))


def _held(found: Instance) -> dict[str, Value]:
    """The event where its base most likely keeps it, as far as the class has no such attribute of its own."""
    names = (name for name in _HELD if find_in_class(found.cls, name) is None)
    return {"event": Path("event"), **{name: Path("event", (name,)) for name in names}}


def _given(hook: Func, args: Args) -> Args:
    """What a method is handed: nothing, one record or the event, with the context where it takes one."""
    takes = [p for p in hook.definition.params if p.kind in ("positional", "normal") and p.name not in ("self", "cls")]
    if not takes:
        return Args()
    record = getattr(hook.definition, "name", "") in _RECORDS
    first = Path("event", ("Records", "*")) if record else Path("event")
    return Args((first, Path("context"))[: len(takes)])


def fails(m: Machine, place: Place, flow: Flow) -> None:
    """The program tells CloudFormation that it failed, as if it had raised."""
    m.record(Threw(place, ("any",), must=flow.must, may=flow.may))
    m.can_raise(Error(("any",), place), flow)


def is_failure(status: Value | None) -> bool:
    """Whether an answer to CloudFormation says that the resource could not be made."""
    named = isinstance(status, External) and status.name.endswith(".FAILED")
    return named or (status is not None and text(status) == "FAILED")
