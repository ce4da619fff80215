"""Entry points that are not a `def handler(event, context)`: functions that a framework's decorator hands to
Lambda, and handlers that a module assigns to a name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import cached_property

import msgspec

from lintdem.model.function import (
    Assign,
    Class,
    DefineClass,
    DefineFunction,
    For,
    Function,
    If,
    Import,
    Return,
    Stmt,
    Try,
    With,
)
from lintdem.model.module import Module
from lintdem.model.span import Span
from lintdem.model.stack import Source
from lintdem.model.values import Attr, Call, Const, Expr, Lambda, Name
from lintdem.program.likely import USUAL, may_take_events
from lintdem.program.modules import Modules

CHALICE: dict[str, tuple[Source | None, tuple[str, ...]]] = {
    "on_sqs_message": (Source.SQS, ("Records",)),
    "on_sns_message": (Source.SNS, ("Records", "*", "Sns")),
    "on_s3_event": (Source.S3, ("Records", "*", "s3", "object")),
    "on_cw_event": (Source.EVENTBRIDGE, ()),
    "schedule": (Source.SCHEDULE, ()),
    "on_dynamodb_record": (Source.DYNAMODB_STREAM, ("Records",)),
    "on_kinesis_record": (Source.KINESIS, ("Records",)),
    "on_ws_connect": (Source.WEBSOCKET, ()),
    "on_ws_message": (Source.WEBSOCKET, ()),
    "on_ws_disconnect": (Source.WEBSOCKET, ()),
    "route": (Source.API, ("pathParameters",)),
    "authorizer": (Source.API, ()),
    "lambda_function": (None, ()),
}
"""Chalice's decorators: what calls the function, and which part of the raw event its event object stands for."""

DOMOVOI = {"sqs_queue_subscriber": Source.SQS}
"""Decorators of domovoi that are told how many messages come together: https://github.com/xbrianh/domovoi#use"""

ADAPTERS = frozenset({"Mangum", "make_lambda_handler", "partial"})
"""What makes a handler of an application or a function, outside the program."""


class Entry(msgspec.Struct, frozen=True):
    """A handler found in code. `part` is the path into the event that the first parameter stands for, None when it
    is called with event and context as they are; `named` parameters are items of that part."""

    function: str
    span: Span
    source: Source | None = None
    batch_size: int | None = None
    part: tuple[str, ...] | None = None
    named: bool = False


class Definitions:
    """Functions, methods and classes of a program, by name."""

    def __init__(self, modules: Modules) -> None:
        self._modules = modules
        self._functions: dict[str, list[Function]] = {}
        self._classes: dict[str, list[Class]] = {}

    def functions(self, name: str) -> list[Function]:
        """The functions at module level and the methods of this name."""
        if name not in self._functions:
            found = (one for _, module in self._modules.defining(name) for one in functions_of(module))
            self._functions[name] = [one for one in found if one.name == name]
        return self._functions[name]

    def classes(self, name: str) -> list[Class]:
        """The classes of this name."""
        if name not in self._classes:
            found = (one for _, module in self._modules.defining(name) for one in statements(module.body))
            self._classes[name] = [one.cls for one in found if isinstance(one, DefineClass) and one.cls.name == name]
        return self._classes[name]

    @cached_property
    def decorators(self) -> frozenset[str]:
        """The names of decorators that put something in the place of a function which takes an event and a context."""
        holding = self._modules.where(may_take_events)
        return frozenset(one.name for _, module in holding for one in functions_of(module) if _wraps_in_handler(one))


def statements(body: Sequence[Stmt]) -> Iterator[Stmt]:
    """The statements at module level, also those under `if`, `try`, `for` and `with`."""
    for statement in body:
        yield statement
        if isinstance(statement, (For, With)):
            yield from statements(statement.body)
        elif isinstance(statement, If):
            yield from statements((*statement.then, *statement.other))
        elif isinstance(statement, Try):
            yield from statements((*statement.body, *statement.other, *statement.final))


def top_functions(body: Sequence[Stmt]) -> Iterator[Function]:
    """The functions defined at module level, also under `if` and the like."""
    for statement in statements(body):
        if isinstance(statement, DefineFunction):
            yield statement.function


def declared(module: Module, known: Definitions) -> Iterator[Entry]:
    """The functions of a module that a decorator makes entry points: a framework's, or one of the program that puts
    something in their place which takes an event and a context."""
    chalice = _imports(module, "chalice") or _imports(module, "chalicelib")
    domovoi = _imports(module, "domovoi")
    for function in top_functions(module.body):
        if chalice:
            yield from _inner(function)
        for decorator in function.decorators:
            name = _last(decorator)
            if name == "durable_execution" or name in known.decorators:
                yield Entry(function.name, function.name_span)
            elif chalice and name in CHALICE and isinstance(_called(decorator), Attr):
                yield _chalice(function, decorator, name)
            elif domovoi and name in DOMOVOI:
                yield Entry(function.name, function.name_span, DOMOVOI[name], _keyword(decorator, "batch_size"))


def _inner(outer: Function) -> Iterator[Entry]:
    """What a function registers that makes an application, or is given one: `def register(app): @app.route("/") def index(): …`."""
    for function in top_functions(outer.body):
        for decorator in function.decorators:
            if _last(decorator) in CHALICE and isinstance(_called(decorator), Attr):
                entry = _chalice(function, decorator, _last(decorator))
                yield msgspec.structs.replace(entry, function=f"{outer.name}.{function.name}")


def _chalice(function: Function, decorator: Expr, name: str) -> Entry:
    source, part = CHALICE[name]
    size = _keyword(decorator, "batch_size")
    if name == "on_sqs_message" and not any(arg.name == "batch_size" for arg in getattr(decorator, "args", ())):
        size = 1
    whole = None if name == "lambda_function" else part
    return Entry(function.name, function.name_span, source, size, whole, name == "route")


def _keyword(decorator: Expr, name: str) -> int | None:
    for arg in decorator.args if isinstance(decorator, Call) else ():
        if arg.name == name and isinstance(arg.value, Const) and isinstance(arg.value.value, int):
            return arg.value.value
    return None


def assigned(module: Module, known: Definitions) -> Iterator[Entry]:
    """Handlers that a module assigns: a lambda, a bound method, a called factory, a callable object."""
    for statement in statements(module.body):
        if not isinstance(statement, Assign):
            continue
        for target in statement.targets:
            if not (isinstance(target, Name) and _is_name(target.id)):
                continue
            if _makes_handler(statement.value, known) or any(wrapped(statement.value, module)):
                yield Entry(target.id, target.span)


def covered(module: Module, handlers: Collection[str]) -> frozenset[str]:
    """The functions that one of these handlers was put around: Lambda calls that one, not them."""
    return frozenset(
        name
        for statement in statements(module.body)
        if isinstance(statement, Assign)
        for target in statement.targets
        if isinstance(target, Name) and target.id in handlers
        for name in wrapped(statement.value, module)
        if name != target.id
    )


def wrapped(value: Expr, module: Module) -> Iterator[str]:
    """`around(function)`, also several of them: the functions of the module that take an event and a context."""
    for argument in value.args if isinstance(value, Call) else ():
        if isinstance(argument.value, Call):
            yield from wrapped(argument.value, module)
        elif isinstance(argument.value, Name):
            name = argument.value.id
            yield from (f.name for f in top_functions(module.body) if f.name == name and _takes_event([p.name for p in f.params]))


def _is_name(name: str) -> bool:
    return name in USUAL or name.endswith(("_handler", "Handler"))


def _makes_handler(value: Expr, known: Definitions) -> bool:
    if isinstance(value, Lambda):
        return _takes_event([p.name for p in value.params])
    name = _last(value)
    if isinstance(value, Attr):
        return any(_takes_event([p.name for p in f.params]) for f in known.functions(name))
    if not isinstance(value, Call):
        return False
    if name in ADAPTERS:
        return True
    if any(_is_callable(cls, known) for cls in known.classes(name)):
        return True
    return any(_returns_handler(f, known) for f in known.functions(name))


def _is_callable(cls: Class, known: Definitions, seen: frozenset[str] = frozenset()) -> bool:
    """Whether objects of a class, by a method of its own or of a base, take an event and a context."""
    methods = [s.function for s in cls.body if isinstance(s, DefineFunction)]
    if any(f.name == "__call__" and _takes_event([p.name for p in f.params]) for f in methods):
        return True
    bases = {_last(base.value) for base in cls.bases if base.name is None} - seen - {cls.name}
    return any(
        _is_callable(found, known, seen | {cls.name}) for name in sorted(bases) for found in known.classes(name)
    )


def _returns_handler(function: Function, known: Definitions) -> bool:
    """Whether a function holds another one, or returns a lambda or a method, that takes an event and a context."""
    for statement in statements(function.body):
        if isinstance(statement, DefineFunction) and _takes_event([p.name for p in statement.function.params]):
            return True
        value = getattr(statement, "value", None)
        if isinstance(value, Lambda) and _takes_event([p.name for p in value.params]):
            return True
        if isinstance(statement, Return) and isinstance(value, Attr):
            methods = known.functions(value.name)
            return bool(methods) and all(_takes_event([p.name for p in f.params]) for f in methods)
    return False


def _wraps_in_handler(decorator: Function) -> bool:
    """Whether a decorator, or what it makes when it is called with options, gives back an inner function that takes an
    event and a context."""
    for statement in statements(decorator.body) if decorator.params else ():
        inner = statement.function if isinstance(statement, DefineFunction) else None
        if inner is not None and (_takes_event([p.name for p in inner.params]) or _wraps_in_handler(inner)):
            return True
    return False


def _takes_event(params: list[str]) -> bool:
    names = [name.strip("_").lower().removeprefix("lambda_") for name in params if name not in ("self", "cls")]
    return len(names) == 2 and names[0] in ("event", "evt", "e", "payload") and names[1] in ("context", "ctx", "c")


def functions_of(module: Module) -> Iterator[Function]:
    """The functions at module level and the methods of the classes there."""
    for statement in statements(module.body):
        if isinstance(statement, DefineFunction):
            yield statement.function
        elif isinstance(statement, DefineClass):
            yield from (inner.function for inner in statement.cls.body if isinstance(inner, DefineFunction))


def _imports(module: Module, package: str) -> bool:
    for statement in statements(module.body):
        if isinstance(statement, Import):
            names = [statement.module or ""] if statement.is_from else [alias.name for alias in statement.names]
            if any(name.partition(".")[0] == package for name in names) and not statement.level:
                return True
    return False


def _called(value: Expr) -> Expr:
    return value.func if isinstance(value, Call) else value


def _last(value: Expr) -> str:
    """The last step of a dotted name, called or not."""
    value = _called(value)
    return value.name if isinstance(value, Attr) else value.id if isinstance(value, Name) else ""
