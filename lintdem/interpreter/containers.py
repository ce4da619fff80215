"""Methods of dicts, lists, text, and of values that come from the event or from a call."""

from __future__ import annotations

from typing import Any

from lintdem.interpreter.altering import replace
from lintdem.interpreter.buffers import BUFFER, buffer_method
from lintdem.interpreter.cutting import CHANGED, CUTS, cut, elsewhere
from lintdem.interpreter.domain import EMPTY, Derived, DictObj, Fresh, Known, ListObj, Path, Ref, Test, Unknown, Value
from lintdem.interpreter.elements import element_of, unordered
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.joins import passed
from lintdem.interpreter.leftovers import grown, joined, taken
from lintdem.interpreter.machine import Args, Machine
from lintdem.interpreter.operators import FINE, formatted, is_now
from lintdem.interpreter.registries import may_be_filled
from lintdem.interpreter.trace import Recorded
from lintdem.interpreter.values import NONE, any_of, known, leaves, text
from lintdem.model.span import Place
from lintdem.regexes import late

GROWS = frozenset({"append", "add", "appendleft", "insert", "extend", "update", "setdefault"})
CHANGES = GROWS | {"pop", "popleft", "popitem", "remove", "clear", "sort", "reverse"}
"""Methods after which an object is no longer what it was."""
SAME = frozenset(
    """
        strip lstrip rstrip lower upper title capitalize casefold encode decode isoformat timestamp replace
        zfill removeprefix removesuffix copy deepcopy astimezone strftime hexdigest digest total_seconds
        center ljust rjust expandtabs dict model_dump to_dict as_dict asdict model_dump_json json_body
    """.split()
)


def call_container(m: Machine, ref: Ref, name: str, args: Args, place: Place, flow: Flow) -> Value:
    """A method of a dict, list, tuple or set."""
    obj = m.get(flow, ref)
    if name in GROWS and ref.id in m.base and not m.importing:
        m.record(Recorded(place, ref, args.positional[0] if args.positional else NONE, must=flow.must, may=flow.may))
    if name == "result" and not args.positional:
        # A future stands for what its function gives.
        return ref
    if isinstance(obj, DictObj):
        return _dict_method(m, ref, obj, name, args, place, flow)
    if isinstance(obj, ListObj) and obj.kind == BUFFER:
        return buffer_method(m, ref, obj, name, args, flow)
    if isinstance(obj, ListObj):
        return _list_method(m, ref, obj, name, args, place, flow)
    return Unknown(f"what {name} returns")


def _dict_method(
    m: Machine, ref: Ref, obj: DictObj, name: str, args: Args, place: Place, flow: Flow
) -> Value:  # fmt: skip
    first = args.positional[0] if args.positional else NONE
    if name in ("get", "pop", "setdefault"):
        default = args.get(1, "default") or NONE
        if isinstance(first, Known) and first.value in obj.entries:
            return obj.entries[first.value]
        if ref.id in m.base and not m.importing and obj.rest:
            return any_of([Derived("from memory", (ref,)), default])
        found = [] if isinstance(first, Known) and not obj.rest and not obj.spread else [m.item(ref, first, flow, place)]
        if name == "setdefault":
            from lintdem.interpreter.binding import set_item  # noqa: PLC0415 - one use

            set_item(m, ref, first, any_of([*found, default]), flow, place)
        elif len(obj.spread) == 1 and isinstance(obj.spread[0], Path) and not obj.rest:
            return path_method(m, obj.spread[0], name, args, place, flow) or default
        return any_of([*found, default]) if found or default != NONE else NONE
    if name == "update":
        _update(m, ref, obj, args, flow)
        return NONE
    if name in ("items", "keys", "values"):
        empty = not (obj.entries or obj.rest or obj.spread)
        if empty and may_be_filled(m, ref):
            obj = DictObj({}, ((Unknown("a key of a registry"), Unknown("an entry of a registry")),))
        return _views(m, obj, name, flow, place)
    if name == "copy":
        return m.new(flow, obj)
    return Unknown(f"what {name} returns")


def _update(m: Machine, ref: Ref, obj: DictObj, args: Args, flow: Flow) -> None:
    entries: dict[Any, Value] = {**obj.entries, **dict(args.keywords)}
    rest, spread = obj.rest, (*obj.spread, *args.spreads)
    for value in args.positional:
        other = m.dict_entries(flow, value)
        if other is not None:
            entries |= other.entries
            rest, spread = rest + other.rest, spread + other.spread
        else:
            spread = (*spread, value)
    here = passed(flow.must) & (obj.passed if obj.entries or obj.rest or obj.spread else passed(flow.must))
    held = DictObj(entries, rest[-20:], spread[-8:], factory=obj.factory, passed=here)
    m.put(flow, ref, held)


def _views(m: Machine, obj: DictObj, name: str, flow: Flow, place: Place) -> Value:
    pairs: list[tuple[Value, Value]] = [(known(k), v) for k, v in obj.entries.items()] + list(obj.rest)
    for source in obj.spread:
        pairs.append((Derived("key", (source,)), element_of(m, source, flow)))
    is_open = bool(obj.rest or obj.spread)
    if name == "keys":
        items: tuple[Value, ...] = tuple(k for k, _ in pairs)
    elif name == "values":
        items = tuple(v for _, v in pairs)
    else:
        items = tuple(m.new(flow, ListObj("tuple", pair)) for pair in pairs)
    less = obj.without if name != "values" else frozenset[Value]()
    return m.new(flow, ListObj("list", items, is_open, place, passed=obj.passed, without=less))


def _list_method(
    m: Machine, ref: Ref, obj: ListObj, name: str, args: Args, place: Place, flow: Flow
) -> Value:  # fmt: skip
    first = args.positional[0] if args.positional else NONE
    if name in ("append", "add", "appendleft"):
        here = passed(flow.must) if not obj.items else passed(flow.must) & obj.passed
        less = grown(m, obj, first, flow)
        m.put(flow, ref, replace(obj, items=(*obj.items, first)[-24:], open=obj.open or bool(m.loops), passed=here, without=less))
        return NONE
    if name == "sort":
        m.put(flow, ref, replace(obj, kind="list"))
        return NONE
    if name == "insert":
        less = grown(m, obj, args.positional[-1], flow)
        m.put(flow, ref, replace(obj, items=(*obj.items, args.positional[-1])[-24:], open=True, without=less))
        return NONE
    if name in ("extend", "update", "union"):
        other = m.elements(flow, first)
        items = other.items if other is not None else (element_of(m, first, flow),)
        less = joined(obj, other) if other is not None else grown(m, obj, first, flow)
        own = (other.passed if other is not None else EMPTY) | passed(flow.must)
        both = own & obj.passed if obj.items else own
        items = tuple(dict.fromkeys((*obj.items, *items)))[-24:]
        more = replace(obj, items=items, open=True, without=less, passed=both)
        if name == "union":
            return m.new(flow, more)
        m.put(flow, ref, more)
        return NONE
    if name in ("pop", "popleft"):
        return any_of(obj.items) if obj.items else Unknown("popped from an empty list")
    if name in ("copy", "difference", "intersection"):
        gone = [taken(m, one, flow) for one in args.positional] if name == "difference" else []
        return m.new(flow, replace(obj, open=True, without=obj.without.union(*gone)))
    return Unknown(f"what {name} returns")


_PARTS = {"get_header_value": "headers", "get_query_string_value": "queryStringParameters"}


def path_method(m: Machine, value: Path, name: str, args: Args, place: Place, flow: Flow) -> Value | None:
    """A method of something that came with the event or was returned: None when it is just its attribute."""
    first = args.positional[0] if args.positional else NONE
    if name in CHANGES:
        m.altered.add(value)
    if name in ("get", "pop", "get_header_value", "get_query_string_value", "__getitem__") and args.positional:
        part = _PARTS.get(name)
        seen = frozenset(m.paths)
        found = m.item(replace(value, steps=(*value.steps, part)) if part else value, first, flow, place)
        default = args.get(1, "default") or args.get(1, "default_value")
        if value == Path("event") and default in (None, NONE) and _is_around(m):
            # What a decorator looks for in case it is there says nothing of who calls the handler inside it.
            m.paths &= seen
            m.provided.add(text(first) or "*")
        if default is None or default in (NONE, known("")):
            m.note_optional(found, place)
            return found
        if m.get(flow, default) is not None:
            return found
        if value == Path("event") and m.frames and m.frame.path != m.frames[0].path:
            # Shared code that also provides for events without it says nothing of those of this handler.
            m.paths &= seen
        return any_of([found, default])
    if name == "json" and not args.positional:
        return replace(value, steps=(*value.steps, "json()"))
    if name in ("items", "iteritems"):
        pair = m.new(flow, ListObj("tuple", (Derived("key", (value,)), replace(value, steps=(*value.steps, "*")))))
        return m.new(flow, ListObj("list", (pair,), True, place))
    if name == "values":
        return value
    if name == "keys":
        return m.new(flow, ListObj("list", (Derived("key", (value,)),), True, place))
    if name in ("read", "readlines", "iter_lines", "getvalue", "result", "fetchone", "fetchall"):
        return value
    if name == "replace" and (folder := elsewhere(args.positional)) is not None:
        return Derived("format", (value, folder))
    if name in SAME:
        return value
    if name == "split":
        return Derived("split", (value,))
    if name in ("startswith", "endswith", "isdigit", "isalpha"):
        return Test("text", (value, *args.positional), place)
    if name in ("join", "format"):
        return formatted((value, *args.all()))
    return None


def _is_around(m: Machine) -> bool:
    """Whether what runs is shared code around the handler, which has not begun yet."""
    return bool(m.frames[1:]) and all(frame.path != m.frames[0].path for frame in m.frames[1:])


_HOLES = late(r"\{([A-Za-z_0-9]*)[^{}]*\}")


def _filled(m: Machine, template: Value, args: Args, place: Place, flow: Flow) -> Value:
    """`"SET {}".format(x)`: the text with its arguments in their places."""
    written = text(template)
    if written is None:
        return formatted((template, *args.all()))
    parts: list[Value] = []
    end = 0
    for count, hole in enumerate(_HOLES.finditer(written)):
        name = hole[1]
        index = int(name) if name.isdigit() else count
        value = args.get(-1, name) if name and not name.isdigit() else args.get(index)
        if value is None and name and args.spreads:
            value = m.item(args.spreads[0], known(name), flow, place)
        parts += [known(written[end : hole.start()]), value if value is not None else Unknown("an argument of format")]
        end = hole.end()
    return formatted((*parts, known(written[end:])))


def text_method(m: Machine, value: Value, name: str, args: Args, place: Place, flow: Flow) -> Value:
    """A method of text, of a time, or of anything computed."""
    if name == "format":
        return _filled(m, value, args, place, flow)
    if name == "join":
        joining = m.elements(flow, args.positional[0]) if args.positional else None
        if joining is None:
            return formatted((value, *args.positional))
        mixed = unordered(m, args.positional[0], place, flow)
        between = tuple(part for item in joining.items for part in (value, item))
        if joining.open or mixed is not None:
            # What may be missing, or be there several times, stands once: `SET #s = :s, #e = :e` with an error or without.
            return mixed or Derived("format", between[1:] or (value,))
        return formatted(between[1:])
    if name in CUTS or (name in CHANGED and args.positional):
        found = cut(m, value, name, args.positional, flow) if not args.keywords else None
        if found is not None:
            return found
    if name in ("strftime", "date") and is_now(value):
        wanted = text(args.positional[0]) if args.positional else "%Y" if name == "date" else None
        return Derived("coarse", ()) if wanted and not FINE.search(wanted) else value
    if name == "total_seconds" and isinstance(value, Derived) and value.op == "span":
        return value.parts[0]
    if name == "isoformat" and any(isinstance(leaf, Fresh) for leaf in leaves(value)):
        return Derived("text", (value,))
    if name == "replace" and (folder := elsewhere(args.positional)) is not None and not isinstance(value, Known):
        return Derived("format", (value, folder))
    if name in SAME and not isinstance(value, Known):
        return value
    if name in SAME and isinstance(value, Known) and not args.positional and isinstance(value.value, str):
        simple = {"lower": value.value.lower(), "upper": value.value.upper(), "strip": value.value.strip()}
        return known(simple.get(name, value.value))
    if name == "split":
        return Derived("split", (value,))
    if name in ("startswith", "endswith", "isdigit", "isalnum", "isalpha", "exists", "is_file", "is_dir"):
        return Test("text", (value, *args.positional), place)
    if name == "get" and isinstance(value, Derived):
        return m.item(value, args.positional[0] if args.positional else NONE, flow, place)
    inputs = tuple(v for v in (value, *args.all()) if not isinstance(v, Known))
    return Derived("call", inputs) if inputs else Derived("call", (value,))

