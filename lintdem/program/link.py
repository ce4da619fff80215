"""The program: modules, stacks, handlers, and which file an import means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import msgspec
from msgspec.structs import replace

from lintdem.knowledge import Declared
from lintdem.model.function import Function
from lintdem.model.module import Module, Problem
from lintdem.model.span import Place
from lintdem.model.stack import Source, Stack
from lintdem.program.handlers import Handler, find
from lintdem.program.imports import Imports, imports_of
from lintdem.program.modules import Modules, of
from lintdem.program.searchpaths import added_folders

NOTHING = Declared()
"""A project that declares no calls."""


class HandlerSetting(msgspec.Struct, frozen=True):
    """A handler named in the configuration: `pattern` is "path:function" with * wildcards."""

    pattern: str
    source: Source


class LinkSettings(msgspec.Struct, frozen=True):
    """What the configuration says about linking. Folders are relative to the workspace root."""

    source_roots: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    handlers: tuple[HandlerSetting, ...] = ()
    declared: Declared = NOTHING
    retention: Mapping[Source, int] = msgspec.field(default_factory=dict)


class Program(msgspec.Struct, frozen=True, weakref=True, dict=True):
    """All that is known before any analysis. Immutable after `link`; a module is made when somebody asks for it.
    `retention` is how many seconds a source goes on delivering where no template says it, as the configuration has it."""

    modules: Modules
    stacks: tuple[Stack, ...]
    handlers: tuple[Handler, ...]
    imports: Imports
    problems: tuple[Problem, ...] = ()
    declared: Declared = NOTHING
    retention: Mapping[Source, int] = msgspec.field(default_factory=dict)

    def beside(self, given: Sequence[Module]) -> Program:
        """This program with modules that hold no handlers of their own."""
        if not given:
            return self
        modules = self.modules.beside(given)
        return replace(self, modules=modules, imports=imports_of(modules, self.imports.roots))

    def stacks_at(self, place: Place) -> tuple[Stack, ...]:
        """The templates that declare what stands at a place. A module of Terraform is several files, and an application of
        any kind may take in others: the template is named after the first of them only."""
        return self._declaring.get(place.path, ())

    @cached_property
    def _declaring(self) -> dict[str, tuple[Stack, ...]]:
        """The templates by the files in which they declare functions and what invokes them; a file that is a template of its
        own is that one."""
        found: dict[str, dict[str, Stack]] = {}
        for stack in self.stacks:
            for function in stack.functions:
                for path in {function.place.path, *(event.place.path for event in function.events)}:
                    found.setdefault(path, {})[stack.path] = stack
        own: dict[str, list[Stack]] = {}
        for stack in self.stacks:
            own.setdefault(stack.path, []).append(stack)
        return {path: tuple(stacks.values()) for path, stacks in found.items()} | {path: tuple(s) for path, s in own.items()}


def link(
    modules: Modules | Sequence[Module], stacks: Sequence[Stack], settings: LinkSettings | None = None, *, handlers: bool = True
) -> Program:
    """Link modules and stacks to one program, with its `handlers` or before they are looked for. The order of the arguments does
    not matter."""
    settings = settings or LinkSettings()
    by_path = modules if isinstance(modules, Modules) else of(modules)
    ordered = tuple(sorted(stacks, key=lambda s: s.path))
    roots = [*settings.source_roots, *settings.layers]
    for stack in ordered:
        for function in stack.functions:
            roots += [*function.code, *function.layers]
    roots += sorted({path[: -len("/python")] + "/python" for path in _python_folders(by_path)})
    roots += [added for _, module in by_path.mentioning("sys", "path") for added in added_folders(module)]
    imports = imports_of(by_path, roots)
    sources = _settings_sources(by_path, settings) if handlers else {}
    problems = tuple(p for m in by_path.given for p in m.problems) + tuple(p for s in ordered for p in s.problems)
    found = tuple(find(by_path, ordered, sources)) if handlers else ()
    return Program(by_path, ordered, found, imports, problems, settings.declared, settings.retention)


def _python_folders(modules: Modules) -> set[str]:
    """Folders called `python`: that is where a layer keeps its modules."""
    found = set()
    for path in modules:
        before, mark, _ = f"/{path}".rpartition("/python/")
        if mark:
            found.add(f"{before}/python".lstrip("/"))
    return {f for f in found if f.endswith("/python")}


def _may_mean(pattern: str, path: str) -> bool:
    """Whether a pattern "path:function" may mean a function of this file."""
    from fnmatch import fnmatchcase  # noqa: PLC0415 - only needed with settings

    return ":" not in pattern or ":" in path or fnmatchcase(path, pattern.rpartition(":")[0])


def _settings_sources(modules: Modules, settings: LinkSettings) -> dict[str, Source]:
    from fnmatch import fnmatchcase  # noqa: PLC0415 - only needed with settings

    from lintdem.program.entries import top_functions  # noqa: PLC0415

    found: dict[str, Source] = {}
    if not settings.handlers:
        return found
    meant = {path for path in modules for setting in settings.handlers if _may_mean(setting.pattern, path)}
    for path in sorted(meant):
        functions: list[Function] = list(top_functions(modules[path].body))
        for function in functions:
            name = f"{path}:{function.name}"
            for setting in settings.handlers:
                if fnmatchcase(name, setting.pattern):
                    found[name] = setting.source
    return found
