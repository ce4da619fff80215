"""Handlers: the functions that AWS Lambda calls.

Templates and settings name them; where no template does, the name and the signature decide. Methods,
nested functions and functions with more parameters than Lambda passes are not handlers.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache

import msgspec

from lintdem.model.function import Assign, Function
from lintdem.model.module import Module
from lintdem.model.span import NOWHERE, Place, Span, file_of
from lintdem.model.stack import OPENAPI, Lambda, Source, Stack
from lintdem.model.values import Name
from lintdem.program.applications import application, is_script
from lintdem.program.entries import (
    Definitions,
    Entry,
    assigned,
    covered,
    declared,
    statements,
    top_functions,
)
from lintdem.program.imports import is_test, is_vendored
from lintdem.program.injected import injected
from lintdem.program.likely import USUAL, may_hold_handlers
from lintdem.program.modules import Modules
from lintdem.program.paths import ancestors, folder, join
from lintdem.program.remembering import attached
from lintdem.program.triggers import Trigger, of_function
from lintdem.regexes import late


class Handler(msgspec.Struct, frozen=True):
    """`function` is the name in the module (dotted for an attribute of a class); `span` is where it is
    defined; `named` says what made it a handler: "template", "setting", "signature" or "code". `part` is the
    path into the event that the parameter of a framework's handler stands for, or whose items its parameters
    take by name when it `takes_items`."""

    path: str
    function: str
    span: Span
    triggers: tuple[Trigger, ...]
    named: str
    resource: str = ""
    evidence: Place | None = None
    part: tuple[str, ...] | None = None
    takes_items: bool = False

    @property
    def name(self) -> str:
        """"path:function", as reports show it."""
        return f"{self.path}:{self.function}"


def find(modules: Modules, stacks: Sequence[Stack], settings: Mapping[str, Source]) -> list[Handler]:
    """All handlers of a program, sorted by path and function."""
    found: dict[tuple[str, str], Handler] = {}
    for stack in _served(modules, stacks):
        for function in stack.functions:
            handler = _from_template(modules, function)
            if stack.kind == OPENAPI and handler is not None:
                handler = msgspec.structs.replace(handler, part=("pathParameters",), takes_items=True)
            if handler is not None and not (is_test(handler.path) and is_test(stack.path)):
                # What tests deploy to stand in for something, or to listen, is part of the tests.
                _add(found, handler)
    known = Definitions(modules)
    apps = _apps(stacks)
    for path in holding(modules, known, {name.rpartition(":")[0] for name in settings}):
        module = modules[path]
        _from_code(found, path, module, settings)
        _from_frameworks(found, path, module, known)
    return sorted(_deployed(found, apps), key=lambda handler: (handler.path, handler.function))


def holding(modules: Modules, known: Definitions, named: Collection[str] = ()) -> Iterator[str]:
    """The files that may hold handlers which only their code tells, and those that are `named`."""
    decorators = [name.encode() for name in known.decorators]
    return modules.among(lambda data: may_hold_handlers(data, decorators), _is_own_code, named)


def _is_own_code(path: str) -> bool:
    return not (file_of(path) != path or is_vendored(path) or is_test(path) or _ELSEWHERE.search(path))


_ELSEWHERE = late(r"(^|/)(gcp|google[-_]cloud|azure)[-_](python|functions?|cloud[-_]functions?)([-_][^/]*)?/", re.IGNORECASE)
"""Folders of functions that another cloud calls: Google hands an event and a context to them as well."""


def _add(found: dict[tuple[str, str], Handler], handler: Handler) -> None:
    key = (handler.path, handler.function)
    before = found.get(key)
    if before is None:
        found[key] = handler
        return
    triggers = tuple(dict.fromkeys((*before.triggers, *handler.triggers)))
    found[key] = msgspec.structs.replace(before, triggers=triggers)


def _from_code(
    found: dict[tuple[str, str], Handler], path: str, module: Module, settings: Mapping[str, Source]
) -> None:
    inside = covered(module, USUAL | {name for file, name in found if file == path})
    for function in top_functions(module.body):
        key = (path, function.name)
        setting = settings.get(f"{path}:{function.name}")
        declared = declared_source(module, function)
        if setting is None and declared is None and (key in found or function.name in inside or not is_handler(function)):
            continue
        source = declared or setting
        triggers = (Trigger(source, "setting", Place(path, function.name_span)),) if source else ()
        named = "setting" if source else "signature"
        if key in found and triggers:
            found[key] = msgspec.structs.replace(found[key], triggers=triggers)
        elif key not in found:
            found[key] = Handler(path, function.name, function.name_span, triggers, named)


def _apps(stacks: Sequence[Stack]) -> dict[str, Lambda]:
    """The applications whose handlers only their code names, by the folder of the code."""
    return {
        folder: function
        for stack in stacks
        for function in stack.functions
        if stack.kind == "chalice" and function.handler is None
        for folder in function.code
    }


def _from_frameworks(found: dict[tuple[str, str], Handler], path: str, module: Module, known: Definitions) -> None:
    """Add what decorators and assignments make handlers; templates and settings may say more of the trigger."""
    for entry in (*declared(module, known), *assigned(module, known)):
        before = found.get((path, entry.function))
        triggers = before.triggers if before is not None else ()
        named = before.named if before is not None else "code"
        resource, evidence = (before.resource, before.evidence) if before is not None else ("", None)
        own = (_trigger(path, entry),) if entry.source is not None and not triggers else ()
        found[path, entry.function] = Handler(
            path, entry.function, entry.span, (*triggers, *own), named, resource, evidence, entry.part, entry.named,
        )  # fmt: skip


def _deployed(found: Mapping[tuple[str, str], Handler], apps: Mapping[str, Lambda]) -> Iterator[Handler]:
    """The handlers, those that only code names with the application that deploys them: the Chalice project of their folder,
    or the function of a template whose handler is the object of their module. Such an object is no handler of its own."""
    by_path: dict[str, list[Handler]] = {}
    for handler in found.values():
        by_path.setdefault(handler.path, []).append(handler)
    for path, handlers in by_path.items():
        app = next((apps[above] for above in ancestors(path) if above in apps), None)
        resource, evidence = (app.name, app.place) if app is not None else ("", None)
        whole = app is not None and _is_own(path, app)
        objects = [one for one in handlers if one.named == "template" and one.span == NOWHERE]
        routed = len(objects) == 1 and any(one.named == "code" and one.part is not None for one in handlers)
        if routed:
            resource, evidence = objects[0].resource, objects[0].evidence
        for one in handlers:
            if evidence is not None and one.evidence is None and (whole or one.named == "code"):
                yield msgspec.structs.replace(one, resource=resource, evidence=evidence)
            elif not (routed and one is objects[0]):
                yield one


def _is_own(path: str, app: Lambda) -> bool:
    """Whether a file belongs to a Chalice project: its `app.py`, and what it keeps in `chalicelib`."""
    return any(path.startswith((join(root, "app.py"), join(root, "chalicelib"))) for root in app.code)


def _trigger(path: str, entry: Entry) -> Trigger:
    assert entry.source is not None
    return Trigger(entry.source, "code", Place(path, entry.span), entry.batch_size)


def declared_source(module: Module, function: Function) -> Source | None:
    """The source that a `# lintdem: source[…]` directive above a function names."""
    for directive in module.directives:
        first, last = directive.covers
        if directive.kind == "source" and directive.names and first <= function.name_span.line <= last:
            try:
                return Source(directive.names[0])
            except ValueError:
                return None
    return None


def is_handler(function: Function) -> bool:
    """Whether name and signature say that Lambda calls this function."""
    positional = [p for p in function.params if p.kind in ("positional", "normal")]
    required = [p for p in positional if p.default is None]
    stars = any(p.kind == "star" for p in function.params)
    if len(required) > 2 or (len(positional) < 2 and not stars and function.name != "lambda_handler"):
        return False
    if function.name in USUAL:
        return True
    if len(positional) != 2:
        return False
    first, second = (p.name.strip("_").lower() for p in positional)
    is_context = second in ("context", "ctx", "lambda_context", "lambdacontext") or _context_type(positional[1].annotation)
    by_name = function.name.endswith(("_handler", "Handler")) or "handler" in function.name.lower()
    return is_context and (first in ("event", "evt") or by_name)


def _context_type(annotation: object) -> bool:
    name = getattr(annotation, "name", None) or getattr(annotation, "id", None) or getattr(annotation, "value", None)
    return name == "LambdaContext"


def _from_template(modules: Modules, function: Lambda) -> Handler | None:
    if function.handler is None:
        return None
    located = application(modules, function) if is_script(function.handler) else locate(modules, function)
    if located is None:
        return None
    path, name = located
    stands_for = injected(modules, path, name)
    name = stands_for.name if stands_for is not None else name
    span = next((f.name_span for f in top_functions(modules[path].body) if f.name == name), NOWHERE)
    return Handler(path, name, span, of_function(function), "template", function.name, function.place)


def _served(modules: Modules, stacks: Sequence[Stack]) -> Iterator[Stack]:
    """The stacks; descriptions of HTTP interfaces only where the program has connexion call their functions, with what a
    request brings by name."""
    described = any(stack.kind == OPENAPI for stack in stacks)
    served = described and any(True for _ in modules.among(lambda data: b"connexion" in data, _is_own_code))
    return (stack for stack in stacks if served or stack.kind != OPENAPI)


def inline_path(function: Lambda) -> str:
    """The module path of code written inside a template: the template's own, and the function after a #."""
    place = function.inline_place or function.place
    return f"{place.path}#{function.name}"


def locate(modules: Mapping[str, Module], function: Lambda) -> tuple[str, str] | None:
    """The file and the function that a handler string means, or None when no file fits."""
    dotted, _, name = (function.handler or "").replace("/", ".").rpartition(".")
    if not dotted:
        return None
    if function.inline is not None:
        return (inline_path(function), name) if inline_path(function) in modules else None
    tail = dotted.replace(".", "/")
    for root in function.code:
        for candidate in (join(root, f"{tail}.py"), join(root, tail, "__init__.py")):
            if candidate in modules:
                return candidate, name
    packaged = _packaged(modules, function, tail) or _of_archive(modules, function, tail, name)
    if packaged is not None:
        return packaged, name
    if any(path.startswith(f"{root}/") for root in function.code if root for path in modules):
        return None
    return _only_one(modules, function, tail, name)


def _packaged(modules: Mapping[str, Module], function: Lambda, tail: str) -> str | None:
    """The file of a dotted module below a folder above the code's: a service that is packed from there."""
    if "/" not in tail:
        return None
    above = (upper for root in function.code if root for upper in ancestors(root))
    return next((path for upper in above if (path := join(upper, f"{tail}.py")) in modules), None)


def _of_archive(modules: Mapping[str, Module], function: Lambda, tail: str, name: str) -> str | None:
    """The file in the folder that has the name of the archive: `orders-1.4.zip` is made of `src/orders`, `orders_pay.zip` of
    `src/orders/pay`."""
    wanted = _plain(function.archive)
    fitting = [path for path in _fitting(modules, tail, name) if wanted in _names_of(path)] if wanted else []
    return _nearest(fitting, folder(function.place.path))


@lru_cache(maxsize=4096)
def _names_of(path: str) -> frozenset[str]:
    """The names of the folders of a path and of its file, and of several of them one after another."""
    parts = [_plain(part) for part in path.split("/")]
    return frozenset("".join(parts[start:end]) for start in range(len(parts)) for end in range(start + 1, len(parts) + 1))


def _plain(name: str) -> str:
    """The name of a folder or an archive without ending, version, unknown parts and marks between words."""
    last = re.sub(r"\$\{[^}]*\}|%%\w+%%|<[^>]*>", "", name).rpartition("/")[2]
    stem = re.sub(r"\.(zip|jar|whl|py)$", "", last.lower())
    return re.sub(r"[^a-z0-9]", "", re.sub(r"[-_.]v?\d+(\.\d+)*$", "", stem))


_COMMON = frozenset(
    {"app", "index", "main", "handler", "handlers", "lambda_function", "lambda_handler", "function", "lambda", "run"}
)
"""Names that a file of any project may have."""


def _only_one(modules: Mapping[str, Module], function: Lambda, tail: str, name: str) -> tuple[str, str] | None:
    """Where the code is built elsewhere first: the only file that fits below the template; below a folder above it
    when the template names no folder, or the file has a name of its own."""
    fitting = _fitting(modules, tail, name)
    near = [path for path in fitting if path.startswith(f"{folder(function.place.path)}/")]
    if len(near) == 1 or (function.code and tail.rpartition("/")[2] in _COMMON):
        return (near[0], name) if len(near) == 1 else None
    found = _nearest(fitting, folder(function.place.path))
    return (found, name) if found is not None else None


def _nearest(paths: Sequence[str], start: str) -> str | None:
    """The path below the first folder, from this one upwards, that has any; None when it has several."""
    for above in (start, *ancestors(start)):
        below = [path for path in paths if not above or path.startswith(f"{above}/")]
        if below:
            return below[0] if len(below) == 1 else None
    return None


def _fitting(modules: Mapping[str, Module], tail: str, name: str) -> list[str]:
    """The files that a dotted module may mean, and that give the name a meaning."""
    paths = (path for path in modules if path == f"{tail}.py" or path.endswith(f"/{tail}.py"))
    return [path for path in paths if name in _bound(modules[path]) or injected(modules, path, name) is not None]


@attached
def _bound(module: Module) -> set[str]:
    """The functions and names that a module defines."""
    assigned_names = {
        target.id
        for statement in statements(module.body)
        if isinstance(statement, Assign)
        for target in statement.targets
        if isinstance(target, Name)
    }
    return assigned_names | {function.name for function in top_functions(module.body)}
