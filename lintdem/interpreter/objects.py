"""Objects: attributes and items of every kind of value, methods of the program's classes."""

from __future__ import annotations

from lintdem.interpreter.building import base_construct, field_of
from lintdem.interpreter.classobjects import standing_in
from lintdem.interpreter.definitions import member_of
from lintdem.interpreter.dictitems import dict_item, there
from lintdem.interpreter.domain import (
    AnyOf,
    Cases,
    Client,
    Cls,
    Derived,
    DictObj,
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
    Mod,
    Path,
    Ref,
    Super,
    Unknown,
    Value,
)
from lintdem.interpreter.elements import element_of, is_query, sent
from lintdem.interpreter.fields import DUMPS, JSON, given_to
from lintdem.interpreter.filling import fill
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.injection import is_asked, provided
from lintdem.interpreter.interfaces import implementations, is_open, made
from lintdem.interpreter.libraries.documents import collection_of, is_mongo
from lintdem.interpreter.libraries.tables import is_catalogue
from lintdem.interpreter.lineage import field_at, find_after, find_in_class, is_enum, is_typed_dict, lineage
from lintdem.interpreter.machine import Args, Machine, Stop
from lintdem.interpreter.valueobjects import bare
from lintdem.interpreter.values import NONE, any_of, known, leaves, members, text
from lintdem.knowledge import client_of_type, resource_method
from lintdem.model.function import Declare
from lintdem.model.span import Place
from lintdem.model.values import Name

FIRST = known(0)
NESTED = 30
"""Calls inside calls in which objects are made up from types."""
COARSE = frozenset({"year", "month", "day", "hour", "weekday", "isocalendar"})
"""Parts of a time that two deliveries share."""


def attribute(m: Machine, value: Value, name: str, flow: Flow, place: Place) -> Value:
    """`value.name`."""
    if isinstance(value, Cases):
        read = tuple((attribute(m, v, name, flow, place), must, may) for v, must, may in value.cases if v != NONE)
        return Cases(read) if len(read) > 1 else any_of([one for one, _, _ in read])
    if isinstance(value, AnyOf):
        found = [attribute(m, v, name, flow, place) for v in value.values if v != NONE]
        return any_of(found) if found else Unknown(f"attribute {name} of None")
    if isinstance(value, Mod):
        return member_of(m, value.path, name)
    if isinstance(value, External):
        return current_request(m, value, name) or External(f"{value.name}.{name}")
    if isinstance(value, Made) and name in ("current_event", "current_request"):
        return Path("event")
    if isinstance(value, Path):
        return step(m, value, name)
    if isinstance(value, Client):
        return _client_attribute(value, name)
    if isinstance(value, Ref):
        return _object_attribute(m, value, name, flow, place)
    if isinstance(value, Cls):
        return _class_attribute(m, value, name, flow, place)
    if isinstance(value, Super):
        found_in = find_after(value.cls, _class_of(m, value.bound, flow) or value.cls, name)
        construct = base_construct(m, value, name) if found_in is None else None
        if construct is not None:
            return construct
        return bind(m, found_in, value.bound, flow, place) if found_in is not None else Method(value.bound, name)
    if isinstance(value, Error):
        return Derived(f"error:{name}", (value,))
    if isinstance(value, Derived) and value.op.startswith("error:"):
        return Derived(f"{value.op}.{name}", value.parts)
    if isinstance(value, Known) and name in ("value", "name"):
        return value
    if isinstance(value, Fresh) and name in ("hex", "int", "bytes", "urn", "fields"):
        return value
    if isinstance(value, Fresh) and name in COARSE:
        return Derived("coarse", ())
    return m.answer(value, name) or given_to(m, value, name, flow) or Method(value, name)


def _class_of(m: Machine, value: Value, flow: Flow) -> Cls | None:
    """The class of an object, or a class itself."""
    found = m.get(flow, value)
    return found.cls if isinstance(found, Instance) else value if isinstance(value, Cls) else None


REQUEST = {"json": ("body", "json()"), "form": ("body",), "data": ("body",), "values": ("body",),
           "args": ("queryStringParameters",), "headers": ("headers",), "view_args": ("pathParameters",)}  # fmt: skip
"""Flask's request by its attributes, as parts of the event."""


def current_request(m: Machine, value: External, name: str) -> Value | None:
    """An attribute of the request that a web framework keeps for the function."""
    if value.name != "flask.request" or name not in REQUEST:
        return None
    m.paths.add(REQUEST[name])
    return Path("event", REQUEST[name])


def step(m: Machine, value: Path, name: str) -> Path:
    """One step further into the event, the context or a result; what is read of the event tells its source."""
    further = Path(value.root, (*value.steps, name), value.place)
    if value.root == "event" and (not value.steps or value.steps[0] not in m.provided):
        m.paths.add(further.steps)
    return further


def _client_attribute(value: Client, name: str) -> Value:
    if name == "exceptions":
        return External(f"botocore.errorfactory.{value.service}")
    if (value.service, value.resource) == ("sqs", "Message") and resource_method("sqs", "Message", name) is None:
        return Path("result", ("Messages", "*", name), value.place)
    return Method(value, name)


def _class_attribute(m: Machine, cls: Cls, name: str, flow: Flow, place: Place) -> Value:
    found = find_in_class(cls, name)
    if found is None:
        if name == "__name__":
            return known(cls.definition.name)
        return Method(cls, name)
    if isinstance(found, Func):
        kinds = {w.kind for w in found.wrappers}
        return with_bound(found, cls) if "class" in kinds else found
    if isinstance(found, Derived) and not found.parts and is_enum(cls):
        # Of `auto()` only the name tells one member from another.
        return known(f"{cls.definition.name}.{name}")
    return standing_in(m, cls, found, flow, place)


def _object_attribute(m: Machine, ref: Ref, name: str, flow: Flow, place: Place) -> Value:
    found = m.get(flow, ref)
    if not isinstance(found, Instance):
        return field_of(found, name, place) or Method(ref, name)
    if name in found.attrs:
        held = found.attrs[name]
        return (_declared(m, found.cls, name, flow, place) or held) if isinstance(held, Unknown) else held
    if name == "__class__":
        return found.cls
    if name == "__dict__":
        return m.new(flow, DictObj(dict(found.attrs)))
    inside = find_in_class(found.cls, name)
    if inside is not None and not (isinstance(inside, Unknown) and "**" in found.attrs):
        return bind(m, inside, ref, flow, place)
    if "**" in found.attrs and name not in DUMPS | JSON:
        return m.item(found.attrs["**"], known(name), flow, place)
    declared = _declared(m, found.cls, name, flow, place)
    stand_in = find_in_class(found.cls, "__getattr__") if declared is None and not name.startswith("__") else None
    if isinstance(stand_in, Func):
        given = m.call(bind(m, stand_in, ref, flow, place), Args((known(name),)), place, flow, "__getattr__")
        if not isinstance(given, Unknown):
            return given
    return declared or Method(m.constructs.get(ref, ref), name)


def _declared(m: Machine, cls: Cls, name: str, flow: Flow, place: Place) -> Value | None:
    """A field that is only declared, by its type."""
    for one in lineage(cls):
        for statement in one.definition.body:
            if isinstance(statement, Declare) and isinstance(statement.target, Name) and statement.target.id == name:
                outer = Flow(one.scope, flow.heap)
                found = m.typed(m.evaluate(statement.annotation, outer), place, outer)
                flow.heap = outer.heap
                return found
    return None


def bind(m: Machine, found: Value, owner: Value, flow: Flow, place: Place) -> Value:
    """What an attribute found in a class gives on an instance: a bound method, a property's value."""
    if isinstance(found, AnyOf):
        return any_of([bind(m, v, owner, flow, place) for v in found.values])
    if isinstance(found, Ref):
        return _described(m, found, owner, flow, place)
    if not isinstance(found, Func):
        return found
    kinds = {w.kind for w in found.wrappers}
    if "static" in kinds or found_name(found) == "__new__":
        return found
    instance = m.get(flow, owner)
    if isinstance(instance, Instance) and len(m.active) < NESTED:
        behind = _behind(m, instance.cls, found, owner, flow, place)
        if behind is not None:
            return behind
    bound = with_bound(found, owner)
    if "property" in kinds:
        return m.call(bound, Args(), place, flow, found_name(found))
    return bound


def _behind(m: Machine, own: Cls, method: Func, owner: Value, flow: Flow, place: Place) -> Value | None:
    """The methods that may stand behind one that is left open; None when it is not, or the program has none."""
    name = found_name(method)
    home = next((c for c in lineage(own) if c.scope.names.get(name) == method), None)
    if home is None or not is_open(method, home):
        return None
    found: list[Value] = []
    for cls in implementations(m, home, name):
        inside = find_in_class(cls, name)
        if isinstance(inside, Func):
            found.append(bind(m, inside, made(m, cls, owner, place, flow), flow, place))
    return any_of(found) if found else None


def _described(m: Machine, found: Ref, owner: Value, flow: Flow, place: Place) -> Value:
    """An object in a class body whose own class says by `__get__` what it gives on an instance."""
    held = m.get(flow, found)
    getter = find_in_class(held.cls, "__get__") if isinstance(held, Instance) else None
    if not isinstance(getter, Func):
        return found
    instance = m.get(flow, owner)
    cls = instance.cls if isinstance(instance, Instance) else NONE
    return m.call(with_bound(getter, found), Args((owner, cls)), place, flow, "__get__")


def found_name(func: Func) -> str:
    """The name of a function for messages."""
    return getattr(func.definition, "name", "lambda")


def with_bound(func: Func, owner: Value) -> Func:
    """The method that a function is on an object."""
    return Func(func.path, func.definition, func.scope, owner, func.owner, func.wrappers)


def instantiate(m: Machine, cls: Cls, args: Args, place: Place, flow: Flow) -> Value:
    """`cls(args)`."""
    if m.built is not None:
        m.instantiated.add(cls.key)
    if (value := bare(cls, args)) is not None:
        return value
    maker = find_in_class(cls, "__new__")
    if isinstance(maker, Func):
        made = m.call(maker, Args((cls, *args.positional), args.keywords, args.spread, args.spreads), place, flow, "__new__")
        if isinstance(made, (Cls, Func)):
            return made
        own = next((one for one in members(made) if isinstance(one, Ref) and _class_of(m, one, flow) == cls), None)
        if own is not None:
            return _begun(m, cls, own, args, place, flow)
    if is_typed_dict(cls):
        return m.new(flow, DictObj(dict(args.keywords), (), (*args.positional, *args.spreads), args.places))
    ref = m.new(flow, Instance(cls, {}))
    m.begun[ref] = flow.must
    return _begun(m, cls, ref, args, place, flow)


def _begun(m: Machine, cls: Cls, ref: Ref, args: Args, place: Place, flow: Flow) -> Value:
    """A new object, or the only one that `__new__` gives again, after its `__init__`."""
    init = find_in_class(cls, "__init__")
    if isinstance(init, Func):
        m.call(bind(m, init, ref, flow, place), args, place, flow, cls.definition.name)
        return ref
    fill(m, cls, ref, args, place, flow)
    return ref


def item(m: Machine, value: Value, index: Value, flow: Flow, place: Place) -> Value:
    """`value[index]`."""
    if isinstance(value, Cases):
        each = [(item(m, v, index, flow, place), must, may) for v, must, may in value.cases]
        kept = there([v for v, _, _ in each])
        return Cases(tuple(one for one in each if one[0] in kept))
    if isinstance(value, AnyOf):
        found = there([item(m, v, index, flow, place) for v in value.values if v != NONE])
        return any_of(found) if found else Unknown("item of None")
    if isinstance(index, Cases) and isinstance(value, Ref):
        return Cases(tuple((item(m, value, i, flow, place), must, may) for i, must, may in index.cases))
    if isinstance(index, (AnyOf, Cases)):
        return any_of([item(m, value, i, flow, place) for i in members(index)])
    drawn = _drawn(m, value, index, flow)
    if drawn is not None:
        return drawn
    obj = m.get(flow, value)
    if isinstance(obj, DictObj):
        return dict_item(m, obj, value, index, flow, place)
    if isinstance(obj, ListObj):
        if isinstance(index, Known) and isinstance(index.value, int) and not obj.open:
            return obj.items[index.value] if -len(obj.items) <= index.value < len(obj.items) else Unknown("no item")
        return element_of(m, value, flow)
    if isinstance(obj, Instance) and isinstance(value, Ref):
        getter = find_in_class(obj.cls, "__getitem__")
        if isinstance(getter, Func):
            return m.call(bind(m, getter, value, flow, place), Args((index,)), place, flow, "__getitem__")
        field = field_at(obj, index)
        if field is not None:
            return field
        return m.item(obj.attrs["**"], index, flow, place) if "**" in obj.attrs else Unknown("item of an object")
    if isinstance(value, Path):
        if index == FIRST and value.root == "event" and value.steps[-1:] == ("Records",):
            m.firsts.setdefault(place, value.steps)
        return step(m, value, str(index.value) if isinstance(index, Known) else "*")
    if isinstance(value, External) and value.name == "os.environ":
        return Env(text(index) or "?")
    if isinstance(value, Derived) and value.op.startswith("error:"):
        return Derived(f"{value.op}.{index.value if isinstance(index, Known) else '*'}", value.parts)
    if isinstance(value, Derived) and value.op == "split":
        return Derived("slice", value.parts)
    if is_asked(value, index) and (given := m.typed(index, place, flow)) is not None:
        return given
    if isinstance(value, External):
        return _of_type(m, value, index, flow)
    if isinstance(value, Cls):
        return index if is_enum(value) else value
    if is_mongo(value):
        return collection_of(value, index)
    if is_query(value):
        return m.item(sent(m, value, place, flow), index, flow, place)
    if isinstance(value, Method) and is_catalogue(value.receiver, value.name):
        return Made("sqlalchemy.Table", place, (("0", index),))
    if isinstance(value, Unknown):
        return Unknown(value.reason, (value, index) if not isinstance(index, Known) else (value,))
    return Derived("item", (value, index) if not isinstance(index, Known) else (value,))


def _drawn(m: Machine, value: Value, index: Value, flow: Flow) -> Value | None:
    """`words[randint(0, n)]`: data that is picked by chance is another in every run."""
    if not isinstance(value, (Path, Ref, Derived)) or not isinstance(index, (Fresh, Derived)):
        return None
    chance = next((leaf for leaf in leaves(index) if isinstance(leaf, Fresh) and leaf.kind == "random"), None)
    if chance is None:
        return None
    found = element_of(m, value, flow)
    return Derived("item", (found, chance)) if isinstance(found, (Path, Known, Derived, AnyOf)) else None


def _of_type(m: Machine, value: External, index: Value, flow: Flow) -> Value:
    """`Optional[X]`, `Annotated[X, …]`: what stands inside; `Provide[X]` is X itself; other types as they are."""
    short = value.name.rpartition(".")[2]
    if short in ("Provide", "Provider", "Closing"):
        return index
    if short not in ("Annotated", "Optional", "Union"):
        return value
    listed = m.elements(flow, index)
    return Derived(short, listed.items if listed is not None else (index,))


def typed(m: Machine, annotation: Value, place: Place, flow: Flow) -> Value | None:
    """A value of an annotated type: a boto3 client, an object of a class of the program."""
    if isinstance(annotation, Known) and isinstance(annotation.value, str):
        name = annotation.value.strip("'\" ")
        module = m.scopes.get(flow.scope.path)
        inner = (module.names.get(name) if module else None) or External(name)
        return typed(m, inner, place, flow)
    if isinstance(annotation, External):
        client = client_of_type(annotation.name)
        if client is not None:
            return Client(client[0], None if client[1] == "client" else client[1], place)
        return None
    if isinstance(annotation, Cls):
        return _typed_object(m, annotation, place, flow)
    if isinstance(annotation, Derived) and annotation.op == "Annotated":
        given = [v for part in annotation.parts if (v := provided(m, part, place, flow)) is not None]
        return given[0] if given else typed(m, annotation.parts[0], place, flow)
    if isinstance(annotation, Derived) and annotation.op in ("op|", "Optional", "Union"):
        found = [v for part in annotation.parts if (v := typed(m, part, place, flow)) is not None]
        if found and (annotation.op == "Optional" or NONE in annotation.parts):
            found.append(NONE)
        return any_of(found) if found else None
    return None


def _typed_object(m: Machine, cls: Cls, place: Place, flow: Flow) -> Value | None:
    if len(m.active) > 30:
        return None
    ref = m.new(flow, Instance(cls, {}))
    init = find_in_class(cls, "__init__")
    if isinstance(init, Func) and ("typed", cls.key) not in m.active:
        m.active.append(("typed", cls.key))
        try:
            m.call(bind(m, init, ref, flow, place), Args(), place, flow, cls.definition.name)
        except Stop:
            # An object was given, so making it has not failed.
            return ref
        finally:
            m.active.pop()
    return ref
