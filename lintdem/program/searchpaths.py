"""Folders that code adds to `sys.path`, as far as they are written out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lintdem.model.function import Eval, If, Stmt, Try
from lintdem.model.module import Module
from lintdem.model.values import Attr, Call, Const, Expr, Name
from lintdem.program.paths import folder

_ADDS = {"append": 0, "insert": 1}
_FOLDER_OF = frozenset({"dirname", "abspath", "realpath"})


def added_folders(module: Module) -> Iterator[str]:
    """The folders a module adds to `sys.path` at its top level, relative to the workspace root."""
    for call in _calls(module.body):
        target = call.func
        if not (isinstance(target, Attr) and target.name in _ADDS and _is_sys_path(target.value)):
            continue
        index = _ADDS[target.name]
        if len(call.args) > index:
            written = _written(call.args[index].value, module.path)
            found = _normal(written) if written is not None else None
            if found is not None:
                yield found


def _calls(body: Sequence[Stmt]) -> Iterator[Call]:
    for statement in body:
        if isinstance(statement, Eval) and isinstance(statement.value, Call):
            yield statement.value
        elif isinstance(statement, If):
            yield from _calls((*statement.then, *statement.other))
        elif isinstance(statement, Try):
            yield from _calls(statement.body)


def _is_sys_path(value: Expr) -> bool:
    return isinstance(value, Attr) and value.name == "path" and isinstance(value.value, Name) and value.value.id == "sys"


def _written(value: Expr, path: str) -> str | None:
    """A path expression as text: literals, `os.path.join`, `os.path.dirname(__file__)`."""
    if isinstance(value, Const) and isinstance(value.value, str):
        return None if value.value.startswith("/") else f"{folder(path)}/{value.value}"
    if isinstance(value, Name) and value.id == "__file__":
        return path
    if not (isinstance(value, Call) and isinstance(value.func, Attr) and value.args):
        return None
    first = _written(value.args[0].value, path)
    if first is None:
        return None
    if value.func.name == "dirname":
        return folder(first)
    if value.func.name in _FOLDER_OF:
        return first
    parts = [arg.value.value for arg in value.args[1:] if isinstance(arg.value, Const) and isinstance(arg.value.value, str)]
    if value.func.name == "join" and len(parts) == len(value.args) - 1:
        return "/".join((first, *parts))
    return None


def _normal(path: str) -> str | None:
    """The path without dots; None when it leaves the workspace."""
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts) or None
