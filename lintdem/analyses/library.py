"""Calls of what is not part of the program: libraries, builtins, methods of plain values, the unknown."""

from __future__ import annotations

from dataclasses import replace

from lintdem.analyses.boto import call_client, make, paginate
from lintdem.analyses.builtins import BUILTINS, call_builtin
from lintdem.analyses.containers import call_container, path_method, text_method
from lintdem.analyses.definitions import import_by_name
from lintdem.analyses.domain import (
    EMPTY, FALSE, NONE, TRUE, AnyOf, Cases, Claim, Client, Cls, Derived, Env, Error, Failed, Flow, Fresh, Func, Instance,
    Known, Made, Method, Partial, Path, Ref, Unknown, Value, any_of, known, members, text,
)  # fmt: skip
from lintdem.analyses.expressions import unordered
from lintdem.analyses.frameworks import FRAMEWORKS, call_framework
from lintdem.analyses.machine import Args, Machine, Stop, result_of
from lintdem.analyses.mappers import call_batch, call_model, is_model
from lintdem.analyses.objects import bind
from lintdem.analyses.orm import call_record
from lintdem.analyses.stores import TASKS, call_store, queue_task
from lintdem.analyses.trace import Asked, Gap, Invocation
from lintdem.knowledge import Kind, LibraryCall, library_call, source_of_class
from lintdem.model.span import Place

BOTO_SESSIONS = ("boto3", "boto3.session.Session", "boto3.Session", "aioboto3.Session", "aiobotocore.session.get_session",
                 "botocore.session.get_session")  # fmt: skip
COMMON = frozenset(
    """get set add put pop run call execute process handle send close open read write update delete create start stop
    append items keys values copy load save find list main next format encode decode strip split join info debug error
    warning log exception isoformat total_seconds json""".split()
)
LOADERS = frozenset(
    """model_validate parse_obj from_dict from_json parse_raw model_validate_json construct from_event from_record
    model_construct validate_python load loads from_orm structure""".split()
)


def call_library(m: Machine, name: str, args: Args, place: Place, flow: Flow, receiver: Value | None) -> Value:
    """Call a dotted name, or a method of a receiver."""
    if receiver is None:
        return _dotted(m, name, args, place, flow, None)
    if isinstance(receiver, (AnyOf, Cases)):
        return _each(m, name, args, place, flow, receiver)
    if isinstance(receiver, Client):
        return call_client(m, receiver, name, args, place, flow)
    if isinstance(receiver, (Ref, Known, Derived, Path, Env, Fresh)):
        return _plain(m, name, args, place, flow, receiver)
    if isinstance(receiver, Made):
        return _made(m, name, args, place, flow, receiver)
    if isinstance(receiver, Method):
        return _chained(m, name, args, place, flow, receiver)
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
    if isinstance(receiver, Ref):
        found = m.get(flow, receiver)
        if isinstance(found, Instance) and is_model(found.cls):
            result = call_model(m, receiver, found.cls, name, args, place, flow)
            if result is not None:
                return result
        if isinstance(found, Instance):
            saved = call_record(m, name, args, place, flow, receiver)
            return saved if saved is not None else _unknown(m, name, args, place, flow, receiver)
        return call_container(m, receiver, name, args, place, flow)
    if isinstance(receiver, Path):
        found = path_method(m, receiver, name, args, place, flow)
        if found is not None:
            return found
        if receiver.root == "result" and receiver.place is not None:
            return Path("result", (*receiver.steps, name), receiver.place)
        return Path(receiver.root, (*receiver.steps, name), receiver.place)
    return text_method(m, receiver, name, args, place, flow)


def _made(m: Machine, name: str, args: Args, place: Place, flow: Flow, receiver: Made) -> Value:
    if receiver.type == "pynamodb.batch":
        return call_batch(m, receiver, name, args, place, flow)
    if receiver.type == "paginator":
        return paginate(m, receiver, args, place, flow)
    short = receiver.type.rpartition(".")[2]
    if name in ("client", "resource") and (receiver.type in BOTO_SESSIONS or short == "Session" and "boto" in receiver.type):
        return make(m, name, receiver.type, args, place, flow, receiver)
    dotted = receiver.type if name == "__call__" else f"{receiver.type}.{name}"
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
            return call_client(m, Client(owner.service, None, owner.place, (("meta", TRUE),)), ".".join(steps[2:]), args, place, flow)
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
            return m.call(cls, Args((), keywords, (), entries.spread), place, flow, cls.definition.name)
        return m.call(cls, Args((), (), (), (data,)), place, flow, cls.definition.name)
    return _unknown(m, name, args, place, flow, cls)


def _dotted(m: Machine, name: str, args: Args, place: Place, flow: Flow, receiver: Value | None) -> Value:
    short = name.rpartition(".")[2]
    if name.startswith("builtins.") and short in BUILTINS:
        return call_builtin(m, short, args, place, flow)
    if short in FRAMEWORKS:
        found = call_framework(m, name, short, args, place, flow, receiver)
        if found is not None:
            return found
    if name in ("importlib.import_module", "builtins.__import__") and args.positional:
        return import_by_name(m, args.positional[0], place, flow)
    if name in ("functools.wraps", "functools.update_wrapper"):
        return Made(name, place)
    if name in ("functools.partial", "functools.partialmethod") and args.positional:
        return Partial(args.positional[0], args.positional[1:], args.keywords)
    if name.startswith("redis.") or name.startswith("valkey."):
        found = _redis(m, short, args, place, flow, receiver, name)
        if found is not None:
            return found
    if source_of_class(name) is not None and args.positional and isinstance(args.positional[0], Path):
        m.classes.add(name)
        return args.positional[0]
    if source_of_class(name) is not None:
        m.classes.add(name)
    stored = call_store(m, name, args, place, flow, receiver)
    if stored is not None:
        return stored
    call = library_call(name)
    if call is None:
        return _outside(m, name, args, place, flow, receiver)
    return _ROLES.get(call.role, _effect_or_read)(m, call, args, place, flow, receiver)


def _effect_or_read(
    m: Machine, call: LibraryCall, args: Args, place: Place, flow: Flow, receiver: Value | None
) -> Value:  # fmt: skip
    kind = _http_kind(call, args)
    given = (*args.named(), *(("**", s) for s in args.spreads), *_headers(m, args, flow))
    places = (*args.places, *_header_places(m, args, flow))
    if isinstance(receiver, Made):
        given = (*given, *((f"self.{k}", v) for k, v in receiver.args))
    service = call.target.partition(".")[0]
    made = Invocation(call.target, service, call.target.rpartition(".")[2], kind, call.phrase or "runs again", given,
                      receiver, call.token, http=call.http, places=places)  # fmt: skip
    returned: Value = result_of(place)
    if call.returns:
        returned = Made(call.returns, place, _carried(args, receiver), args.places)
    if kind in (Kind.TELEMETRY, Kind.COMPUTE):
        return returned
    m.sites[place] = made
    m.can_raise(Error(("any",), place), flow)
    if kind is Kind.READ:
        m.record(Asked(place, made, flow.must, flow.may))
        return returned
    _run_callables(m, args, place, flow)
    m.effect(made, place, flow)
    return returned


def _headers(m: Machine, args: Args, flow: Flow) -> list[tuple[str, Value]]:
    """The headers of a request as arguments `header:Name`, the keys of `options=` as `options.name`."""
    found: list[tuple[str, Value]] = []
    for argument, prefix in (("headers", "header:"), ("options", "options."), ("json", "body:"), ("data", "body:")):
        value = next((v for k, v in args.keywords if k == argument), None)
        for one in members(value) if value is not None else ():
            entries = m.dict_entries(flow, one)
            if entries is not None:
                found += [(f"{prefix}{k}", v) for k, v in entries.entries.items()]
    return found


def _header_places(m: Machine, args: Args, flow: Flow) -> list[tuple[str, Place]]:
    value = next((v for k, v in args.keywords if k == "headers"), None)
    entries = m.dict_entries(flow, members(value)[0]) if value is not None else None
    return [(f"header:{k}", p) for k, p in entries.places] if entries is not None else []


def _carried(args: Args, receiver: Value | None) -> tuple[tuple[str, Value], ...]:
    own = (("self", receiver),) if receiver is not None else ()
    return (*own, *args.named(), *(("**", s) for s in args.spreads))


def _http_kind(call: LibraryCall, args: Args) -> Kind:
    """What the HTTP method does, where it is an argument."""
    if call.http == "?":
        return _body_kind(args)
    if call.http != "*":
        return call.kind
    for value in (args.get(0, "method"), *args.positional[:2]):
        written = text(value) if value is not None else None
        if written and written.upper() in _METHODS:
            return _METHODS[written.upper()]
    return call.kind


def _body_kind(args: Args) -> Kind:
    """`urlopen(url)` reads, `urlopen(url, data)` sends; a `Request` says both."""
    named = dict(args.keywords)
    request = args.positional[0] if args.positional else named.get("url")
    body = args.get(1, "data")
    method = None
    if isinstance(request, Made):
        inner = dict(request.args)
        body = body or inner.get("data") or inner.get("1")
        method = text(inner.get("method", NONE))
    if method:
        return _METHODS.get(method.upper(), Kind.EFFECT)
    return Kind.READ if body is None or body == NONE else Kind.EFFECT


_METHODS = {"GET": Kind.READ, "HEAD": Kind.READ, "OPTIONS": Kind.READ, "PUT": Kind.SET, "DELETE": Kind.DELETE,
            "POST": Kind.EFFECT, "PATCH": Kind.EFFECT}  # fmt: skip




def _pure(m: Machine, call: LibraryCall, args: Args, place: Place, flow: Flow, receiver: Value | None) -> Value:
    inputs = args.all()
    if call.returns:
        return Made(call.returns, place, _carried(args, receiver), args.places)
    if receiver is not None and not (isinstance(receiver, Made) and not receiver.args):
        inputs = (receiver, *inputs)
    _run_callables(m, args, place, flow)
    if len(inputs) == 1 and not isinstance(inputs[0], (Known, Ref)):
        return inputs[0]
    return Derived("call", inputs)


def _json(m: Machine, call: LibraryCall, args: Args, place: Place, flow: Flow, receiver: Value | None) -> Value:
    return decoded(m, args.positional[0] if args.positional else Unknown("nothing"), "json()", flow)


def decoded(m: Machine, value: Value, step: str, flow: Flow) -> Value:
    """`json.loads(value)` or a decoding of it: a step further into the same data."""
    if isinstance(value, Path):
        return value if value.steps[-1:] == (step,) else replace(value, steps=(*value.steps, step))
    if isinstance(value, (AnyOf, Cases)):
        return any_of([decoded(m, v, step, flow) for v in members(value)])
    if isinstance(value, Derived) and value.op == "dumps" and step == "json()":
        return value.parts[0]
    if isinstance(value, Derived):
        return Derived("call", value.parts, value.place)
    return value


def _encode(m: Machine, call: LibraryCall, args: Args, place: Place, flow: Flow, receiver: Value | None) -> Value:
    value = next(iter(args.all()), Unknown("nothing"))
    if call.target.endswith(("dumps", "dump")):
        mixed = unordered(m, value, place, flow) if not _sorts(m, args, value, flow) else None
        if mixed is not None:
            return mixed
        return Derived("dumps", (value, *inside(m, value, flow)), place)
    return value


def _sorts(m: Machine, args: Args, value: Value, flow: Flow) -> bool:
    """`sort_keys=True` orders the keys of a dict; it leaves lists as they are."""
    return dict(args.keywords).get("sort_keys") == TRUE and m.dict_entries(flow, value) is not None


def inside(m: Machine, value: Value, flow: Flow, depth: int = 3) -> tuple[Value, ...]:
    """The values held in a dict or list, so that text made of it still tells where it comes from."""
    obj = m.get(flow, value)
    found: list[Value] = []
    if obj is None or depth == 0:
        return ()
    if isinstance(obj, Instance):
        inner = list(obj.attrs.values())
    elif hasattr(obj, "items"):
        inner = list(obj.items)
    else:
        inner = [*obj.entries.values(), *(v for _, v in obj.rest), *obj.spread]
    for one in inner[:40]:
        found += [one] if not isinstance(one, Ref) else inside(m, one, flow, depth - 1)
    return tuple(dict.fromkeys(found))


def _decode(m: Machine, call: LibraryCall, args: Args, place: Place, flow: Flow, receiver: Value | None) -> Value:
    return decoded(m, args.positional[0] if args.positional else receiver or NONE, "b64()", flow)


def _hash(m: Machine, call: LibraryCall, args: Args, place: Place, flow: Flow, receiver: Value | None) -> Value:
    inputs = tuple(v for value in args.all() for v in (value, *inside(m, value, flow)))
    if isinstance(receiver, Made):
        inputs = (*inputs, *(v for _, v in receiver.args))
    if call.returns and not isinstance(receiver, Made):
        return Made(call.returns, place, (("0", Derived("hash", inputs)),) if inputs else ())
    return Derived("hash", inputs or (Unknown("nothing"),), place)


def _fresh(kind: str):  # type: ignore[no-untyped-def]
    def make_fresh(
        m: Machine, call: LibraryCall, args: Args, place: Place, flow: Flow, receiver: Value | None
    ) -> Value:  # fmt: skip
        if args.positional and call.target.startswith("uuid.UUID"):
            return args.positional[0]
        return Fresh(kind, place)

    return make_fresh


def _salted(m: Machine, call: LibraryCall, args: Args, place: Place, flow: Flow, receiver: Value | None) -> Value:
    return Derived("salted", (Fresh("salted", place), *args.all()), place)


def _env(m: Machine, call: LibraryCall, args: Args, place: Place, flow: Flow, receiver: Value | None) -> Value:
    return Env(text(args.get(0, "key") or NONE) or "?")


def _boto(m: Machine, call: LibraryCall, args: Args, place: Place, flow: Flow, receiver: Value | None) -> Value:
    return make(m, call.role, call.target, args, place, flow, receiver)


def _session(m: Machine, call: LibraryCall, args: Args, place: Place, flow: Flow, receiver: Value | None) -> Value:
    return Made(call.returns or "boto3.Session", place, args.named())


def _transparent(m: Machine, call: LibraryCall, args: Args, place: Place, flow: Flow, receiver: Value | None) -> Value:
    if call.returns and not any(isinstance(a, (Func, Partial)) for a in args.positional):
        return Made(call.returns, place, _carried(args, receiver), args.places)
    if args.positional:
        last = args.positional[-1] if call.target.endswith("cast") else args.positional[0]
        return last
    return Made(call.target, place, _carried(args, None), args.places)


def _submit(m: Machine, call: LibraryCall, args: Args, place: Place, flow: Flow, receiver: Value | None) -> Value:
    """`executor.submit(f, x)`, `executor.map(f, xs)`, `Thread(target=f, args=…)`, `asyncio.gather(f(x))`."""
    from lintdem.analyses.expressions import element_of  # noqa: PLC0415 - mutual recursion

    target = next((v for k, v in args.keywords if k in ("target", "func", "fn")), None)
    positional = args.positional
    if target is None and positional and isinstance(positional[0], (Func, Partial, Method, AnyOf)):
        target, positional = positional[0], positional[1:]
    if target is None:
        return any_of(list(args.positional)) if len(args.positional) == 1 else _as_list(m, args, flow)
    given = next((v for k, v in args.keywords if k == "args"), None)
    listed = m.elements(flow, given) if given is not None else None
    if listed is not None:
        positional = listed.items
    if call.target.rpartition(".")[2] in ("map", "imap", "imap_unordered", "starmap"):
        positional = tuple(element_of(m, v, flow) for v in positional)
    keywords = tuple((k, v) for k, v in args.keywords if k not in ("target", "args", "kwargs", "func", "fn", "name", "daemon"))
    result = m.call(target, Args(positional, keywords, args.spread, args.spreads), place, flow, "")
    return Made("concurrent.futures.Future", place, (("0", result),)) if call.returns else result


def _as_list(m: Machine, args: Args, flow: Flow) -> Value:
    from lintdem.analyses.domain import ListObj  # noqa: PLC0415 - one use

    return m.new(flow, ListObj("list", (*args.positional, *args.spread), bool(args.spread)))


def _telemetry(m: Machine, call: LibraryCall, args: Args, place: Place, flow: Flow, receiver: Value | None) -> Value:
    if call.returns:
        return Made(call.returns, place, ())
    if any(isinstance(a, (Func, Partial)) for a in args.positional):
        return args.positional[0]
    return Made(call.target, place, ())


def _constructed(m: Machine, call: LibraryCall, args: Args, place: Place, flow: Flow, receiver: Value | None) -> Value:
    return Made(call.returns or call.target, place, _carried(args, None), args.places)


_ROLES = {
    "call": _effect_or_read, "pure": _pure, "json": _json, "encode": _encode, "decode": _decode, "hash": _hash,
    "salted": _salted, "uuid": _fresh("uuid"), "random": _fresh("random"), "clock": _fresh("clock"), "env": _env,
    "client": _boto, "resource": _boto, "session": _session, "transparent": _transparent, "submit": _submit,
    "retry": _constructed, "guard": _constructed, "lock": _constructed, "telemetry": _telemetry,
    "sleep": lambda m, call, args, place, flow, receiver: NONE,
}  # fmt: skip


def _redis(
    m: Machine, short: str, args: Args, place: Place, flow: Flow, receiver: Value | None, name: str
) -> Value | None:  # fmt: skip
    """`SET key value NX` and its kin: an atomic claim whose answer says who came first."""
    named = dict(args.keywords)
    first = short in ("setnx", "hsetnx") or (short == "set" and named.get("nx") == TRUE)
    if not first or receiver is None:
        return None
    expires = short == "set" and bool({"ex", "px", "exat", "pxat"} & named.keys())
    key = args.get(1 if short == "hsetnx" else 0, "name") or Unknown("the key")
    claim = Claim(place, "Redis SET NX" if short == "set" else f"Redis {short.upper()}", key, receiver, expires=expires)
    m.claim(claim, flow)
    m.can_raise(Error(("any",), place), flow)
    return Cases(((TRUE, frozenset({claim}), EMPTY), (NONE if short == "set" else FALSE, EMPTY, frozenset({Failed(claim)}))))


def _outside(m: Machine, name: str, args: Args, place: Place, flow: Flow, receiver: Value | None) -> Value:
    """A library nothing is known of: its result is an object of its own; functions given to it may be called."""
    _run_callables(m, args, place, flow)
    m.can_raise(Error(("any",), place), flow)
    unread = Derived("unread", (known(name.rpartition(".")[2]), *args.all()), place)
    short = name.rpartition(".")[2]
    if short[:1].isupper() or receiver is not None or not name.startswith("."):
        return Made(name, place, _carried(args, receiver), args.places) if not _is_check(short) else unread
    return unread


def _is_check(name: str) -> bool:
    from lintdem.analyses.conditions import NAMED_CHECK  # noqa: PLC0415 - one use

    return bool(NAMED_CHECK.search(name))


def _run_callables(m: Machine, args: Args, place: Place, flow: Flow) -> None:
    """Functions of the program handed to the outside run some time: once is enough to see what they do."""
    for value in args.all():
        if isinstance(value, (Func, Partial)) and len(m.active) < 30:
            inner = flow.branch()
            try:
                m.call(value, Args((), (), (Unknown("given by a library"),)), place, inner, "")
            except Stop:
                continue
            flow.heap, flow.may = inner.heap, flow.may | inner.may


def _unknown(m: Machine, name: str, args: Args, place: Place, flow: Flow, receiver: Value) -> Value:
    """A method of something unknown: if only one class of the program has it, it is likely that one."""
    found = m.methods.get(name, [])
    own = [(cls, function) for cls, function in found if _fits(function, args)]
    if len(own) == 1 and name not in COMMON and not name.startswith("__") and not isinstance(receiver, Known):
        cls = own[0][0]
        target = cls.scope.names.get(name)
        if isinstance(target, Func):
            owner = m.typed(cls, place, flow) or receiver
            return m.call(bind(m, target, owner, flow, place), args, place, flow, name)
    if name not in COMMON and isinstance(receiver, Unknown):
        m.record(Gap(place, f"it is not known what {name} is called on"))
    _run_callables(m, args, place, flow)
    if _is_check(name):
        return Derived("unread", (known(name), *args.all()), place)
    return Unknown(f"what {name} returns", (receiver, *args.all()))


def _fits(function: object, args: Args) -> bool:
    params = getattr(function, "params", ())
    names = {p.name for p in params}
    required = sum(1 for p in params if p.default is None and p.kind in ("normal", "positional")) - 1
    keywords = {k for k, _ in args.keywords}
    stars = any(p.kind in ("star", "stars") for p in params)
    enough = len(args.positional) + len(keywords) >= required or bool(args.spread or args.spreads)
    return stars or (keywords <= names and enough and len(args.positional) < len(params) + 1)
