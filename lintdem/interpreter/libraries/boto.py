"""boto3: clients, resources and what their methods do."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintdem.interpreter.altering import replace
from lintdem.interpreter.buffers import held, is_buffer, write
from lintdem.interpreter.domain import (
    Call,
    Claim,
    Client,
    Derived,
    DictObj,
    Error,
    Failed,
    ListObj,
    Made,
    Path,
    Tried,
    Unknown,
    Value,
)
from lintdem.interpreter.dynamodb.formers import former_claim
from lintdem.interpreter.dynamodb.itemwrites import (
    batch,
    named_attributes,
    perform,
    queried,
    read_write,
    transact,
    write_item,
)
from lintdem.interpreter.dynamodb.updates import entries
from lintdem.interpreter.exceptions import FAILED
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.gaps import cause_of
from lintdem.interpreter.layers import names_around
from lintdem.interpreter.libraries.clients import is_foreign
from lintdem.interpreter.libraries.invoking import only_asks_function, only_deletes
from lintdem.interpreter.libraries.recordsets import record_sets
from lintdem.interpreter.libraries.requests import STREAMS, ships_log
from lintdem.interpreter.machine import Args, Machine, result_of
from lintdem.interpreter.selections import words_asked
from lintdem.interpreter.sql.dataapis import call_data_api
from lintdem.interpreter.trace import Asked, Gap, Invocation
from lintdem.interpreter.values import FALSE, NONE, any_of, members, text
from lintdem.knowledge import (
    ALIASES,
    Kind,
    Operation,
    command,
    operation,
    resource_method,
    signature,
    sub_resource,
    wrapped,
)
from lintdem.knowledge.resources import identifiers
from lintdem.model.span import Place

WRITES = frozenset({"put_item", "update_item", "delete_item"})
NOT_CALLS = frozenset({"generate_presigned_url", "generate_presigned_post", "get_waiter", "can_paginate", "close", "reload",
                       "load", "wait_until_exists", "wait_until_not_exists"})  # fmt: skip
_RAISED = {"upload_file": ("S3UploadFailedError", "Boto3Error")}
"""What the SDK raises in place of the service's own error: an `except ClientError` around such a call catches nothing."""


def make(m: Machine, role: str, name: str, args: Args, place: Place, flow: Flow, receiver: Value | None) -> Value:
    """`boto3.client(…)`, `boto3.resource(…)`, on the module or a session."""
    found: list[Value] = []
    service = args.get(0, "service_name")
    config = tuple(_settings(m, v, flow) for k, v in args.keywords if k == "config")
    for one in members(service) if service is not None else ():
        known_name = text(one)
        if known_name:
            found.append(Client(ALIASES.get(known_name, known_name), None if role == "client" else "", place, (), config))
    return any_of(found) if found else Unknown("a client whose service is not written out")


def _settings(m: Machine, config: Value, flow: Flow) -> Value:
    """A configuration with the entries of its `retries=` beside its own."""
    if not isinstance(config, Made):
        return config
    inner = entries(m, dict(config.args).get("retries"), flow)
    return replace(config, args=(*config.args, *((f"retries.{k}", v) for k, v in inner.items())))


def call_as_client(m: Machine, name: str, args: Args, place: Place, flow: Flow, receiver: Value) -> Value | None:
    """A call on something unknown whose arguments only a request to AWS has: on a client that comes from elsewhere."""
    said = signature(name, [keyword for keyword, _ in args.keywords])
    if said is None or args.positional:
        return None
    params = (("name", receiver),) if said.resource is not None else ()
    root = cause_of(receiver)
    made = (root.place if root is not None else None) or place
    return call_client(m, Client(said.service, said.resource, made, params), name, args, place, flow)


def call_wrapper(m: Machine, name: str, args: Args, place: Place, flow: Flow) -> Value | None:
    """A call on a wrapper of a client whose code is not there, told by the names of its class and method."""
    said, given = wrapped(name), args.all()
    if said is None or not given:
        return None
    service, method, body = said
    sent = {body: given[0] if len(given) == 1 else Derived("call", given)}
    return operate(m, Client(service, None, place), method, sent, Args((), tuple(sent.items())), place, flow)


def call_client(m: Machine, client: Client, name: str, args: Args, place: Place, flow: Flow) -> Value:
    """A method of a client, a resource or a resource object."""
    if client.resource == "batch_writer":
        return _batch_writer(m, client, name, args, place, flow)
    if client.resource is not None:
        return _call_resource(m, client, name, args, place, flow)
    if name.startswith("generate_"):
        return Derived("call", args.all())
    if name == "get_paginator":
        return Made("paginator", place, (("self", client), ("0", args.get(0, "operation_name") or NONE)))
    if name in NOT_CALLS:
        return Derived("call", args.all())
    if is_foreign(client.service, name):
        m.record(Gap(place, f"a client of {client.service} has no operation {name}", client.place))
        return Derived("call", args.all())
    return operate(m, client, name, dict(args.keywords), args, place, flow)


def _call_resource(m: Machine, client: Client, name: str, args: Args, place: Place, flow: Flow) -> Value:
    if name == "batch_writer":
        m.buffer(place)
        return Client("dynamodb", "batch_writer", place, client.params, tuple(v for v in args.all() if v != NONE))
    if name in NOT_CALLS:
        return client
    sub = sub_resource(client.service, client.resource, name)
    action = resource_method(client.service, client.resource, name)
    if sub is not None and action is None:
        return _sub_resource(client, sub, args, place)
    if action is None:
        return Path("result", (name,), place)
    method, given = action
    keywords = dict(args.keywords)
    owned = dict(client.params)
    for identifier, argument in given:
        if argument and identifier in owned:
            keywords.setdefault(argument, owned[identifier])
    result = operate(m, client, method, keywords, args, place, flow)
    return _sub_resource(client, sub, args, place) if sub is not None else result


def _sub_resource(client: Client, sub: str, args: Args, place: Place) -> Value:
    """`dynamodb.Table(name)`, `bucket.Object(key)`, `sqs.get_queue_by_name(…)`."""
    names = identifiers(client.service, sub) if not sub.endswith("[]") and "." not in sub else ()
    owned = _passed_on(client, names)
    missing = [n for n in names if n not in owned or len(args.positional) + len(args.keywords) >= len(names)]
    keywords = dict(args.keywords)
    params = dict(owned)
    for index, identifier in enumerate(missing):
        value = args.get(index)
        if value is None:
            plain = identifier.replace("_", "")
            value = next((v for k, v in keywords.items() if k.lower().replace("_", "") == plain), None)
        if value is not None:
            params[identifier] = value
    if not args.positional and keywords and not params:
        params = dict(keywords)
    return Client(client.service, sub, place, tuple(params.items()), client.config)


def _passed_on(client: Client, names: tuple[str, ...]) -> dict[str, Value]:
    """What a resource hands to one that belongs to it: the `name` of a bucket is the `bucket_name` of its objects."""
    owned = dict(client.params)
    own = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", client.resource or "").lower()
    return owned | {f"{own}_{name}": value for name, value in client.params if f"{own}_{name}" in names}


def _batch_writer(m: Machine, client: Client, name: str, args: Args, place: Place, flow: Flow) -> Value:
    if name not in ("put_item", "delete_item"):
        return client
    op = operation("dynamodb", name)
    if op is None:
        return NONE
    given = dict(args.keywords)
    if args.positional:
        given["Item" if name == "put_item" else "Key"] = args.positional[0]
    for _, table in client.params:
        given["TableName"] = table
    call = _invocation(op, given, client)
    write = read_write(m, name, given, place, flow)
    perform(m, [replace(call, write=write)], place, flow, FAILED)
    return NONE


def _invocation(op: Operation, given: dict[str, Value], client: Client) -> Invocation:
    return Invocation(
        f"{op.service}.{op.name}", op.service, op.method, op.kind, op.phrase, tuple(given.items()), client,
        op.token if op.token_holds else None,
        op.token_marked, op.token_fifo, op.token_max, op.identity, op.destination, op.already, op.gone, op.guessed,
    )  # fmt: skip


_CARRIERS = frozenset({"events", "kinesis", "sns", "sqs"})
"""Services that take messages in lists of entries."""


def _held(m: Machine, op: Operation, given: dict[str, Value], flow: Flow) -> tuple[tuple[str, Value], ...]:
    """What is handed over in lists and dicts, where it matters which of it comes from the event."""
    if op.kind is not Kind.READ and op.service not in _CARRIERS and command(op.service, op.method) is None:
        return ()
    return tuple((name, inner) for name, value in given.items() for inner in _within(m, value, flow, 3))


def _within(m: Machine, value: Value, flow: Flow, depth: int) -> Iterator[Value]:
    obj = m.get(flow, value) if depth else None
    inside = obj.items if isinstance(obj, ListObj) else tuple(obj.entries.values()) if isinstance(obj, DictObj) else ()
    for one in inside:
        yield one
        yield from _within(m, one, flow, depth - 1)


_TOLD = ("MessageDeduplicationId", "MessageGroupId", "MessageBody", "Message", "Detail", "Data")
_LISTS = {"send_message_batch": "Entries", "publish_batch": "PublishBatchRequestEntries", "put_events": "Entries",
          "put_records": "Records"}  # fmt: skip
"""Calls that carry several messages, and where they list them."""


def _told_by_all(m: Machine, op: Operation, given: dict[str, Value], flow: Flow) -> dict[str, Value]:
    """What every entry of a batch says: its body, and the ids by which a FIFO queue or topic knows it."""
    listed = _LISTS.get(op.method, "")
    found = m.elements(flow, given.get(listed, NONE))
    told = [m.dict_entries(flow, one) for item in found.items for one in members(item)] if found is not None else []
    said = [one.entries for one in told if one is not None]
    if not said or len(said) < len(told):
        return {}
    every = [name for name in _TOLD if all(name in one for one in said)]
    values = {name: tuple(dict.fromkeys(one[name] for one in said)) for name in every}
    return {f"{listed}[].{name}": v[0] if len(v) == 1 else Derived("item", v) for name, v in values.items()}


def _inner_token(
    m: Machine, op: Operation, given: dict[str, Value], flow: Flow
) -> tuple[dict[str, Value], tuple[tuple[str, Place], ...]]:
    """A token that stands inside of another argument, `InvalidationBatch.CallerReference`, and where it is written."""
    head, *inner = (op.token or "").split(".")
    held = members(given[head]) if inner and head in given else ()
    while inner:
        name = inner.pop(0)
        dicts = [found for one in held if (found := m.dict_entries(flow, one)) is not None and name in found.entries]
        if dicts and not inner:
            return {str(op.token): dicts[0].entries[name]}, tuple((str(op.token), p) for k, p in dicts[0].places if k == name)
        held = tuple(one for found in dicts for one in members(found.entries[name]))
    return {}, ()


def operate(
    m: Machine, client: Client, name: str, keywords: dict[str, Value], args: Args, place: Place, flow: Flow
) -> Value:  # fmt: skip
    """Carry out an operation of a service."""
    op = operation(client.service, name)
    if op is None:
        return Derived("call", (*args.all(),))
    given = dict(keywords)
    # What a resource says of itself (`bucket.upload_file(file, key)`) is no argument of its methods.
    said = {k for k, _ in args.keywords}
    names = [name for name in op.positional if name not in given or name in said]
    for index, value in enumerate(args.positional):
        given.setdefault(names[index] if index < len(names) else str(index), value)
    for spread in args.spreads:
        given.setdefault("**", spread)
    if name == "download_fileobj" and is_buffer(m, file := given.get("Fileobj", NONE), flow):
        write(m, file, result_of(place), flow)
    given = {k: held(m, v, flow) for k, v in given.items()}
    for argument in ("Key", "CopySource"):
        given.update({f"{argument}.{k}": v for k, v in named_attributes(m, given.get(argument), flow).items()})
    token, where = _inner_token(m, op, given, flow)
    given |= token
    if client.service == "dynamodb" and name in ("query", "scan"):
        given.update({**(queried(m, given, flow) if name == "query" else {}), **words_asked(m, given, flow)})
    given.update(_told_by_all(m, op, given, flow))
    call = replace(_invocation(op, given, client), places=(*args.places, *where), held=_held(m, op, given, flow))
    if only_asks_function(m, call, flow):
        call = replace(call, kind=Kind.READ)
    elif only_deletes(m, call, flow):
        call = replace(call, kind=Kind.DELETE)
    if op.switch and call.arg(op.switch) == FALSE:
        call = replace(call, kind=Kind.SET)
    if op.method == "change_resource_record_sets":
        call = record_sets(m, call, flow)
    m.sites[place] = call
    if client.service == "dynamodb":
        special = _dynamodb(m, call, place, flow)
        if special is not None:
            return special
    sent = call_data_api(m, call, place, flow)
    if sent is not None:
        return sent
    if call.kind in (Kind.READ, Kind.TELEMETRY, Kind.COMPUTE) or _ships_log(m, client.service, place):
        m.can_raise(Error(("any", "ClientError"), place), flow)
        if call.kind is Kind.READ:
            m.record(Asked(place, call, must=flow.must, may=flow.may))
        return result_of(place)
    if client.service == "lambda" and name == "invoke" and text(given.get("InvocationType", NONE)) == "DryRun":
        return result_of(place)
    if client.service == "s3" and name in ("put_object", "copy_object") and text(given.get("IfNoneMatch", NONE)) == "*":
        return _create_once(m, call, place, flow)
    refuse_second(m, call, place, flow)
    _spent(m, call, place, flow)
    m.can_raise(Error(_RAISED.get(name, ("any", "ClientError")), place), flow)
    m.effect(call, place, flow)
    return result_of(place)


def _ships_log(m: Machine, service: str, place: Place) -> bool:
    """Whether the functions that are at work here, two and those around them that make one call only, send log lines."""
    steps = (Call(frame.called or place, frame.name) for frame in m.frames) if service in STREAMS else ()
    return ships_log(names_around(m.program.modules, place, steps, 2))


def _dynamodb(m: Machine, call: Invocation, place: Place, flow: Flow) -> Value | None:
    if call.method in WRITES:
        answer = write_item(m, call, place, flow)
        claim = former_claim(m.sites[place], place)
        if claim is not None:
            m.claim(claim, flow)
        return answer
    if call.method == "transact_write_items":
        return transact(m, call, place, flow)
    if call.method == "batch_write_item":
        return batch(m, call, place, flow)
    return None


def _create_once(m: Machine, call: Invocation, place: Place, flow: Flow) -> Value:
    """An S3 object that is written only if it is not there: an atomic claim on its key."""
    claim = Claim(place, "the condition `IfNoneMatch=\"*\"`", call.arg("Key") or Unknown("the object key"), call.arg("Bucket"))
    m.claim(claim, flow)
    m.can_raise(Error(("PreconditionFailed", "ClientError"), place, claim), flow, frozenset({Failed(claim)}))
    flow.must |= {Tried(claim)}
    m.can_raise(Error(("any", "ClientError"), place), flow)
    flow.must |= {claim}
    m.effect(call, place, flow)
    return result_of(place)


def refuse_second(m: Machine, call: Invocation, place: Place, flow: Flow) -> None:
    """An operation that refuses a second artifact of the same name is a claim on the name. Where nobody wrote down what
    has to be unique, the program may know: it counts when the refusal is caught by its name."""
    named = call.identity or (_name_of(call) if call.kind is Kind.CREATE else ())
    name = next((v for i in named if (v := call.arg(i)) is not None), None)
    if not call.already or name is None:
        return
    claim = Claim(place, f"the {named[0]} of {call.name}", name, record=False, tentative=not call.identity)
    m.claim(claim, flow)
    m.can_raise(Error((*call.already, "ClientError"), place, claim), flow, frozenset({Failed(claim)}))
    flow.must |= {claim}


def _name_of(call: Invocation) -> tuple[str, ...]:
    """The argument that names what is created: `name`, or `RuleName` of `create_rule`."""
    own = call.method.removeprefix("create_").replace("_", "")
    return tuple(k for k, _ in call.args if k.lower() in ("name", f"{own}name"))


def _spent(m: Machine, call: Invocation, place: Place, flow: Flow) -> None:
    """A call that is refused once its token is spent or its subject gone: the mark of that failure, no claim."""
    refused = call.gone or (call.already if not call.identity and call.kind is not Kind.CREATE else ())
    if refused:
        subject = next((v for k in (*call.identity, *call.destination) if (v := call.arg(k)) is not None), Unknown("the subject"))
        mark = Claim(place, f"a second {call.name}", subject, useless="it is refused", record=False)
        m.can_raise(Error((*refused, "ClientError"), place, mark), flow, frozenset({Failed(mark)}))


def paginate(m: Machine, paginator: Made, args: Args, place: Place, flow: Flow) -> Value:
    """`paginator.paginate(…)`: a read, page by page."""
    named = dict(paginator.args)
    client, method = named.get("self"), text(named.get("0", NONE))
    if isinstance(client, Client) and method:
        op = operation(client.service, method)
        if op is not None:
            given = dict(args.keywords)
            call = replace(_invocation(op, given, client), held=_held(m, op, given, flow))
            m.sites[place] = call
            m.record(Asked(place, call, must=flow.must, may=flow.may))
    return result_of(place)

