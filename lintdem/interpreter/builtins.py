"""Python's builtin functions on abstract values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lintdem.interpreter.binding import set_attribute
from lintdem.interpreter.domain import (
    Cases,
    Cls,
    Derived,
    DictObj,
    Error,
    External,
    Fresh,
    Func,
    Instance,
    Known,
    ListObj,
    Made,
    Mod,
    Path,
    Ref,
    Super,
    Test,
    Unknown,
    Value,
)
from lintdem.interpreter.elements import (
    COUNTED,
    LONGEST,
    SHUFFLED,
    element_of,
    inside,
    iterated,
    taken_along,
    unordered,
)
from lintdem.interpreter.exceptions import catches
from lintdem.interpreter.fields import as_dict
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.gaps import CHOSEN
from lintdem.interpreter.joins import aged, passed
from lintdem.interpreter.libraries.copies import from_pairs
from lintdem.interpreter.libraries.local import create_file
from lintdem.interpreter.libraries.moments import plain
from lintdem.interpreter.machine import Args, Machine, Stop
from lintdem.interpreter.sql.readback import row_by_names
from lintdem.interpreter.trace import Loop
from lintdem.interpreter.valueobjects import shown
from lintdem.interpreter.values import FALSE, NONE, any_of, known, members, text
from lintdem.model.span import Place

Builtin = Callable[[Machine, Args, Place, Flow], Value]


def call_builtin(m: Machine, name: str, args: Args, place: Place, flow: Flow) -> Value:
    """Call a builtin."""
    return BUILTINS[name](m, args, place, flow)


def _first(args: Args) -> Value:
    return args.positional[0] if args.positional else (args.spread[0] if args.spread else NONE)


def _same(m: Machine, args: Args, place: Place, flow: Flow) -> Value:
    """`str(x)`, `int(x)`: as an identity it is still x."""
    value = _first(args)
    if isinstance(value, Known) and not isinstance(value.value, (str, int)):
        return Derived("call", (value,))
    return unordered(m, value, place, flow) or value


def _written(m: Machine, args: Args, place: Place, flow: Flow) -> Value:
    """`str(x)`: of a tuple, list or dict, what is in it."""
    value = shown(m, plain(_same(m, args, place, flow)), place, flow)
    held = inside(m, value, flow) if isinstance(value, Ref) and not isinstance(m.get(flow, value), Instance) else ()
    return Derived("call", held, place) if held else value


def _sequence(kind: str) -> Builtin:
    def make(m: Machine, args: Args, place: Place, flow: Flow) -> Value:
        if not args.positional:
            return m.new(flow, ListObj(kind, (), False, place, m.importing > 0))
        value = iterated(m, args.positional[0], place, flow)
        found = m.elements(flow, value)
        if found is not None:
            shuffled = kind != "set" and found.kind in SHUFFLED and (found.open or len(found.items) > 1)
            kept = "shuffled" if shuffled else kind
            fit = found.open, place, m.importing > 0, found.passed
            return m.new(flow, ListObj(kept, found.items, *fit, without=found.without))
        if isinstance(value, Path) and kind != "set":
            return value
        return m.new(flow, ListObj(kind, (element_of(m, value, flow),), True, place))

    return make


def _dict(m: Machine, args: Args, place: Place, flow: Flow) -> Value:
    if (row := row_by_names(m, args, flow)) is not None:
        return row
    entries: dict[object, Value] = {}
    rest: tuple[tuple[Value, Value], ...] = ()
    spread: tuple[Value, ...] = args.spreads
    if args.positional:
        found = m.dict_entries(flow, args.positional[0]) or from_pairs(m, args.positional[0], flow)
        if found is not None:
            entries, rest, spread = dict(found.entries), found.rest, (*spread, *found.spread)
        else:
            spread = (*spread, args.positional[0])
    entries.update(dict(args.keywords))
    return m.new(flow, DictObj(entries, rest, spread))


def _elements(m: Machine, args: Args, place: Place, flow: Flow) -> Value:
    """`sorted`, `reversed`, `iter`: the same elements."""
    value = iterated(m, _first(args), place, flow)
    found = m.elements(flow, value)
    if found is not None:
        return m.new(flow, ListObj("list", found.items, True, place, passed=found.passed, without=found.without))
    return value


def _enumerate(m: Machine, args: Args, place: Place, flow: Flow) -> Value:
    if len(args.all()) == 1 and _is_whole(m, _first(args), flow):
        listed = m.elements(flow, _first(args))
        items = listed.items if listed is not None else ()
        pairs = tuple(m.new(flow, ListObj("tuple", (known(index), one))) for index, one in enumerate(items))
        return m.new(flow, ListObj("list", pairs, False, place, passed=taken_along(m, _first(args), flow)))
    element = element_of(m, iterated(m, _first(args), place, flow), flow)
    pair = m.new(flow, ListObj("tuple", (Derived("index", ()), element)))
    return m.new(flow, ListObj("list", (pair,), True, place, passed=taken_along(m, _first(args), flow)))


def _zip(m: Machine, args: Args, place: Place, flow: Flow) -> Value:
    if args.positional and not args.spread and all(_is_whole(m, one, flow) for one in args.positional):
        rows = zip(*(listed.items for one in args.positional if (listed := m.elements(flow, one)) is not None), strict=False)
        return m.new(flow, ListObj("list", tuple(m.new(flow, ListObj("tuple", row)) for row in rows), False, place))
    items = tuple(element_of(m, v, flow) for v in (*args.positional, *args.spread))
    return m.new(flow, ListObj("list", (m.new(flow, ListObj("tuple", items)),), True, place))


def _map(m: Machine, args: Args, place: Place, flow: Flow) -> Value:
    items = tuple(element_of(m, v, flow) for v in args.positional[1:])
    m.loops.append(Loop(place, args.positional[1] if len(args.positional) > 1 else None))
    try:
        value = m.call(_first(args), Args(items), place, flow, "")
    except Stop:
        value = Unknown("never returns")
    finally:
        m.loops.pop()
    return m.new(flow, ListObj("list", (value,), True, place))


def _filter(m: Machine, args: Args, place: Place, flow: Flow) -> Value:
    element = element_of(m, args.positional[1] if len(args.positional) > 1 else NONE, flow)
    if _first(args) != NONE:
        inner = flow.branch()
        try:
            answer = m.call(_first(args), Args((element,)), place, inner, "")
        except Stop:
            return m.new(flow, ListObj("list", (element,), True, place))
        m.assume(answer, True, inner)
        flow.must |= aged(inner.must)
        return m.new(flow, ListObj("list", (element,), True, place, passed=passed(inner.must)))
    return m.new(flow, ListObj("list", (element,), True, place))


def _next(m: Machine, args: Args, place: Place, flow: Flow) -> Value:
    value = element_of(m, _first(args), flow)
    return any_of([value, args.positional[1]]) if len(args.positional) > 1 else value


def _isinstance(m: Machine, args: Args, place: Place, flow: Flow) -> Value:
    subject = _first(args)
    wanted = args.positional[1] if len(args.positional) > 1 else NONE
    if all(isinstance(one, Error) for one in members(subject)):
        return _is_failure_of(m, subject, wanted, place, flow)
    found = m.get(flow, subject)
    if isinstance(found, Instance) and isinstance(wanted, Cls):
        from lintdem.interpreter.lineage import lineage  # noqa: PLC0415 - mutual recursion

        return known(any(c.key == wanted.key for c in lineage(found.cls)))
    if subject == NONE:
        return FALSE
    own = _plain_type(m, subject, flow)
    listed = m.elements(flow, wanted)
    names = [w.name for w in (listed.items if listed is not None else (wanted,)) if isinstance(w, External)]
    if own is not None and names and all(name.startswith("builtins.") for name in names):
        return known(f"builtins.{own}" in names)
    if isinstance(subject, Fresh) and names and all(name in _HOLDS for name in names):
        return FALSE
    return Test("isinstance", (Unknown("its type"),), place)


def _is_failure_of(m: Machine, subject: Value, wanted: Value, place: Place, flow: Flow) -> Value:
    """`isinstance(error, ClientError)`: asked of each exception that it may be, as an `except` would."""
    if isinstance(subject, Cases):
        return Cases(tuple((_is_failure_of(m, one, wanted, place, flow), must, may) for one, must, may in subject.cases))
    caught = catches(m, wanted, subject, flow) if isinstance(subject, Error) else None
    return known(caught) if caught is not None else Test("isinstance", (Unknown("its type"),), place)


_HOLDS = frozenset({"builtins.dict", "builtins.list", "builtins.tuple", "builtins.set"})
"""Types that no name or time that is made in the run has."""


def _plain_type(m: Machine, value: Value, flow: Flow) -> str | None:
    """The builtin type of a value, when it is known to be a plain one."""
    found = m.get(flow, value)
    if isinstance(found, DictObj):
        return "dict"
    if isinstance(found, ListObj):
        return found.kind
    if isinstance(value, Known):
        return value.type
    if isinstance(value, Fresh) and value.kind == "uuid":
        return "str"
    return "str" if isinstance(value, Derived) and value.op in ("format", "dumps") else None


def _getattr(m: Machine, args: Args, place: Place, flow: Flow) -> Value:
    wanted = args.positional[1] if len(args.positional) > 1 else NONE
    names = [text(one) for one in members(wanted)]
    if None in names:
        return _chosen(m, args, place, flow) or Unknown(f"an attribute {CHOSEN}", (_first(args),), place)
    found = any_of([m.attribute(_first(args), name, flow, place) for name in names if name is not None])
    return any_of([found, args.positional[2]]) if len(args.positional) > 2 and isinstance(found, Unknown) else found


def _chosen(m: Machine, args: Args, place: Place, flow: Flow) -> Value | None:
    """`getattr(x, f"on_{kind}")`: every function of an object, a class or a module whose name begins so; of
    `getattr(x, kind)` those that `kind` is compared with."""
    from lintdem.interpreter.lineage import lineage  # noqa: PLC0415 - mutual recursion

    wanted = args.positional[1] if len(args.positional) > 1 else NONE
    front = text(wanted.parts[0]) if isinstance(wanted, Derived) and wanted.op == "format" and wanted.parts else ""
    words = m.words.get(wanted, set()) if isinstance(wanted, Path) else set()
    if not front and not words:
        return None
    owner = _first(args)
    obj = m.get(flow, owner)
    scopes = [c.scope for c in lineage(obj.cls if isinstance(obj, Instance) else owner)]
    if isinstance(owner, Mod):
        scopes = [m.parts.module(m, owner.path)]
    functions = {name for scope in scopes for name, value in scope.names.items() if isinstance(value, Func)}
    names = {name for name in functions if (name.startswith(front) if front else name in words)}
    return any_of([m.attribute(owner, name, flow, place) for name in sorted(names)]) if names else None


def _setattr(m: Machine, args: Args, place: Place, flow: Flow) -> Value:
    name = text(args.positional[1]) if len(args.positional) > 1 else None
    if name is not None and len(args.positional) > 2:
        set_attribute(m, args.positional[0], name, args.positional[2], flow)
    return NONE


def _super(m: Machine, args: Args, place: Place, flow: Flow) -> Value:
    owner, first = _defining_class(m, flow)
    bound = m.frame.bound or (args.positional[1] if len(args.positional) > 1 else first)
    found = m.get(flow, bound) if bound is not None else None
    if isinstance(bound, Ref) and isinstance(found, Instance):
        return Super(owner or found.cls, bound)
    if isinstance(bound, Cls):
        return Super(owner or bound, bound)
    return Unknown("super() outside a method")


def _defining_class(m: Machine, flow: Flow) -> tuple[Cls | None, Value | None]:
    """The class whose body holds the function that is being run, and what that has as its first argument."""
    for cls, function in m.methods(m.frame.name):
        if cls.path == m.frame.path and m.frame.line == function.span.line:
            return cls, flow.scope.names.get(function.params[0].name) if function.params else None
    return None, None


def _new(m: Machine, args: Args, place: Place, flow: Flow) -> Value:
    """`object.__new__(cls)`: an object that nothing has filled yet."""
    cls = _first(args)
    return m.new(flow, Instance(cls, {})) if isinstance(cls, Cls) else Unknown("an object", args.all())


def _type(m: Machine, args: Args, place: Place, flow: Flow) -> Value:
    found = m.get(flow, _first(args))
    if isinstance(found, Instance):
        return found.cls
    own = _plain_type(m, _first(args), flow)
    return External(f"builtins.{own}") if own is not None else Unknown("a type", args.positional)


def _globals(m: Machine, args: Args, place: Place, flow: Flow) -> Value:
    names: dict[Any, Value] = dict(m.parts.module(m, flow.scope.path).names)
    return m.new(flow, DictObj(names))


def _len(m: Machine, args: Args, place: Place, flow: Flow) -> Value:
    value = _first(args)
    if isinstance(value, Path) and value.root == "event" and value.steps[-1:] == ("Records",):
        m.paths.add((*value.steps, "len()"))
    lists = [one for v in members(value) if isinstance(one := m.get(flow, v), ListObj)]
    if any(one.open and one.place is not None for one in lists) or _is_whole(m, value, flow):
        return any_of([Derived("len", (one,)) for one in members(value)])
    return Derived("len", (value,)) if isinstance(value, Path) and value.root == "result" else _computed(m, args, place, flow)


def _is_whole(m: Machine, value: Value, flow: Flow) -> bool:
    """Whether all items of a list are known, and nobody else may have put one in."""
    listed = m.elements(flow, value) if isinstance(value, Ref) and value.id not in m.base else None
    return listed is not None and listed.kind in ("list", "tuple") and 0 < len(listed.items) < LONGEST and not listed.open


def _range(m: Machine, args: Args, place: Place, flow: Flow) -> Value:
    """Numbers; `range(len(pairs))` those of a list whose items are all known."""
    counted = args.positional[0] if len(args.positional) == 1 else None
    listed = m.elements(flow, counted.parts[0]) if isinstance(counted, Derived) and counted.op == "len" else None
    if listed is not None and listed.items and not listed.open:
        return m.new(flow, ListObj(COUNTED, tuple(map(known, range(len(listed.items)))), False, place))
    return m.new(flow, ListObj("list", (Derived("index", ()),), not _counts(args), place))


def _computed(m: Machine, args: Args, place: Place, flow: Flow) -> Value:
    inputs: list[Value] = []
    for value in args.all():
        found = m.elements(flow, value)
        inputs += found.items if found is not None else (value,)
    return Derived("call", tuple(inputs))


def _bool(m: Machine, args: Args, place: Place, flow: Flow) -> Value:
    """`bool(x)` is tested as x is."""
    value = _first(args)
    if isinstance(value, Known):
        return known(bool(value.value))
    return Test("not", (Test("not", (value,), place),), place)


def _quantified(op: str) -> Builtin:
    """`any(…)` and `all(…)`: of a few known tests they are `or` and `and`."""

    def test(m: Machine, args: Args, place: Place, flow: Flow) -> Value:
        found = m.elements(flow, _first(args))
        items = found.items if found is not None else (_first(args),)
        known_tests = found is not None and not found.open and items and all(isinstance(i, Test) for i in items)
        return Test(op if known_tests else "some", tuple(items), place)

    return test


def _hash(m: Machine, args: Args, place: Place, flow: Flow) -> Value:
    return Derived("salted", (Fresh("salted", place), *args.all()), place)


def _nothing(m: Machine, args: Args, place: Place, flow: Flow) -> Value:
    return NONE


def _open(m: Machine, args: Args, place: Place, flow: Flow) -> Value:
    file = Made("builtins.file", place, args.named())
    create_file(m, "open", args, file, place, flow)
    return file


def _exec(m: Machine, args: Args, place: Place, flow: Flow) -> Value:
    from lintdem.interpreter.trace import Gap  # noqa: PLC0415 - one use

    m.record(Gap(place, "code is run from text"))
    return Unknown("code run from text")


def _locals(m: Machine, args: Args, place: Place, flow: Flow) -> Value:
    obj = m.get(flow, _first(args))
    if isinstance(obj, Instance):
        return as_dict(m, obj, flow)
    names: dict[Any, Value] = dict(flow.scope.names)
    return m.new(flow, DictObj(names))


BUILTINS: dict[str, Builtin] = {
    **dict.fromkeys(("int", "float", "bytes", "format"), _same), **dict.fromkeys(("str", "repr", "ascii"), _written),
    "len": _len, "bool": _bool,
    **dict.fromkeys(("sum", "min", "max", "abs", "round", "pow", "divmod", "ord", "chr", "hex", "bin"), _computed),
    **dict.fromkeys(("sorted", "reversed", "iter", "aiter"), _elements),
    "list": _sequence("list"), "tuple": _sequence("tuple"), "set": _sequence("set"), "frozenset": _sequence("set"),
    "dict": _dict, "enumerate": _enumerate, "zip": _zip, "map": _map, "filter": _filter, "next": _next, "anext": _next,
    "isinstance": _isinstance, "issubclass": lambda m, a, p, f: Test("isinstance", (Unknown("its type"),), p),
    "getattr": _getattr, "setattr": _setattr, "hasattr": lambda m, a, p, f: Test("truth", (Unknown("an attribute"),), p),
    "super": _super, "__new__": _new, "type": _type, "globals": _globals, "locals": _locals, "vars": _locals,
    "any": _quantified("or"), "all": _quantified("and"),
    "hash": _hash, "id": lambda m, a, p, f: Derived("salted", (Fresh("address", p), *a.all()), p),
    "print": _nothing, "delattr": _nothing, "open": _open, "exec": _exec, "eval": _exec,
    "range": _range,
    "callable": lambda m, a, p, f: Test("truth", (Unknown("callable"),), p),
    "input": _nothing, "object": lambda m, a, p, f: Unknown("an object"), "slice": _computed,
}  # fmt: skip


def _counts(args: Args) -> bool:
    return bool(args.positional) and all(isinstance(v, Known) and v.value for v in args.positional[-1:])

