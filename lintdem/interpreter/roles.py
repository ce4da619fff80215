"""What a call of a known library does, by the role that the knowledge gives it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from lintdem.interpreter.altering import replace
from lintdem.interpreter.domain import (
    AnyOf,
    Cases,
    Derived,
    DictObj,
    Env,
    Error,
    Fresh,
    Func,
    Known,
    Made,
    Method,
    Partial,
    Path,
    Ref,
    Unknown,
    Value,
    Wrapper,
)
from lintdem.interpreter.elements import inside, unordered
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.libraries.boto import make, refuse_second
from lintdem.interpreter.libraries.local import refuse_file
from lintdem.interpreter.libraries.locks import made
from lintdem.interpreter.libraries.moments import clock_form
from lintdem.interpreter.libraries.requests import asks_document
from lintdem.interpreter.machine import Args, Machine, Stop, result_of, wrapped
from lintdem.interpreter.operators import FINE
from lintdem.interpreter.requesting import given as carries
from lintdem.interpreter.requesting import header_places, http_kind, http_method, put_headers
from lintdem.interpreter.retries import is_decorator, mount, of_object, of_transport
from lintdem.interpreter.trace import HANDED_ON, Asked, Invocation
from lintdem.interpreter.values import FALSE, NONE, TRUE, any_of, members, text
from lintdem.knowledge import Kind, LibraryCall
from lintdem.model.span import Place

Role: TypeAlias = Callable[[Machine, LibraryCall, Args, Place, Flow, "Value | None"], Value]
"""How a call of one role is carried out."""


def effect_or_read(
    m: Machine, call: LibraryCall, args: Args, place: Place, flow: Flow, receiver: Value | None
) -> Value:  # fmt: skip
    kind = http_kind(m, call, args)
    given = (*args.named(), *(("**", s) for s in args.spreads), *carries(m, call, args, flow, receiver))
    places = (*args.places, *header_places(m, args, flow))
    if isinstance(receiver, Made):
        given = (*given, *((f"self.{k}", v) for k, v in receiver.args))
    named = dict(_in_document(m, call, args, flow))
    given = (*given, *named.items())
    kind = Kind.READ if kind is Kind.EFFECT and call.http is not None and asks_document(given) else kind
    service = call.target.partition(".")[0]
    made = Invocation(call.target, service, call.target.rpartition(".")[2], kind, call.phrase or "runs again", given,
                      receiver, call.token, identity=(*call.identity, *named), already=call.already, http=call.http,
                      places=places)  # fmt: skip
    returned: Value = result_of(place)
    if call.returns:
        returned = Made(call.returns, place, carried(args, receiver), args.places)
    if kind in (Kind.TELEMETRY, Kind.COMPUTE):
        return returned
    m.sites[place] = made
    if not _ignores(made):
        refuse_second(m, made, place, flow)
        made = refuse_file(m, made, args, place, flow)
    m.can_raise(Error(("any",), place), flow)
    if kind is Kind.READ:
        m.record(Asked(place, made, must=flow.must, may=flow.may))
        return returned
    run_callables(m, args, place, flow)
    method = http_method(m, call, args)
    with m.retrying(of_transport(m, receiver, dict(args.keywords).get("retries"), method, flow) if method else None):
        m.effect(made, place, flow)
    return returned


def _in_document(m: Machine, call: LibraryCall, args: Args, flow: Flow) -> Iterator[tuple[str, Value]]:
    """What names a document that is made, where it stands inside it: `create_item({"id": …})`."""
    given = dict(args.named())
    for name in call.identity:
        owner, _, key = name.partition(".")
        document = m.dict_entries(flow, given[owner]) if key and owner in given else None
        if document is not None and key in document.entries:
            yield key, document.entries[key]


def _ignores(call: Invocation) -> bool:
    """`ignore=400` of a search engine's client: what is there already is no failure; `overwrite=True` of a blob."""
    if call.arg("overwrite") not in (None, FALSE):
        return True
    return call.arg("ignore") is not None or call.arg("ignore_status") is not None or call.arg("params") is not None


def carried(args: Args, receiver: Value | None) -> tuple[tuple[str, Value], ...]:
    own = (("self", receiver),) if receiver is not None else ()
    return (*own, *args.named(), *(("**", s) for s in args.spreads))


def _pure(m: Machine, call: LibraryCall, args: Args, place: Place, flow: Flow, receiver: Value | None) -> Value:
    inputs = args.all()
    if receiver is not None:
        put_headers(m, call.target, args, flow, receiver)
    if call.returns:
        return Made(call.returns, place, carried(args, receiver), args.places)
    if receiver is not None and not (isinstance(receiver, Made) and not receiver.args):
        inputs = (receiver, *inputs)
    run_callables(m, args, place, flow)
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


def _decode(m: Machine, call: LibraryCall, args: Args, place: Place, flow: Flow, receiver: Value | None) -> Value:
    return decoded(m, args.positional[0] if args.positional else receiver or NONE, "b64()", flow)


def _hash(m: Machine, call: LibraryCall, args: Args, place: Place, flow: Flow, receiver: Value | None) -> Value:
    inputs = tuple(v for value in args.all() for v in (value, *inside(m, value, flow)))
    if isinstance(receiver, Made):
        inputs = (*inputs, *(v for _, v in receiver.args))
    if call.returns and not isinstance(receiver, Made):
        return Made(call.returns, place, (("0", Derived("hash", inputs)),) if inputs else ())
    return Derived("hash", inputs or (Unknown("nothing"),), place)


def _fresh(kind: str) -> Role:
    def make_fresh(
        m: Machine, call: LibraryCall, args: Args, place: Place, flow: Flow, receiver: Value | None
    ) -> Value:  # fmt: skip
        if args.positional and call.target.startswith("uuid.UUID"):
            return args.positional[0]
        if call.target.startswith("shortuuid.") and call.target.endswith(".uuid") and args.get(0, "name") is not None:
            return Derived("hash", args.all(), place)
        open_retries = frozenset(r for frame in m.frames for r in frame.retries)
        m.minted[place] = m.minted.get(place, frozenset()) | open_retries
        m.frame.makes |= kind != "clock"
        called, made = m.frame.called if kind != "clock" else None, f"{call.target.replace('datetime.datetime', 'datetime')}()"
        return Fresh(kind, place, made, clock_form(call.target, args), called)

    return make_fresh


def _formatted_time(
    m: Machine, call: LibraryCall, args: Args, place: Place, flow: Flow, receiver: Value | None
) -> Value:  # fmt: skip
    """`time.strftime(format)`, `time.strftime(format, moment)`: without a moment it is now."""
    wanted = text(args.get(0, "format") or NONE)
    moment = args.get(1, "t") or _fresh("clock")(m, call, Args(), place, flow, None)
    return Derived("coarse", ()) if isinstance(moment, Fresh) and wanted and not FINE.search(wanted) else moment


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
        return Made(call.returns, place, carried(args, receiver), args.places)
    if args.positional:
        return args.positional[-1] if call.target.endswith("cast") else args.positional[0]
    return Made(call.target, place, carried(args, None), args.places)


def _submit(m: Machine, call: LibraryCall, args: Args, place: Place, flow: Flow, receiver: Value | None) -> Value:
    """`executor.submit(f, x)`, `executor.map(f, xs)`, `Thread(target=f, args=…)`, `asyncio.gather(f(x))`."""
    from lintdem.interpreter.elements import element_of  # noqa: PLC0415 - mutual recursion

    target = next((v for k, v in args.keywords if k in ("target", "func", "fn")), None)
    positional = args.positional
    # In `loop.run_in_executor(pool, f, x)` and `loop.call_later(5, f, x)` something else comes first.
    first = 1 if call.target.endswith((".run_in_executor", ".call_later")) else 0
    if target is None and len(positional) > first and isinstance(positional[first], (Func, Partial, Method, AnyOf)):
        target, positional = positional[first], positional[first + 1 :]
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
    from lintdem.interpreter.domain import ListObj  # noqa: PLC0415 - one use

    return m.new(flow, ListObj("list", (*args.positional, *args.spread), bool(args.spread)))


def _telemetry(m: Machine, call: LibraryCall, args: Args, place: Place, flow: Flow, receiver: Value | None) -> Value:
    if call.returns:
        return Made(call.returns, place, ())
    if any(isinstance(a, (Func, Partial)) for a in args.positional):
        return args.positional[0]
    return Made(call.target, place, ())


def _constructed(m: Machine, call: LibraryCall, args: Args, place: Place, flow: Flow, receiver: Value | None) -> Value:
    return Made(call.returns or call.target, place, carried(args, None), args.places)


def _lock(m: Machine, call: LibraryCall, args: Args, place: Place, flow: Flow, receiver: Value | None) -> Value:
    return made(m, Made(call.returns or call.target, place, carried(args, None), args.places), flow)


def _retry(m: Machine, call: LibraryCall, args: Args, place: Place, flow: Flow, receiver: Value | None) -> Value:
    """`retry(…)`, `retry(…)(f)`, `Retrying(…)(f, x)`, `retry_call(f, fargs=[x])`."""
    target = args.positional[0] if args.positional else dict(args.keywords).get("f")
    settings = receiver if isinstance(receiver, Made) else None
    if not isinstance(target, (Func, Partial, Method)) or (receiver is None and call.target.startswith("backoff.")):
        return _constructed(m, call, args, place, flow, receiver)
    if is_decorator(call.target):
        kept = settings.args if settings is not None else ()
        return wrapped(target, Wrapper("retry", place, kept, call.target)) if isinstance(target, Func) else target
    named = dict(args.keywords)
    listed = m.elements(flow, named["fargs"]) if "fargs" in named else None
    given = Args(listed.items) if listed is not None else Args(args.positional[1:], args.keywords, args.spread, args.spreads)
    own = settings if settings is not None else Made(call.target, place, args.keywords)
    with m.retrying(of_object(m, own, flow)):
        return m.call(target, given, place, flow, "")


def _defaulting(m: Machine, call: LibraryCall, args: Args, place: Place, flow: Flow, receiver: Value | None) -> Value:
    """`defaultdict(list)`: a dict that makes what it has not."""
    return m.new(flow, DictObj({}, (), (*args.positional[1:], *args.spreads), factory=args.get(0, "default_factory")))


def _entered(m: Machine, call: LibraryCall, args: Args, place: Place, flow: Flow, receiver: Value | None) -> Value:
    """`stack.enter_context(manager)`: entered now; what it does on its way out is taken to happen at once."""
    from lintdem.interpreter.managers import pass_through  # noqa: PLC0415 - mutual recursion

    return pass_through(m, args.positional[0], place, flow) if args.positional else NONE


def _mount(m: Machine, call: LibraryCall, args: Args, place: Place, flow: Flow, receiver: Value | None) -> Value:
    mount(m, receiver, args.get(1, "adapter"), flow)
    return NONE


ROLES: dict[str, Role] = {
    "call": effect_or_read, "pure": _pure, "json": _json, "encode": _encode, "decode": _decode, "hash": _hash,
    "salted": _salted, "uuid": _fresh("uuid"), "random": _fresh("random"), "clock": _fresh("clock"), "env": _env,
    "client": _boto, "resource": _boto, "session": _session, "transparent": _transparent, "submit": _submit,
    "formatted": _formatted_time,
    "entered": _entered, "defaulting": _defaulting,
    "retry": _retry, "mount": _mount, "guard": _constructed, "lock": _lock, "telemetry": _telemetry,
    "sleep": lambda m, call, args, place, flow, receiver: NONE,
}  # fmt: skip


def is_check(name: str) -> bool:
    from lintdem.interpreter.conditions import NAMED_CHECK  # noqa: PLC0415 - one use

    return bool(NAMED_CHECK.search(name))


def run_callables(m: Machine, args: Args, place: Place, flow: Flow) -> None:
    """Functions of the program handed to the outside run some time: once is enough to see what they do."""
    for value in args.all():
        if isinstance(value, (Func, Partial)) and len(m.active) < 30:
            inner = flow.branch()
            try:
                m.call(value, Args((), (), (Unknown("given by a library"),)), place, inner, HANDED_ON)
            except Stop:
                continue
            flow.heap, flow.may = inner.heap, flow.may | inner.may
