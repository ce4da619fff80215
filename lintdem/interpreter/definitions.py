"""Definitions and imports: functions, classes, names from other modules."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from lintdem.interpreter.altering import replace
from lintdem.interpreter.dispatching import DISPATCH
from lintdem.interpreter.domain import (
    Cls,
    Derived,
    External,
    Func,
    Made,
    Method,
    Mod,
    Partial,
    Scope,
    Unknown,
    Value,
    Wrapper,
)
from lintdem.interpreter.durable import LATER, around, handed
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.gaps import CHOSEN, MISSING
from lintdem.interpreter.machine import Args, Frame, Machine, Registered, Stop, wrapped
from lintdem.interpreter.values import any_of, known, members, text
from lintdem.knowledge import is_known, library_call, source_of_class
from lintdem.model.function import DefineClass, DefineFunction, Import
from lintdem.model.span import NOWHERE, Place
from lintdem.program.paths import folder

DESCRIPTORS = {
    "builtins.staticmethod": "static",
    "builtins.classmethod": "class",
    "builtins.property": "property",
    "functools.cached_property": "property",
    "contextlib.contextmanager": "manager",
    "contextlib.asynccontextmanager": "manager",
    "abc.abstractmethod": "abstract",
    "functools.singledispatch": DISPATCH,
    "functools.singledispatchmethod": DISPATCH,
}


def define_function(m: Machine, s: DefineFunction, flow: Flow) -> bool:
    """`def`: bind the function after its decorators."""
    function = s.function
    value: Value = Func(flow.scope.path, function, flow.scope)
    for decorator in reversed(function.decorators):
        place = m.place(flow, decorator.span)
        try:
            value = decorated(m, m.evaluate(decorator, flow), value, place, flow)
        except Stop:
            continue
    flow.scope.names[function.name] = value
    return True


def decorated(m: Machine, decorator: Value, value: Value, place: Place, flow: Flow) -> Value:
    """The value of a definition under one decorator."""
    if isinstance(decorator, External):
        return _known_decorator(m, decorator.name, (), value, place)
    if isinstance(decorator, Made):
        return _made_decorator(m, decorator, value, place)
    if isinstance(decorator, Method):
        m.registered.append(Registered(decorator.receiver, decorator.name, value, Args(), place))
        return value
    if around(decorator):
        return handed(decorator, value)
    if isinstance(decorator, (Func, Partial, Cls)):
        result = m.call(decorator, Args((value,)), place, flow, "decorator")
        return value if isinstance(result, Unknown) else result
    return value


def put_around(m: Machine, decorator: Made, args: Args, place: Place, flow: Flow) -> Value | None:
    """`idempotent(…)(function)`: a decorator that is called; None where it is no decorator that is known."""
    if len(args.positional) != 1 or args.keywords or not isinstance(value := args.positional[0], Func):
        return None
    before = len(m.registered)
    found = decorated(m, decorator, value, place, flow)
    return found if found != value or len(m.registered) > before else None


def _known_decorator(
    m: Machine, name: str, args: tuple[tuple[str, Value], ...], value: Value, place: Place
) -> Value:  # fmt: skip
    if not isinstance(value, Func):
        return value
    kind = DESCRIPTORS.get(name)
    short = name.rpartition(".")[2]
    if kind is not None:
        return wrapped(value, Wrapper(kind, place))
    if short in ("idempotent", "idempotent_function"):
        return wrapped(value, Wrapper(short, place, args, name))
    if short in ("event_source", "event_parser"):
        return wrapped(value, Wrapper("event", place, args, name))
    if short in LATER or short in ("durable_execution", "lambda_handler_decorator"):
        return wrapped(value, Wrapper(short, place, args, name))
    if short in ("batch_processor", "async_batch_processor"):
        return wrapped(value, Wrapper("batch", place, args, name))
    declared = m.program.declared.find(name) if m.program.declared else None
    if declared is not None and declared.role == "decorator":
        return wrapped(value, Wrapper("guard", place, args, name))
    call = library_call(name)
    if call is not None and call.role in ("retry", "guard", "lock"):
        return wrapped(value, Wrapper(call.role, place, args, name))
    if short in ("lru_cache", "cache"):
        return wrapped(value, Wrapper("cache", place))
    if source_of_class(name) is not None:
        # It decodes or answers as one source has it.
        return wrapped(value, Wrapper("source", place, (("decorator", External(name)),), name))
    return value


def _made_decorator(m: Machine, decorator: Made, value: Value, place: Place) -> Value:
    receiver = next((v for k, v in decorator.args if k == "self"), None)
    if receiver is not None:
        named = tuple((k, v) for k, v in decorator.args if k != "self")
        owner = receiver.receiver if isinstance(receiver, Method) else receiver
        m.registered.append(Registered(owner, decorator.type.rpartition(".")[2], value, Args((), named), place))
        return value
    return _known_decorator(m, decorator.type, decorator.args, value, place)


def define_class(m: Machine, s: DefineClass, flow: Flow) -> bool:
    """`class`: run its body in a scope of its own."""
    definition = s.cls
    bases = tuple(m.evaluate(arg.value, flow) for arg in definition.bases if arg.name is None and not arg.star)
    decorators = tuple(m.evaluate(d, flow) for d in definition.decorators)
    scope = Scope(flow.scope.path, {}, flow.scope, of_class=True)
    cls = Cls(flow.scope.path, definition, scope, bases, decorators)
    inner = Flow(scope, flow.heap, flow.must, flow.may)
    m.execute(definition.body, inner)
    flow.heap = inner.heap
    flow.scope.names[definition.name] = cls
    _tell_bases(m, cls, m.place(flow, s.span), flow)
    for decorator, expr in zip(reversed(decorators), reversed(definition.decorators), strict=True):
        _decorate_class(m, decorator, cls, m.place(flow, expr.span), flow)
    for statement in definition.body:
        if isinstance(statement, DefineFunction):
            m.define(cls, statement.function)
    return True


def _tell_bases(m: Machine, cls: Cls, place: Place, flow: Flow) -> None:
    """`__init_subclass__` of a base runs for every class below it."""
    for base in cls.bases:
        told = m.attribute(base, "__init_subclass__", flow, place) if isinstance(base, Cls) else None
        if isinstance(told, Func):
            given = tuple((a.name, m.evaluate(a.value, flow)) for a in cls.definition.bases if a.name not in (None, "metaclass"))
            with suppress(Stop):
                m.call(replace(told, bound=cls), Args((), tuple((k, v) for k, v in given if k)), place, flow, "__init_subclass__")
            return


def _decorate_class(m: Machine, decorator: Value, cls: Cls, place: Place, flow: Flow) -> None:
    """A decorator of the program may register the class; what it returns instead is bound."""
    if not isinstance(decorator, (Func, Partial, Cls)):
        return
    try:
        result = m.call(decorator, Args((cls,)), place, flow, "decorator")
    except Stop:
        return
    if isinstance(result, (Cls, Func)):
        flow.scope.names[cls.definition.name] = result


@contextmanager
def _shown(m: Machine, flow: Flow) -> Iterator[None]:
    """A module that is imported while another is being run sees what that one has made so far, and may change it."""
    if m.importing:
        m.keep(flow.heap)
    yield
    if m.importing:
        flow.heap.update({key: m.base[key] for key in flow.heap})


def import_names(m: Machine, s: Import, flow: Flow) -> bool:
    """Bind imported names to modules of the program or to outside names."""
    with _shown(m, flow):
        return _import(m, s, flow)


def _import(m: Machine, s: Import, flow: Flow) -> bool:
    importer = flow.scope.path
    if not s.is_from:
        for alias in s.names:
            _import_module(m, importer, alias.name, alias.bound, flow)
        return True
    target = m.program.imports.relative(importer, s.module, s.level) if s.level else None
    if target is None and s.module:
        target = m.program.imports.absolute(importer, s.module) if not s.level else None
    for alias in s.names:
        if alias.name == "*":
            _star(m, target, s.module or "", flow)
        else:
            flow.scope.names[alias.bound or alias.name] = _member(m, importer, target, s, alias.name)
    return True


def _import_module(m: Machine, importer: str, name: str, bound: str | None, flow: Flow) -> None:
    wanted = name if bound else name.partition(".")[0]
    target = m.program.imports.absolute(importer, wanted)
    value: Value = External(wanted)
    if target is not None:
        value = Mod(target)
        if not target.endswith("/"):
            m.parts.module(m, target)
        if name != wanted:
            full = m.program.imports.absolute(importer, name)
            if full and not full.endswith("/"):
                m.parts.module(m, full)
    flow.scope.names[bound or wanted] = value


def _member(m: Machine, importer: str, target: str | None, s: Import, name: str) -> Value:
    if target is None:
        dotted = f"{s.module}.{name}" if s.module else name
        if s.level == 0:
            whole = m.program.imports.absolute(importer, dotted)
            if whole is not None and not whole.endswith("/"):
                return Mod(whole)
        return External("." * s.level + dotted)
    found = member_of(m, target, name)
    if isinstance(found, Unknown) and MISSING in found.reason:
        if not s.level and _is_library(m, importer, target, s.module or ""):
            return External(f"{s.module}.{name}")
        return replace(found, place=Place(target, NOWHERE))
    return found


def _is_library(m: Machine, importer: str, target: str, module: str) -> bool:
    """Whether something of the program is only called like the library that is meant."""
    if target == f"{folder(importer)}/" or m.program.imports.is_guess(importer, module):
        return True
    return target.endswith("/") and is_known(module.partition(".")[0])


def member_of(m: Machine, target: str, name: str) -> Value:
    """A name inside a module or a package folder of the program."""
    if not target.endswith("/"):
        scope = m.parts.module(m, target)
        if name in scope.names:
            return scope.names[name]
    base = target.rstrip("/") if target.endswith("/") else folder(target)
    if target.endswith(("/", "/__init__.py")) or target == "__init__.py":
        for candidate in (f"{base}/{name}.py".lstrip("/"), f"{base}/{name}/__init__.py".lstrip("/")):
            if candidate in m.program.modules:
                m.parts.module(m, candidate)
                return Mod(candidate)
        if f"{base}/{name}" in m.program.imports.folders:
            return Mod(f"{base}/{name}/")
    return Unknown(f"{name} {MISSING} {target.rstrip('/')}")


def _star(m: Machine, target: str | None, module: str, flow: Flow) -> None:
    if target is None or target.endswith("/"):
        return
    for name, value in list(m.parts.module(m, target).names.items()):
        if not name.startswith("_"):
            flow.scope.names.setdefault(name, value)


def _run_packages(m: Machine, path: str) -> None:
    """Python runs the `__init__` of each package around a module first."""
    packages = []
    here = folder(path)
    while here and f"{here}/__init__.py" in m.program.modules:
        packages.append(f"{here}/__init__.py")
        here = folder(here)
    for package in reversed(packages):
        if package != path:
            run_module(m, package)


def run_module(m: Machine, path: str) -> Scope:
    """The names of a module, whose body is run once; those defined so far are seen by modules that import it in a circle."""
    if path not in m.scopes and (m.loader is None or not m.loader.bring(m, path)):
        return run_here(m, path)
    return m.scopes[path]


def run_here(m: Machine, path: str) -> Scope:
    """Run the body of a module in this world."""
    _run_packages(m, path)
    if path in m.scopes:
        return m.scopes[path]
    scope = Scope(path, {"__name__": known(path.removesuffix(".py").replace("/", ".")), "__file__": External("__file__")})
    m.scopes[path] = scope
    m.looked.files.add(path)
    module = m.program.modules[path]
    flow = Flow(scope, {})
    frame = Frame(path, "<module>")
    frames, m.frames = m.frames, [frame]
    collectors, m.collectors = m.collectors, [{}]
    m.importing += 1
    m.loading.add(path)
    spent = m.spent
    try:
        m.execute(module.body, flow)
    finally:
        m.importing -= 1
        m.loading.discard(path)
        m.frames, m.collectors = frames, collectors
        m.spent = spent
    m.keep(flow.heap)
    m.import_events[path] = frame.events
    return scope


def import_by_name(m: Machine, value: Value, place: Place, flow: Flow, top: bool = False) -> Value:
    """`importlib.import_module(name)`: what it imports sees what is there, and may change it; `__import__(name)` gives the package
    at the `top` of a dotted name."""
    with _shown(m, flow):
        found = any_of([_by_name(m, one, place, flow) for one in members(value)])
        names = {name.partition(".")[0] for one in members(value) if (name := text(one)) is not None} if top else set()
        tops = [m.program.imports.absolute(flow.scope.path, name) for name in sorted(names)]
        return any_of([_module(m, path) for path in tops if path is not None]) if tops and None not in tops else found


def _by_name(m: Machine, value: Value, place: Place, flow: Flow) -> Value:
    """`importlib.import_module(name)`: of a name known only in front, every module of that package."""
    parts = value.parts if isinstance(value, Derived) and value.op == "format" else (value,)
    front = text(parts[0]) if parts else None
    if front is None:
        return Unknown(f"a module {CHOSEN}", (), place)
    if len(parts) == 1:
        found = m.program.imports.absolute(flow.scope.path, front)
        return _module(m, found) if found is not None else External(front)
    package = m.program.imports.absolute(flow.scope.path, front.rstrip("."))
    base = folder(package) if package is not None and not package.endswith("/") else (package or "").rstrip("/")
    if package is None or not front.endswith("."):
        return Unknown(f"a module {CHOSEN}", (), place)
    inside = [path for path in m.program.modules if folder(path) == base and not path.endswith("/__init__.py")]
    return any_of([_module(m, path) for path in sorted(inside)]) if inside else Unknown("a module of an empty package")


def _module(m: Machine, path: str) -> Value:
    if not path.endswith("/"):
        m.parts.module(m, path)
    return Mod(path)
