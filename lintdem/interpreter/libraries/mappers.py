"""Models of PynamoDB and dyntastic: their methods are item writes and reads of DynamoDB.

Source: https://pynamodb.readthedocs.io/en/stable/conditional.html, /updates.html and /transaction.html,
https://github.com/nayaverdier/dyntastic.
"""

from __future__ import annotations

from lintdem.interpreter.altering import replace
from lintdem.interpreter.domain import (
    Check,
    Claim,
    Cls,
    Derived,
    Error,
    External,
    Func,
    Instance,
    Made,
    Path,
    Ref,
    Unknown,
    Value,
)
from lintdem.interpreter.dynamodb.itemconditions import compared_values, judge, orders, read_condition
from lintdem.interpreter.dynamodb.itemwrites import perform
from lintdem.interpreter.exceptions import CANCELED, FAILED
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.lineage import find_in_class, item_keys, outside_bases
from lintdem.interpreter.machine import Args, Machine, result_of
from lintdem.interpreter.rows import attributes_of
from lintdem.interpreter.trace import Asked, Invocation, Write
from lintdem.interpreter.values import known, leaves, text
from lintdem.knowledge import Kind, operation
from lintdem.model.span import Place

FAILURES = ("PutError", "UpdateError", "DeleteError", "PynamoDBException", *FAILED)
_CANCELED = ("TransactWriteError", "PynamoDBException", *CANCELED)
_WRITES = {"save": "put_item", "create": "put_item", "update": "update_item", "delete": "delete_item"}
_READS = {"get": "get_item", "query": "query", "scan": "scan", "count": "query", "exists": "describe_table",
          "batch_get": "batch_get_item", "refresh": "get_item"}  # fmt: skip


def is_model(cls: Cls) -> bool:
    """Whether a class is a model of PynamoDB or dyntastic."""
    bases = outside_bases(cls)
    return any(base.startswith("pynamodb.") and base.endswith("Model") for base in bases) or _is_dyntastic(cls)


def _is_dyntastic(cls: Cls) -> bool:
    return any(base.startswith("dyntastic.") and base.endswith("Dyntastic") for base in outside_bases(cls))


def call_model(
    m: Machine, owner: Ref | Path | Cls, cls: Cls, name: str, args: Args, place: Place, flow: Flow
) -> Value | None:  # fmt: skip
    """A method of a model or of its class; None when it is another method."""
    if name in _READS:
        call = _invocation(_READS[name], cls)
        given = (args.get(0, "hash_key"), args.get(1, "range_key")) if name == "get" else ()
        keyed = tuple((f"Key.{k}", v) for k, v in zip(item_keys(cls), given, strict=False) if v is not None)
        call = replace(call, args=(*call.args, *keyed), target=cls)
        m.sites[place] = call
        m.record(Asked(place, call, must=flow.must, may=flow.may))
        if name == "get":
            before = flow.must
            flow.must |= {Check(place, "absent", result_of(place), call.name)}
            m.can_raise(Error(("DoesNotExist", "PynamoDBException"), place), flow)
            flow.must = before
        return result_of(place)
    if name == "batch_write":
        return Made("pynamodb.batch", place, (("self", cls),))
    if name in _WRITES and isinstance(owner, (Ref, Path)) and (name != "create" or _is_dyntastic(cls)):
        write = _write(m, owner, cls, name, args, place, flow)
        perform(m, [replace(_invocation(_WRITES[name], cls), write=write)], place, flow, FAILURES)
        return result_of(place)
    return None


def call_item(m: Machine, row: Path, name: str, args: Args, place: Place, flow: Flow) -> Value | None:
    """`item.update(…)`, `item.save()` on what was read through a model; None when it is something else."""
    read = m.sites.get(row.place) if row.root == "result" and row.place is not None else None
    model = read.target if read is not None else None
    if not isinstance(model, Cls) or not is_model(model) or name not in _WRITES:
        return None
    return call_model(m, row, model, name, args, place, flow)


def call_index(m: Machine, index: Made, name: str, args: Args, place: Place, flow: Flow) -> Value | None:
    """`Model.index.query(…)`, `Model.index.count(…)`: a read of the model's table."""
    model = dict(index.args).get("self")
    return call_model(m, model, model, name, args, place, flow) if isinstance(model, Cls) and name in _READS else None


def call_batch(m: Machine, batch: Made, name: str, args: Args, place: Place, flow: Flow) -> Value:
    """`batch.save(item)` and `batch.delete(item)`: writes that cannot carry a condition."""
    item = args.positional[0] if args.positional else None
    found = m.get(flow, item) if item is not None else None
    if name in _WRITES and isinstance(item, Ref) and isinstance(found, Instance):
        write = _write(m, item, found.cls, name, Args(), place, flow)
        perform(m, [replace(_invocation(_WRITES[name], found.cls), write=write)], place, flow, FAILURES)
    return result_of(place)


def queue_write(m: Machine, transaction: Made, name: str, args: Args, place: Place, flow: Flow) -> Value:
    """`tx.save(item)` in a `TransactWrite`: nothing is written before the end of the block."""
    item = args.get(0, "model") or args.get(0, "model_cls")
    found = m.get(flow, item) if item is not None else None
    cls = found.cls if isinstance(found, Instance) else item if isinstance(item, Cls) else None
    owner = item if isinstance(item, Ref) else None
    if cls is not None and name in (*_WRITES, "condition_check"):
        rest = Args(args.positional[1:], args.keywords)
        write = _write(m, owner, cls, name, rest, place, flow)
        m.queued.setdefault(transaction, []).append(replace(_transacted(transaction, cls), write=write))
    return result_of(place)


def _transacted(transaction: Made, cls: Cls) -> Invocation:
    token = dict(transaction.args).get("client_request_token")
    call = _invocation("transact_write_items", cls)
    given = (*call.args, *((("ClientRequestToken", token),) if token is not None else ()))
    return replace(call, args=given, token="ClientRequestToken", token_marked=True)


def leave_transaction(m: Machine, transaction: Made, place: Place, flow: Flow) -> None:
    """The end of the block: the writes succeed or fail together."""
    calls = m.queued.pop(transaction, [])
    if calls:
        m.sites[place] = calls[0]
        perform(m, calls, place, flow, _CANCELED)


def _invocation(method: str, cls: Cls) -> Invocation:
    op = operation("dynamodb", method)
    name = op.name if op is not None else method
    kind = op.kind if op is not None else Kind.WRITE
    phrase = op.phrase if op is not None else "writes the item again"
    return Invocation(f"dynamodb.{name}", "dynamodb", method, kind, phrase, (("TableName", _table(cls)),))


def _table(cls: Cls) -> Value:
    meta = find_in_class(cls, "Meta")
    if isinstance(meta, Cls):
        named = meta.scope.names.get("table_name")
        if named is not None:
            return named
    own = find_in_class(cls, "__table_name__")
    return own if own is not None else known(cls.definition.name)


def _default(m: Machine, cls: Cls, name: str, place: Place, flow: Flow) -> Value:
    """The default of an attribute, which a function may make."""
    declared = find_in_class(cls, name)
    named = dict(declared.args) if isinstance(declared, Made) else {}
    default = named.get("default") or named.get("default_for_new") or named.get("default_factory") or Unknown(name)
    return m.call(default, Args(), place, flow, "default") if isinstance(default, (Func, External)) else default


def _write(m: Machine, owner: Ref | Path | None, cls: Cls, name: str, args: Args, place: Place, flow: Flow) -> Write:
    found = m.get(flow, owner) if owner is not None else None
    attrs = {k: v for k, v in found.attrs.items() if k != "**"} if isinstance(found, Instance) else {}
    opaque = isinstance(found, Instance) and "**" in found.attrs
    if isinstance(owner, Path):
        read = m.sites[owner.place] if owner.place is not None else None
        keys = {k.removeprefix("Key."): v for k, v in read.args if k.startswith("Key.")} if read is not None else {}
        # What was read has its key; the defaults are for items that are new.
        stored = {k: Path(owner.root, (*owner.steps, k), owner.place) for k in item_keys(cls)}
        attrs, opaque = {**stored, **keys, **_altered(m, owner), **attributes_of(m, owner)}, True
    key = tuple((k, attrs[k] if k in attrs else _default(m, cls, k, place, flow)) for k in item_keys(cls))
    accumulates = ""
    if name == "update":
        attrs, accumulates = _actions(m, args, flow, _is_dyntastic(cls))
    kind = {"save": "put", "create": "put", "update": "update", "delete": "delete"}.get(name, "check")
    given = dict(args.keywords).get("condition") if _is_dyntastic(cls) else args.get(1 if name == "update" else 0, "condition")
    if name == "create" and key:
        # dyntastic's own condition: there is no item under this key yet.
        given = Made(f"dyntastic.A.{key[0][0]}.not_exists", place)
    write = Write("accumulate" if accumulates else kind, _table(cls), key, tuple(attrs.items()),
                  "condition" if given is not None else "", given is not None, accumulates, None, opaque)  # fmt: skip
    if given is None:
        return write
    condition = read_condition(m, given, {}, {}, flow)
    verdict = judge(condition, attrs, dict(key), opaque)
    identity = key[0][1] if len(key) == 1 else Derived("format", tuple(v for _, v in key))
    claim = Claim(place, "the condition of the model", identity, write.table, "" if verdict.holds else verdict.reason)
    return replace(write, claim=claim, compares=compared_values(condition), orders=orders(condition))


def _altered(m: Machine, owner: Path) -> dict[str, Value]:
    """The attributes of what was read that were changed in place: `item.names.append(name)`."""
    depth = len(owner.steps)
    inside = [one for one in m.altered if (one.root, one.place, one.steps[:depth]) == (owner.root, owner.place, owner.steps)]
    names = sorted({one.steps[depth] for one in inside if len(one.steps) > depth})
    return {name: Path(owner.root, (*owner.steps, name), owner.place) for name in names}


def _actions(m: Machine, args: Args, flow: Flow, spread: bool) -> tuple[dict[str, Value], str]:
    """`actions=[Model.n.set(v), Model.n.add(1)]`, or one argument each: what is set, and what adds to what is there."""
    listed = m.elements(flow, args.get(0, "actions") or Unknown("actions"))
    sets: dict[str, Value] = {}
    accumulates = ""
    for index, action in enumerate(args.positional if spread else listed.items if listed is not None else ()):
        if not isinstance(action, Made):
            continue
        method = action.type.rpartition(".")[2]
        value = dict(action.args).get("0", Unknown("a value"))
        sets[str(index)] = value
        grows = method == "add" and text(value) is None and "SetAttribute" not in action.type
        own = method == "set" and isinstance(value, Derived) and value.op in ("arith+", "arith-")
        grows = grows or (isinstance(value, Made) and value.type.rpartition(".")[2] in ("append", "prepend"))
        if grows or (own and any(map(_is_attribute, leaves(value)))):
            accumulates = f"{method}(…)"
    return sets, accumulates


def _is_attribute(value: Value) -> bool:
    if isinstance(value, External):
        return value.name.startswith("dyntastic.")
    return isinstance(value, Made) and "pynamodb" in value.type
