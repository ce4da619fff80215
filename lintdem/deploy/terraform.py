"""Terraform modules to stacks: every module that nothing in the workspace calls is a stack of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from lintdem.deploy.cloudformation import stack_of
from lintdem.deploy.hcl import Block, read_hcl
from lintdem.deploy.hcl_json import read_hcl_json
from lintdem.deploy.nodes import Node, Scalar, empty
from lintdem.deploy.paths import folder_of, join
from lintdem.deploy.template import Declared, read_template
from lintdem.deploy.terraform_index import Index
from lintdem.deploy.terraform_resources import declared_in
from lintdem.deploy.terraform_scope import ModuleScope, Work
from lintdem.deploy.terraform_values import value_files, values_for
from lintdem.errors import LoweringError
from lintdem.model.module import Problem
from lintdem.model.span import NOWHERE, Place, Span
from lintdem.model.stack import Stack

_ENDINGS = (".tf", ".tf.json", *(f"{name}{end}" for name in ("terraform", ".auto") for end in (".tfvars", ".tfvars.json")))
_BLOCKS = 20_000
"""Blocks of one folder; they take a second for every two thousand."""

_MODULES = 400
"""Module calls followed in one stack; nested calls could otherwise multiply without end."""


class Folder(msgspec.Struct, frozen=True):
    """The files of one folder, read. `given` are the values that stand in a `.tfvars` file, of a root module also those that
    are handed over with one."""

    path: str
    first: str
    blocks: Index
    given: Mapping[str, Node]
    problems: tuple[Problem, ...]


def read_terraform(files: Mapping[str, str]) -> list[Stack]:
    """A stack for every root module; a module that is called belongs to its callers."""
    folders = {path: _folder(path, names, files) for path, names in _by_folder(files).items()}
    called = {target for folder in folders.values() for _, target in _calls(folder.path, folder.blocks)}
    roots = [folder for path, folder in sorted(folders.items()) if path not in called] or list(folders.values())
    values = value_files(files)
    given = [msgspec.structs.replace(r, given={**values_for(r.path, r.blocks, r.given, values), **r.given}) for r in roots]
    return [stack for root in given if (stack := _stack(root, folders, files)) is not None]


def _by_folder(files: Mapping[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in sorted(files):
        if path.endswith(_ENDINGS):
            found.setdefault(folder_of(path), []).append(path)
    return found


def _folder(path: str, names: list[str], files: Mapping[str, str]) -> Folder:
    blocks: list[Block] = []
    given: dict[str, Node] = {}
    problems: list[Problem] = []
    for name in names:
        try:
            content = read_hcl_json(name, files[name]) if name.endswith(".json") else read_hcl(name, files[name])
            blocks += content.blocks
            given.update({key: entry.value for key, entry in content.attributes.items()})
        except LoweringError as error:
            place = Place(name, Span(error.line, error.column, error.line, error.column + 1))
            problems.append(Problem(place, "LDM901", f"the Terraform file cannot be read: {error}"))
    if len(blocks) > _BLOCKS:
        message = f"the Terraform code cannot be read: more than {_BLOCKS} blocks in a folder"
        problems.append(Problem(blocks[_BLOCKS].place, "LDM901", message))
        blocks = []
    mains = (f"{path}/main.tf".lstrip("/"), f"{path}/main.tf.json".lstrip("/"))
    first = next((main for main in mains if main in names), names[0])
    return Folder(path, first, Index(tuple(blocks)), given, tuple(problems))


def _calls(folder: str, blocks: Index) -> Iterator[tuple[Block, str]]:
    """The module blocks of a folder that call another folder of the workspace."""
    for block in blocks.of_type("module"):
        source = block.get("source") if block.labels else None
        if isinstance(source, Scalar) and source.text.startswith("."):
            target = join(folder, source.text)
            if target is not None and target != folder:
                yield block, target


def _stack(root: Folder, folders: Mapping[str, Folder], files: Mapping[str, str]) -> Stack | None:
    problems: dict[Problem, None] = {}
    try:
        declared = _declared(root, folders, problems)
    except LoweringError as error:
        declared = {}
        place = Place(root.first, Span(error.line, error.column, error.line, error.column + 1))
        problems[Problem(place, "LDM901", f"the Terraform code cannot be read: {error}")] = None
    template = read_template(root.first, empty(Place(root.first, NOWHERE)), files, declared)
    if template is None or not any(item.type.startswith("AWS::") for item in declared.values()):
        found = Stack(path=root.first, kind="terraform") if problems else None
    else:
        found = stack_of(template, "terraform")
    return msgspec.structs.replace(found, problems=(*problems, *found.problems)) if found else None


def _declared(root: Folder, folders: Mapping[str, Folder], problems: dict[Problem, None]) -> dict[str, Declared]:
    """The resources of a root module and of all it calls, by their addresses."""
    scopes: list[ModuleScope] = []
    _open(root, folders, ModuleScope("", ".", root.blocks, root.given, {}, Work()), scopes, problems)
    return {resource.name: resource for scope in scopes for resource in declared_in(scope)}


def _open(
    folder: Folder,
    folders: Mapping[str, Folder],
    scope: ModuleScope,
    scopes: list[ModuleScope],
    problems: dict[Problem, None],
) -> None:
    """The scope of a module and those of the modules it calls, callers first."""
    scopes.append(scope)
    problems.update(dict.fromkeys(folder.problems))
    for block, target in _calls(folder.path, folder.blocks):
        called = folders.get(target)
        if called is None or len(scopes) >= _MODULES or scope.prefix.count("module.") > 6:
            continue
        written, name = block.get("source"), block.labels[0]
        here = f"{scope.here}/{written.text}" if isinstance(written, Scalar) else scope.here
        for ending, instance in scope.instances(block):
            if len(scopes) >= _MODULES:
                break
            given = _given(block, instance)
            child = ModuleScope(f"{scope.prefix}module.{name}{ending}.", here, called.blocks, given, {}, scope.work)
            scope.children.setdefault(name, child)
            scope.children[name + ending] = child
            _open(called, folders, child, scopes, problems)


def _given(block: Block, scope: ModuleScope) -> dict[str, Node]:
    """The arguments of a module call, as they are where it is called."""
    return {
        name: scope.image(entry.value) if "image" in name else scope.evaluate(entry.value)
        for name, entry in block.attributes.items()
        if name != "source"
    }
