"""Frameworks that call the program back: Powertools batch processing and resolvers, crhelper, adapters."""

from __future__ import annotations

from lintdem.analyses.domain import Flow, Func, Made, Method, Partial, Path, Unknown, Value, known
from lintdem.analyses.elements import element_of
from lintdem.analyses.joins import merge
from lintdem.analyses.machine import Args, Machine, Stop
from lintdem.analyses.trace import Loop
from lintdem.model.span import Place

BATCH = frozenset({"process_partial_response", "async_process_partial_response"})
RESOLVES = frozenset({"resolve", "resolve_async", "CfnResource", "Mangum", "handle_request", "__call__"})
FRAMEWORKS = BATCH | RESOLVES | {"process", "async_process"}
RESOLVER = ("Resolver", "CfnResource", "Mangum", "Chalice", "Flask", "FastAPI")


def call_framework(
    m: Machine, name: str, short: str, args: Args, place: Place, flow: Flow, receiver: Value | None
) -> Value | None:  # fmt: skip
    """Call a framework function that runs functions of the program; None when it is not one."""
    if short in BATCH:
        return _batch(m, args, place, flow)
    if short in ("process", "async_process") and isinstance(receiver, Made) and "Processor" in receiver.type:
        return _process(m, receiver, place, flow)
    owner = receiver.receiver if isinstance(receiver, Method) else receiver
    if isinstance(owner, Made) and any(mark in owner.type for mark in RESOLVER):
        return _routes(m, owner, args, place, flow)
    return None


def _batch(m: Machine, args: Args, place: Place, flow: Flow) -> Value:
    event, handler = args.get(0, "event"), args.get(1, "record_handler")
    records = m.item(event, known("Records"), flow, place) if event is not None else Unknown("records")
    if handler is not None:
        _each_record(m, handler, records, place, flow)
    return Path("result", ("batchItemFailures",), place)


def _process(m: Machine, receiver: Made, place: Place, flow: Flow) -> Value:
    """`with processor(records, handler): processor.process()`."""
    named = dict(receiver.args)
    records, handler = named.get("0") or named.get("records"), named.get("1") or named.get("handler")
    if handler is not None and records is not None:
        _each_record(m, handler, records, place, flow)
    return Path("result", (), place)


def _each_record(m: Machine, handler: Value, records: Value, place: Place, flow: Flow) -> None:
    """Run a record handler on one record; a failure is reported for the record alone."""
    record = element_of(m, records, flow)
    m.loops.append(Loop(place, records))
    m.collectors.append({})
    inner = flow.branch()
    try:
        name = _first_parameter(handler)
        given = Args((), ((name, record),)) if name else Args((record,))
        m.call(handler, given, place, inner, "record_handler")
    except Stop:
        pass
    finally:
        m.collectors.pop()
        m.loops.pop()
    flow.heap, flow.may = inner.heap, flow.may | inner.may


def _first_parameter(handler: Value) -> str | None:
    func = handler.func if isinstance(handler, Partial) else handler
    if isinstance(func, Func) and any(w.kind == "idempotent_function" for w in func.wrappers):
        params = [p.name for p in func.definition.params]
        return params[1 if func.bound is not None else 0] if params else None
    return None


def _routes(m: Machine, owner: Made, args: Args, place: Place, flow: Flow) -> Value | None:
    """Run every function registered with a resolver, each as an alternative."""
    found = [r for r in m.registered if _same(r.owner, owner)]
    target = next((v for k, v in owner.args if k in ("0", "app") and "Mangum" in owner.type), None)
    if isinstance(target, Made):
        found += [r for r in m.registered if _same(r.owner, target)]
    if not found:
        return None
    m.classes.add(owner.type)
    ends = [flow.branch()]
    for route in found:
        branch = flow.branch()
        try:
            m.call(route.func, _route_args(route.func, args, owner, route.kind), place, branch, _name(route.func))
            ends.append(branch)
        except Stop:
            continue
    merge(flow, ends)
    return Path("result", (), place)


def _same(left: Value, right: Value) -> bool:
    return isinstance(left, Made) and isinstance(right, Made) and left.place == right.place and left.type == right.type


def _name(func: Value) -> str:
    return str(getattr(getattr(func, "definition", None), "name", "route"))


def _route_args(func: Value, args: Args, owner: Made, kind: str) -> Args:
    """Custom resources get event and context; routes get path parameters."""
    event = args.positional[0] if args.positional else Unknown("event")
    if "CfnResource" in owner.type:
        return Args(args.positional[:2])
    definition = getattr(func, "definition", None)
    names = [p.name for p in definition.params] if definition is not None else []
    if not isinstance(event, Path):
        return Args()
    return Args((), tuple((n, Path(event.root, ("pathParameters", n), event.place)) for n in names if n not in ("self", "request")))

