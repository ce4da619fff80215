"""Frameworks that call the program back: Powertools batch processing and resolvers, crhelper, web applications."""

from __future__ import annotations

from lintdem.interpreter.altering import replace
from lintdem.interpreter.domain import Cls, Derived, Func, Made, Method, Partial, Path, Unknown, Value
from lintdem.interpreter.elements import element_of, origin
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.injection import is_given, provided
from lintdem.interpreter.joins import merge
from lintdem.interpreter.libraries.bots import BOTS, call_bot
from lintdem.interpreter.machine import Args, Machine, Registered, Stop
from lintdem.interpreter.passedon import taken_by_name
from lintdem.interpreter.trace import Loop, Misused
from lintdem.interpreter.values import NONE, known, text
from lintdem.model.span import Place
from lintdem.model.values import Const, Dict, Sequence, Unary

BATCH = frozenset({"process_partial_response", "async_process_partial_response"})
RESOLVES = frozenset({"resolve", "resolve_async", "CfnResource", "Mangum", "__call__"})
SERVES = frozenset({"handle_request", "response", "make_lambda_handler"})
"""Functions that give an event to a web application, and the maker of one."""
SERVERS = frozenset({"awsgi", "awsgi2", "aws_wsgi", "serverless_wsgi", "apig_wsgi"})
INCLUDES = frozenset({"include_router", "include_routers", "register_blueprint", "mount"})
ADDS = frozenset({"add_url_rule", "add_api_route", "add_route", "add_resource"})
FRAMEWORKS = BATCH | RESOLVES | SERVES | INCLUDES | ADDS | BOTS | {"process", "async_process"}
RESOLVER = ("Resolver", "CfnResource", "Mangum", "Chalice", "Flask", "FastAPI", "Starlette", "make_lambda_handler")
ROUTERS = (*RESOLVER, "Router", "Blueprint", "Api")
VERBS = ("get", "post", "put", "patch", "delete")


def call_framework(
    m: Machine, name: str, short: str, args: Args, place: Place, flow: Flow, receiver: Value | None
) -> Value | None:  # fmt: skip
    """Call a framework function that runs functions of the program; None when it is not one."""
    if short in BATCH:
        return _batch(m, args, place, flow)
    owner = receiver.receiver if isinstance(receiver, Method) else receiver
    if short in SERVES and name.partition(".")[0] in SERVERS and owner is None:
        return _served(m, name, short, args, place, flow)
    if not isinstance(owner, Made):
        return None
    if name == owner.type and is_given(owner):
        return provided(m, owner, place, flow)
    if short in BOTS or name == owner.type:
        found = call_bot(m, name, short, args, place, flow, owner)
        if found is not None:
            return found
    if "Processor" in owner.type and (short in ("process", "async_process") or name == owner.type):
        return _process(m, owner, args, place, flow, name == owner.type)
    if (short in INCLUDES or short in ADDS) and any(mark in owner.type for mark in ROUTERS):
        return _registered(m, owner, short, args, place)
    if any(mark in owner.type for mark in RESOLVER):
        return _routes(m, owner, args, place, flow)
    return None


def _served(m: Machine, name: str, short: str, args: Args, place: Place, flow: Flow) -> Value | None:
    """`awsgi.response(app, event, context)`; `make_lambda_handler(app)` gives something that is called later."""
    app = args.get(0, "app")
    if not isinstance(app, Made):
        return None
    if short == "make_lambda_handler":
        return Made(name, place, (("0", app),))
    return _routes(m, app, Args(args.positional[1:]), place, flow)


def _registered(m: Machine, owner: Made, short: str, args: Args, place: Place) -> Value | None:
    """A router taken into an application, or a function or a class of views added by a call."""
    view = args.get(-1, "view_func") or args.get(-1, "endpoint")
    given = [v for v in (*args.positional, *((view,) if view is not None else ())) if isinstance(v, (Made, Func, Cls, Partial))]
    for one in given:
        if isinstance(one, Made) and short in INCLUDES:
            m.registered.append(Registered(owner, "include", one, Args(), place))
        elif not isinstance(one, Made):
            m.registered.append(Registered(owner, "route", one, Args(), place))
    return known(None) if given else None


def _batch(m: Machine, args: Args, place: Place, flow: Flow) -> Value:
    event, handler = args.get(0, "event"), args.get(1, "record_handler")
    records = m.item(event, known("Records"), flow, place) if event is not None else Unknown("records")
    if handler is not None:
        _each_record(m, handler, records, place, flow)
    return Path("result", ("batchItemFailures",), place)


def _process(m: Machine, owner: Made, args: Args, place: Place, flow: Flow, called: bool) -> Value:
    """`with processor(records, handler): processor.process()`."""
    if called:
        m.batches[owner] = args
        return Made(owner.type, place, (*owner.args, *args.named()))
    given = m.batches.get(owner, Args())
    named = dict(owner.args)
    records = given.get(0, "records") or named.get("0") or named.get("records")
    handler = given.get(1, "handler") or named.get("1") or named.get("handler")
    if handler is not None and records is not None:
        _each_record(m, handler, records, place, flow)
    return Path("result", (), place)


def run_batch(m: Machine, named: dict[str, Value], event: Value, place: Place, flow: Flow) -> None:
    """`@batch_processor(record_handler=…)`: the records are handled before the function runs."""
    handler = named.get("record_handler") or named.get("0")
    if handler is not None:
        _each_record(m, handler, m.item(event, known("Records"), flow, place), place, flow)


def _each_record(m: Machine, handler: Value, records: Value, place: Place, flow: Flow) -> None:
    """Run a record handler on one record; a failure is reported for the record alone."""
    record = element_of(m, records, flow)
    m.loops.append(Loop(place, records, apart=True))
    m.collectors.append({})
    inner = flow.branch()
    _note_name(m, handler, flow)
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


def _note_name(m: Machine, handler: Value, flow: Flow) -> None:
    """A batch processor passes each record as `record=`; a guard that looks for another name finds nothing.
    https://docs.aws.amazon.com/powertools/python/latest/utilities/idempotency/#integrations"""
    for wrapper in handler.wrappers if isinstance(handler, Func) else ():
        wanted = text(dict(wrapper.args).get("data_keyword_argument", NONE))
        if wrapper.kind == "idempotent_function" and wanted and wanted != "record":
            m.record(Misused(wrapper.place, "record argument", _name(handler), wanted, must=flow.must, may=flow.may))


def _first_parameter(handler: Value) -> str | None:
    func = handler.func if isinstance(handler, Partial) else handler
    if isinstance(func, Func) and any(w.kind == "idempotent_function" for w in func.wrappers):
        params = [p.name for p in func.definition.params]
        return params[1 if func.bound is not None else 0] if params else None
    return None


def _routes(m: Machine, owner: Made, args: Args, place: Place, flow: Flow) -> Value | None:
    """Run every function registered with a resolver, each as an alternative."""
    found = _reachable(m, owner)
    if not found:
        return None
    m.classes.add(owner.type)
    args = replace(args, positional=tuple(origin(m, value, flow) for value in args.positional))
    ends = [flow.branch()]
    for func in [f for route in found for f in _views(m, route.func)]:
        branch = flow.branch()
        try:
            m.call(func, _route_args(m, func, args, owner), place, branch, _name(func))
            ends.append(branch)
        except Stop:
            continue
    merge(flow, ends)
    return Path("result", (), place)


def _reachable(m: Machine, owner: Made) -> list[Registered]:
    """What is registered with an application, and with the routers that it includes."""
    found: list[Registered] = []
    work: list[Value] = [owner]
    seen: list[Value] = []
    while work:
        one = work.pop()
        if not isinstance(one, Made) or any(_same(one, other) for other in seen):
            continue
        seen.append(one)
        work += [v for k, v in one.args if k in ("0", "app")]
        own = [r for r in m.registered if _same(r.owner, one) or _wraps(r.owner, one)]
        work += [r.func for r in own if r.kind == "include"]
        found += [r for r in own if r.kind != "include"]
    return found


def _same(left: Value, right: Value) -> bool:
    return isinstance(left, Made) and isinstance(right, Made) and left.place == right.place and left.type == right.type


def _wraps(outer: Value, app: Made) -> bool:
    """Whether an object was made around an application: `Api(app)`."""
    return isinstance(outer, Made) and any(k in ("0", "app") and _same(v, app) for k, v in outer.args)


def _views(m: Machine, func: Value) -> list[Value]:
    """The functions behind a route: one, or a method for each HTTP verb of a class."""
    if not isinstance(func, Cls):
        return [func]
    methods = [f for verb in VERBS if isinstance(f := func.scope.names.get(verb), Func)]
    return [replace(f, bound=func) for f in methods]


def _name(func: Value) -> str:
    return str(getattr(getattr(func, "definition", None), "name", "route"))


_LITERALS = (Const, Unary, Sequence, Dict)


def _route_args(m: Machine, func: Value, args: Args, owner: Made) -> Args:
    """Custom resources get event and context; routes get path parameters, and bodies where a class says so."""
    event = args.positional[0] if args.positional else Unknown("event")
    if "CfnResource" in owner.type:
        return Args(args.positional[:2])
    if not isinstance(func, Func) or not isinstance(event, Path):
        return Args()
    given: list[tuple[str, Value]] = []
    for p, owning in taken_by_name(func):
        scope = owning.scope
        if p.name in ("self", "request") or scope is None or not (p.default is None or isinstance(p.default, _LITERALS)):
            # What a default calls for is given by the framework; a literal stands in for what the request leaves out.
            continue
        kind = m.evaluate(p.annotation, Flow(scope, {})) if p.annotation is not None else None
        if isinstance(kind, Derived) and kind.op == "Annotated" and any(map(is_given, kind.parts)):
            continue
        steps = ("body", "json()") if isinstance(kind, Cls) else ("pathParameters", p.name)
        given.append((p.name, Path(event.root, (*event.steps, *steps), event.place)))
    return Args((), tuple(given))
