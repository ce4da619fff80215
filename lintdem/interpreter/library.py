"""Calls of what is not part of the program: libraries, builtins, methods of plain values, the unknown."""

from __future__ import annotations

from collections.abc import Iterable

from lintdem.interpreter.altering import replace
from lintdem.interpreter.buffers import call_buffer, handed_on
from lintdem.interpreter.building import KEPT, keep
from lintdem.interpreter.builtins import BUILTINS, call_builtin
from lintdem.interpreter.containers import call_container, path_method, text_method
from lintdem.interpreter.declared import call_declared
from lintdem.interpreter.definitions import import_by_name, put_around
from lintdem.interpreter.dispatching import REGISTER, dispatches, register
from lintdem.interpreter.domain import (
    AnyOf,
    Cases,
    Client,
    Cls,
    Derived,
    Env,
    Error,
    External,
    Fresh,
    Func,
    Instance,
    Known,
    ListObj,
    Made,
    Method,
    Partial,
    Path,
    Ref,
    Unknown,
    Value,
)
from lintdem.interpreter.durable import durable
from lintdem.interpreter.elements import CHAINS, chained, origin
from lintdem.interpreter.fields import DUMPS, FUNCTIONS, JSON, LOADERS, as_dict, as_text
from lintdem.interpreter.filling import fill_by_base
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.folding import FOLD, folded
from lintdem.interpreter.gaps import MISSING, gap_of, library_gap
from lintdem.interpreter.injection import GETS
from lintdem.interpreter.interfaces import subclasses
from lintdem.interpreter.libraries.boto import call_as_client, call_client, call_wrapper, make, paginate
from lintdem.interpreter.libraries.copies import COPIES, DEPTH, copied
from lintdem.interpreter.libraries.documentmodels import QUERY, call_query
from lintdem.interpreter.libraries.frames import FRAMES, call_frame
from lintdem.interpreter.libraries.frameworks import FRAMEWORKS, call_framework
from lintdem.interpreter.libraries.jmespaths import ENVELOPED, ENVELOPES, opened, unwrapped
from lintdem.interpreter.libraries.locks import call_lock
from lintdem.interpreter.libraries.mappers import call_batch, call_index, call_item, call_model, is_model, queue_write
from lintdem.interpreter.libraries.moments import WRITES, dated, plain, shifted
from lintdem.interpreter.libraries.naming import named_by_argument
from lintdem.interpreter.libraries.orm import call_record
from lintdem.interpreter.libraries.redisclaims import REDIS, call_redis
from lintdem.interpreter.libraries.refunds import refunded
from lintdem.interpreter.lineage import library_method, outside_bases
from lintdem.interpreter.machine import Args, Machine, Stop, result_of
from lintdem.interpreter.objects import bind, with_bound
from lintdem.interpreter.operators import span_of
from lintdem.interpreter.providers import call_provider, call_template, fails, is_failure
from lintdem.interpreter.roles import (
    ROLES,
    carried,
    decoded,
    effect_or_read,
    is_check,
    run_callables,
)
from lintdem.interpreter.rows import store_rows
from lintdem.interpreter.signatures import SIGNATURES, signature
from lintdem.interpreter.stores import TASKS, call_store, queue_task
from lintdem.interpreter.trace import Gap, Timed
from lintdem.interpreter.values import NONE, TRUE, any_of, known, members, text
from lintdem.knowledge import library_call, source_of_class
from lintdem.model.function import Function
from lintdem.model.span import Place

BOTO_SESSIONS = ("boto3", "boto3.session.Session", "boto3.Session", "aioboto3.Session", "aiobotocore.session.get_session",
                 "botocore.session.get_session")  # fmt: skip
COMMON = frozenset(
    """
        get set add put pop run call execute process handle send close open read write update delete create
        start stop append items keys values copy load save find list main next format encode decode strip
        split join info debug error warning log exception isoformat total_seconds json
    """.split()
)
THREADS = frozenset({"threading.Thread", "threading.Timer", "multiprocessing.Process"})
"""Classes whose `start` calls `run`."""
HOLDERS = ("flask.g.", "flask.current_app.", "quart.g.", "quart.current_app.")
"""Objects of a web framework on which a program keeps its own: https://flask.palletsprojects.com/en/stable/api/#flask.g"""
REGISTERS = "register_lambda_context"
"""https://docs.aws.amazon.com/powertools/python/latest/utilities/idempotency/#lambda-timeouts"""


def call_library(m: Machine, name: str, args: Args, place: Place, flow: Flow, receiver: Value | None) -> Value:
    """Call a dotted name, or a method of a receiver."""
    if name == REGISTERS and receiver is not None:
        m.record(Timed(place, receiver, must=flow.must, may=flow.may))
        return NONE
    if receiver is None:
        return _dotted(m, name, args, place, flow, None)
    if isinstance(receiver, (AnyOf, Cases)):
        return _each(m, name, args, place, flow, receiver)
    framed = call_frame(m, name, args, place, flow) if name in FRAMES else None
    if framed is not None:
        return framed
    if isinstance(receiver, Client):
        return call_client(m, receiver, name, args, place, flow)
    if isinstance(receiver, (Ref, Known, Derived, Path, Env, Fresh)):
        return _plain(m, name, args, place, flow, receiver)
    if isinstance(receiver, Made):
        return _made(m, name, args, place, flow, receiver)
    if isinstance(receiver, Method):
        return _chained(m, name, args, place, flow, receiver)
    if isinstance(receiver, Func) and name == REGISTER and dispatches(receiver):
        return register(m, receiver, args, place)
    if isinstance(receiver, Func) and name in TASKS:
        return queue_task(m, name, args, place, flow, receiver)
    if isinstance(receiver, Cls):
        return _class_method(m, name, args, place, flow, receiver)
    return _unknown(m, name, args, place, flow, receiver)


def _each(m: Machine, name: str, args: Args, place: Place, flow: Flow, receiver: Value) -> Value:
    found: list[Value] = []
    for one in members(receiver):
        if one != NONE:
            try:
                found.append(m.call(m.attribute(one, name, flow, place), args, place, flow, name))
            except Stop:
                continue
    return any_of(found) if found else Unknown(f"method {name} of None")


def _plain(m: Machine, name: str, args: Args, place: Place, flow: Flow, receiver: Value) -> Value:
    moment = shifted(name, args, receiver)
    if moment is not None:
        return moment
    receiver = plain(receiver) if name in WRITES else receiver
    if isinstance(receiver, Ref):
        found = m.get(flow, receiver)
        if isinstance(found, Instance) and is_model(found.cls):
            result = call_model(m, receiver, found.cls, name, args, place, flow)
            if result is not None:
                return result
        if isinstance(found, Instance):
            saved = call_record(m, name, args, place, flow, receiver) or call_provider(m, receiver, name, args, place, flow)
            if saved is None and name == "start" and outside_bases(found.cls) & THREADS:
                return m.call(m.attribute(receiver, "run", flow, place), Args(), place, flow, "run")
            if saved is None and (done := fill_by_base(m, found.cls, receiver, name, args, place, flow)) is not None:
                return done
            if saved is None and name in DUMPS:
                return as_dict(m, found, flow, args)
            if saved is None and name in JSON:
                return as_text(m, found, flow, place)
            inherited = library_method(found.cls, name) if saved is None else None
            if inherited is not None:
                return _dotted(m, inherited, args, place, flow, receiver)
            return saved if saved is not None else _unknown(m, name, args, place, flow, receiver)
        return call_container(m, receiver, name, args, place, flow)
    if isinstance(receiver, Path):
        if name in ("save", "asave"):
            store_rows(m, place, flow, receiver)
        written = call_item(m, receiver, name, args, place, flow)
        if written is not None:
            return written
        answer = durable(m, receiver, name, args, place, flow) if receiver.root == "context" else None
        answer = answer or path_method(m, receiver, name, args, place, flow)
        if answer is not None:
            return answer
        if receiver.root == "result" and receiver.place is not None:
            return Path("result", (*receiver.steps, name), receiver.place)
        return Path(receiver.root, (*receiver.steps, name), receiver.place)
    return text_method(m, receiver, name, args, place, flow)


def _made(m: Machine, name: str, args: Args, place: Place, flow: Flow, receiver: Made) -> Value:
    if receiver.type == "pynamodb.batch":
        return call_batch(m, receiver, name, args, place, flow)
    if receiver.type == QUERY:
        return call_query(m, receiver, name, args, place, flow)
    if receiver.type.endswith(".TransactWrite"):
        return queue_write(m, receiver, name, args, place, flow)
    if receiver.type == "pynamodb.index":
        found = call_index(m, receiver, name, args, place, flow)
        return found if found is not None else Unknown(f"what {name} returns")
    if receiver.type == "paginator":
        return paginate(m, receiver, args, place, flow)
    locked = call_lock(m, receiver, name, args, place, flow)
    if locked is not None:
        return locked
    if name == "__call__" and (around := put_around(m, receiver, args, place, flow)) is not None:
        return around
    short = receiver.type.rpartition(".")[2]
    if name in ("client", "resource") and (receiver.type in BOTO_SESSIONS or (short == "Session" and "boto" in receiver.type)):
        return make(m, name, receiver.type, args, place, flow, receiver)
    if name in ("get", "create_object") and short == "Injector" and args.positional:
        return m.typed(args.positional[0], place, flow) or Unknown(f"what {name} returns", args.all())
    dotted = f"{receiver.type}.{name}"
    if name == "__call__" and library_call(dotted) is None:
        dotted = receiver.type
    return _dotted(m, dotted, args, place, flow, receiver)


def _chained(m: Machine, name: str, args: Args, place: Place, flow: Flow, receiver: Method) -> Value:
    """`client.v1.payment_intents.create(…)`, `table.meta.client.put_item(…)`: attributes of outside objects."""
    steps = [name]
    owner: Value = receiver
    while isinstance(owner, Method):
        steps.insert(0, owner.name)
        owner = owner.receiver
    if isinstance(owner, Client):
        if steps[:2] == ["meta", "client"]:
            inner = Client(owner.service, None, owner.place, (("meta", TRUE),))
            return call_client(m, inner, ".".join(steps[2:]), args, place, flow)
        if steps[0] == "exceptions":
            return Made(f"botocore.errorfactory.{steps[-1]}", place)
        sub = call_client(m, owner, steps[0], Args(), place, flow) if owner.resource is not None else owner
        return call_client(m, sub, name, args, place, flow) if isinstance(sub, Client) and len(steps) == 2 else result_of(place)
    if isinstance(owner, Made):
        return _dotted(m, f"{owner.type}.{'.'.join(steps)}", args, place, flow, owner)
    found = call_record(m, name, args, place, flow, owner, tuple(steps)) if isinstance(owner, (Cls, Ref)) else None
    return found if found is not None else _unknown(m, name, args, place, flow, owner)


def _class_method(m: Machine, name: str, args: Args, place: Place, flow: Flow, cls: Cls) -> Value:
    """A class method that the program does not define: loaders of models keep where the data comes from."""
    if name == "__subclasses__":
        return m.new(flow, ListObj("list", tuple(subclasses(m, cls)), False, place))
    if name == "__new__":
        own = args.positional[0] if args.positional else cls
        return m.new(flow, Instance(own if isinstance(own, Cls) else cls, {}))
    if is_model(cls):
        result = call_model(m, cls, cls, name, args, place, flow)
        if result is not None:
            return result
    found = call_record(m, name, args, place, flow, cls)
    if found is not None:
        return found
    if name in LOADERS and args.positional:
        data = args.positional[0]
        if name in ("parse_raw", "model_validate_json", "from_json") and isinstance(data, Path):
            data = replace(data, steps=(*data.steps, "json()"))
        entries = m.dict_entries(flow, data)
        if entries is not None:
            keywords = tuple((k, v) for k, v in entries.entries.items() if isinstance(k, str))
            rest = tuple(v for k, v in entries.rest if text(k) is None)
            return m.call(cls, Args((), keywords, (), (*entries.spread, *rest)), place, flow, cls.definition.name)
        return m.call(cls, Args((), (), (), (data,)), place, flow, cls.definition.name)
    worked = call_template(m, cls, name, args, place, flow)
    return worked if worked is not None else _unknown(m, name, args, place, flow, cls)


def _dotted(m: Machine, name: str, args: Args, place: Place, flow: Flow, receiver: Value | None) -> Value:
    name, args = named_by_argument(name, args)
    short = name.rpartition(".")[2]
    if name.startswith("builtins.") and short in BUILTINS:
        return call_builtin(m, short, args, place, flow)
    if m.built is not None and name.startswith(KEPT):
        return keep(m, name, args, place, flow, receiver)
    declared = m.program.declared.find(name) if m.program.declared else None
    if declared is not None:
        return call_declared(m, declared, name, args, place, flow, receiver)
    if short in FRAMEWORKS or (isinstance(receiver, Made) and name == receiver.type):
        found = call_framework(m, name, short, args, place, flow, receiver)
        if found is not None:
            return found
    if name in FUNCTIONS and args.positional and isinstance(obj := m.get(flow, args.positional[0]), Instance):
        return as_dict(m, obj, flow)
    if name in COPIES and args.positional:
        return copied(m, args.positional[0], flow, 1 if short == "copy" else DEPTH)
    if name in ENVELOPED:
        return unwrapped(m, args, place, flow)
    if name.startswith(ENVELOPES):
        return opened(m, name, args, place, flow, receiver)
    if name in CHAINS:
        return chained(m, args, place, flow, inner=name != CHAINS[0])
    if name in ("flask.request.get_json", "flask.request.get_data"):
        return decoded(m, Path("event", ("body",)), "json()", flow) if short == "get_json" else Path("event", ("body",))
    if name in ("importlib.import_module", "builtins.__import__") and args.positional:
        return import_by_name(m, args.positional[0], place, flow, short == "__import__" and args.get(3, "fromlist") is None)
    if name == "datetime.timedelta":
        return span_of(args.positional, args.keywords)
    if name == "types.MethodType" and len(args.positional) == 2 and isinstance(args.positional[0], Func):
        return with_bound(args.positional[0], args.positional[1])
    if name.startswith(("functools.", "inspect.")) and (found := _of_functions(m, name, args, place, flow)) is not None:
        return found
    if name.startswith(REDIS):
        found = call_redis(m, short, args, place, flow, receiver)
        if found is not None:
            return found
    if source_of_class(name) is not None:
        m.classes.add(name)
        given = origin(m, args.positional[0], flow) if args.positional else None
        if isinstance(given, Path):
            return given
    if short.endswith("BatchProcessor"):
        m.classes.update(v.name for v in args.all() if isinstance(v, External) and source_of_class(v.name) is not None)
    stored = call_buffer(m, name, args, place, flow, receiver) or call_store(m, name, args, place, flow, receiver)
    if stored is not None:
        return stored
    if name == "cfnresponse.send" and is_failure(args.get(2, "responseStatus")):
        fails(m, place, flow)
    call = refunded(m, library_call(name), args)
    args = handed_on(m, name, args, flow, receiver)
    if call is None:
        return _outside(m, name, args, place, flow, receiver)
    return dated(name, args, ROLES.get(call.role, effect_or_read)(m, call, args, place, flow, receiver))


def _of_functions(m: Machine, name: str, args: Args, place: Place, flow: Flow) -> Value | None:
    """What makes functions of functions, or asks them what they take."""
    if name == "functools.wraps":
        return Made(name, place)
    if name in ("functools.wraps.__call__", "functools.update_wrapper") and args.positional:
        return args.positional[0]
    if name in ("functools.partial", "functools.partialmethod") and args.positional:
        return Partial(args.positional[0], args.positional[1:], args.keywords)
    if name == FOLD and len(args.positional) > 1:
        return folded(m, args, place, flow)
    return signature(m, name, args, place, flow) if name in SIGNATURES else None


def _outside(m: Machine, name: str, args: Args, place: Place, flow: Flow, receiver: Value | None) -> Value:
    """A library nothing is known of: its result is an object of its own; functions given to it may be called."""
    owner, _, method = name.rpartition(".")
    if owner.startswith(HOLDERS):
        return _unknown(m, method, args, place, flow, Unknown(f"what {owner} is"))
    sent = call_as_client(m, method, args, place, flow, receiver or External(owner)) if owner else None
    sent = sent or call_wrapper(m, name, args, place, flow)
    if sent is not None:
        return sent
    run_callables(m, args, place, flow)
    m.can_raise(Error(("any",), place), flow)
    wanted = args.positional[0] if len(args.positional) == 1 and name.rpartition(".")[2] in GETS else None
    if receiver is not None and isinstance(wanted, Cls) and (given := m.typed(wanted, place, flow)) is not None:
        return given
    if name.startswith(".") and receiver is None:
        m.record(Gap(place, f"{name.lstrip('.')} {MISSING} the package that imports it, so what it does is not judged"))
    gap = library_gap(name, receiver.type, place) if isinstance(receiver, Made) else None
    if gap is not None:
        m.record(gap)
    unread = Derived("unread", (known(name.rpartition(".")[2]), *args.all()), place)
    short = name.rpartition(".")[2]
    if short[:1].isupper() or receiver is not None or not name.startswith("."):
        return Made(name, place, carried(args, receiver), args.places) if not is_check(short) else unread
    return unread


def _unknown(m: Machine, name: str, args: Args, place: Place, flow: Flow, receiver: Value) -> Value:
    """A method of something unknown: if only one class of the program has it, it is likely that one."""
    sent = call_as_client(m, name, args, place, flow, receiver)
    if sent is not None:
        return sent
    may_be_own = name not in COMMON and not name.startswith("__") and not isinstance(receiver, Known)
    cls = _only_class(m.methods(name), args) if may_be_own else None
    if cls is not None:
        target = cls.scope.names.get(name)
        if isinstance(target, Func):
            owner = m.typed(cls, place, flow) or receiver
            return m.call(bind(m, target, owner, flow, place), args, place, flow, name)
    gap = gap_of(receiver, name, place) if isinstance(receiver, (Unknown, Method)) else None
    if gap is not None:
        m.record(gap)
    run_callables(m, args, place, flow)
    if is_check(name):
        return Derived("unread", (known(name), *args.all()), place)
    return Unknown(f"what {name} returns", (receiver, *args.all()))


def _only_class(methods: Iterable[tuple[Cls, Function]], args: Args) -> Cls | None:
    """The class whose method takes these arguments, when there is only one."""
    fitting = (cls for cls, function in methods if _fits(function, args))
    first = next(fitting, None)
    return first if next(fitting, None) is None else None


def _fits(function: Function, args: Args) -> bool:
    params = function.params
    names = {p.name for p in params}
    required = sum(1 for p in params if p.default is None and p.kind in ("normal", "positional")) - 1
    keywords = {k for k, _ in args.keywords}
    stars = any(p.kind in ("star", "stars") for p in params)
    enough = len(args.positional) + len(keywords) >= required or bool(args.spread or args.spreads)
    return stars or (keywords <= names and enough and len(args.positional) < len(params) + 1)
