"""Which modules a run will most likely ask for, told from bytes, so that they can be made together.

A guess, and no more: what is missing here is made when somebody asks for it, what is too much is made in vain.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from lintdem.model.stack import Stack
from lintdem.program.entries import Definitions
from lintdem.program.handlers import holding
from lintdem.program.imports import Imports, imports_of
from lintdem.program.likely import may_take_events
from lintdem.program.modules import Modules
from lintdem.program.paths import ancestors, folder, join
from lintdem.program.remembering import remembered
from lintdem.regexes import late

_IMPORT = late(
    rb"[\n;:][ \t\f]*(?:from[ \t]+(\.*)[ \t]*([\w.]*)[ \t]+import[ \t]+(\([^)]{0,8000}\)|[^\n;#]*)|import[ \t]+([^\n;#]+))"
)
_NAME = late(rb"[^\W\d]\w*")
_MODULE = late(rb"[^\W\d][\w.]*")
_COMMENT = late(rb"#[^\n]*")


def prepare(modules: Modules, stacks: Sequence[Stack], roots: Iterable[str]) -> None:
    """Make the modules that handlers most likely reach, several at a time."""
    modules.prepare(modules.among(may_take_events))
    folders = [folder for stack in stacks for function in stack.functions for folder in (*function.code, *function.layers)]
    layers = [path[: path.index("/python/") + 7] for path in modules if "/python/" in path]
    imports = imports_of(modules, (*roots, *folders, *layers))
    start = {*holding(modules, Definitions(modules)), *_named(modules, stacks)}
    start |= set(modules.among(lambda data: b"aws_cdk" in data))
    modules.prepare(_reached(modules, imports, start))


def _named(modules: Modules, stacks: Sequence[Stack]) -> Iterator[str]:
    """The files that the handlers of templates may mean."""
    dotted = {(one.handler or "").replace("/", ".").rpartition(".")[0] for stack in stacks for one in stack.functions}
    tails = tuple(f"/{name.replace('.', '/')}{end}" for name in dotted if name for end in (".py", "/__init__.py"))
    return (path for path in modules if f"/{path}".endswith(tails))


def _reached(modules: Modules, imports: Imports, start: Iterable[str]) -> set[str]:
    """These files and what they import, however far that leads."""
    seen = set(start)
    waiting = list(seen)
    while waiting:
        path = waiting.pop()
        found = leads_of(imports, path, modules.bytes_of(path)) - seen
        seen |= found
        waiting += found
    return seen


def leads_of(imports: Imports, path: str, data: bytes) -> frozenset[str]:
    """The files that the statements of a file lead to."""
    known = imports.leads.get(path)
    if known is None or known[0] is not data:
        packages = (join(above, "__init__.py") for above in ancestors(path))
        found = frozenset((*_imported(imports, path, data), *packages)) & imports.paths
        known = imports.leads[path] = data, found
    return known[1]


@remembered(2048, files=True)
def statements_of(data: bytes) -> tuple[tuple[bytes | None, ...], ...]:
    """The dots, module and names of each `from`, or None three times and what follows an `import`."""
    return tuple(match.groups() for match in _IMPORT.finditer(b"\n" + data))


def _imported(imports: Imports, path: str, data: bytes) -> Iterator[str]:
    for dots, module, names, plain in statements_of(data):
        if plain is not None:
            for part in plain.split(b","):
                name = _MODULE.search(part)
                found = imports.absolute(path, name.group().decode("utf-8", "replace")) if name else None
                if found is not None:
                    yield found
            continue
        if dots is None or module is None or names is None:
            continue
        dotted = module.decode("utf-8", "replace")
        target = imports.relative(path, dotted, len(dots)) if dots else imports.absolute(path, dotted)
        if target is None:
            continue
        yield target
        base = target.rstrip("/") if target.endswith("/") else folder(target)
        for name in _NAME.findall(_COMMENT.sub(b"", names)):
            member = name.decode("utf-8", "replace")
            yield join(base, f"{member}.py")
            yield join(base, member, "__init__.py")
