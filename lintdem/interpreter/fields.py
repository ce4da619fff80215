"""Fields of data classes and models: what they are filled with, and an object as the dict of its fields.

A field that nothing is given for has its default; one that comes with `**data` is what the data says,
or the default when the data says nothing.
Source: https://docs.pydantic.dev/latest/concepts/fields/ and https://docs.python.org/3/library/dataclasses.html
"""

from __future__ import annotations

from lintdem.interpreter.altering import replace
from lintdem.interpreter.domain import Cls, Derived, DictObj, Func, Instance, Known, Made, Path, Ref, Unknown, Value
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.lineage import fields_of, find_in_class, item_keys
from lintdem.interpreter.machine import Args, Machine
from lintdem.interpreter.signatures import parameters
from lintdem.interpreter.values import NONE, any_of, known, leaves, text
from lintdem.model.span import Place

DUMPS = frozenset({"model_dump", "dict", "_asdict", "asdict"})
"""Methods that give the fields of an object as a dict."""
JSON = frozenset({"model_dump_json", "json"})
"""Methods that give them as JSON."""
FUNCTIONS = frozenset({"dataclasses.asdict", "attr.asdict", "attrs.asdict"})
"""Functions that do so."""
LOADERS = frozenset(
    """
        model_validate parse_obj from_dict from_json parse_raw model_validate_json construct from_event
        from_record model_construct validate_python load loads from_orm structure
    """.split()
)
"""Methods and functions that make an object of data."""
IMAGES = frozenset({"NewImage", "OldImage", "new_image", "old_image"})
"""Where a stream has the row as it is stored, or was."""
_FIELD = frozenset({"field", "Field", "attrib", "ib"})
_ALIASES = ("alias", "validation_alias")


def filled(m: Machine, cls: Cls, args: Args, place: Place, flow: Flow) -> dict[str, Value]:
    """The attributes of an object that is made of its fields."""
    attrs: dict[str, Value] = dict(args.keywords)
    fields = fields_of(cls)
    for name, value in zip(fields or item_keys(cls), args.positional, strict=False):
        attrs.setdefault(name, value)
    data = any_of([*args.spreads]) if args.spreads else None
    if data is not None:
        attrs["**"] = data
    for name, (_, default) in fields.items():
        alias = _alias(cls, name)
        if alias in attrs:
            attrs.setdefault(name, attrs.pop(alias))
        if name in attrs:
            continue
        if default is None:
            if data is not None:
                # A field without a default has to be in the data, or there is no object.
                m.note_required(m.item(data, known(alias or name), flow, place), "tried" if m.tries else "read")
            continue
        if data is not None and _is_stored(data):
            attrs[name] = m.item(data, known(alias or name), flow, place)
            continue
        otherwise = _default(m, cls, name, place, flow)
        if data is None:
            attrs[name] = otherwise
        else:
            given = m.item(data, known(alias or name), flow, place)
            if isinstance(otherwise, Unknown):
                m.note_required(given, "tried" if m.tries else "read")
            attrs[name] = given if otherwise == NONE or isinstance(otherwise, Unknown) else any_of([given, otherwise])
    return attrs


def _is_stored(data: Value) -> bool:
    """Whether an object is filled with a record that was stored before: its defaults were made then, not now."""
    found = [leaf for leaf in leaves(data) if isinstance(leaf, Path)]
    return bool(found) and all(leaf.root == "result" or not IMAGES.isdisjoint(leaf.steps) for leaf in found)


def _made(cls: Cls, name: str) -> dict[str, Value] | None:
    """The arguments of the `Field(…)` that declares a field."""
    value = find_in_class(cls, name)
    return dict(value.args) if isinstance(value, Made) and value.type.rpartition(".")[2] in _FIELD else None


def _alias(cls: Cls, name: str) -> str:
    """The name under which the data has a field, when that is another one."""
    made = _made(cls, name) or {}
    return next((t for key in _ALIASES if (t := text(made.get(key, Unknown("")))) is not None), "")


def _default(m: Machine, cls: Cls, name: str, place: Place, flow: Flow) -> Value:
    """A field's default: the class attribute, or what its factory makes."""
    made = _made(cls, name)
    if made is None:
        return find_in_class(cls, name) or Unknown("no default")
    factory = made.get("default_factory") or made.get("factory")
    default = made.get("default") or made.get("0")
    if isinstance(default, Made) and default.type.rpartition(".")[2] == "Factory":
        factory = dict(default.args).get("0")
    factory = factory or _decorated(m, cls, name)
    if factory is not None:
        return m.call(factory, Args(), place, flow, "default_factory")
    return default or Unknown("no default")


def _decorated(m: Machine, cls: Cls, name: str) -> Value | None:
    """The method below `@field.default`, which attrs calls for the value."""
    own = find_in_class(cls, name)
    found = [r.func for r in m.registered if r.kind == "default" and r.owner == own]
    return replace(found[-1], bound=cls) if found and isinstance(found[-1], Func) else None


def as_text(m: Machine, obj: Instance, flow: Flow, place: Place) -> Value:
    """The fields of an object as JSON."""
    held = [v for v in obj.attrs.values() if not isinstance(v, Ref)]
    return Derived("dumps", (as_dict(m, obj, flow), *held), place)


def as_dict(m: Machine, obj: Instance, flow: Flow, args: Args = Args()) -> Value:  # noqa: B008 - never changed
    """The fields of an object as a dict, those left out that `exclude` names."""
    left = m.elements(flow, dict(args.keywords).get("exclude", Unknown("nothing")))
    without = {text(v) for v in left.items} if left is not None else set()
    entries = {k: v for k, v in obj.attrs.items() if k != "**" and k not in without}
    spread = (obj.attrs["**"],) if "**" in obj.attrs else ()
    return m.new(flow, DictObj(dict(entries), (), spread))


def given_to(m: Machine, value: Value, name: str, flow: Flow) -> Value | None:
    """An attribute of an object whose class cannot be read: what it was made with under that name, by keyword or as data."""
    if not isinstance(value, Made) or m.built is not None:
        # A construct of a stack is known by what it is, not by the name it was given.
        return None
    if (found := parameters(value, name)) is not None:
        return found
    args, short = dict(value.args), value.type.rpartition(".")[2]
    if short[:1].isupper() and not isinstance(args.get(name, NONE), (Known, Ref)):
        return args[name]
    data = m.dict_entries(flow, args["0"]) if short in LOADERS and "0" in args else None
    return data.entries.get(name) if data is not None else None
