"""Handlers that a package which is not there puts into a module: `@job_handler def handle_job(job)`, and the template names
`publish.lambda_handler`, which the decorator sets on the module of what it decorates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lintdem.model.function import (
    Assign,
    DefineClass,
    DefineFunction,
    For,
    Function,
    Import,
    Match,
    Stmt,
    Try,
    While,
    With,
)
from lintdem.model.module import Module
from lintdem.model.values import Attr, Call, Expr, Name
from lintdem.program.entries import statements, top_functions


def injected(modules: Mapping[str, Module], path: str, name: str) -> Function | None:
    """The function that stands for a name which its module does not bind: the only one that is decorated by something
    that comes from outside of the program."""
    module = modules[path]
    if may_bind(module, name):
        return None
    outside = set(_outside_names(modules, module))
    decorated = [one for one in top_functions(module.body) if any(_root(d) in outside for d in one.decorators)]
    return decorated[0] if len(decorated) == 1 else None


def _outside_names(modules: Mapping[str, Module], module: Module) -> set[str]:
    """What a module imports by name from files that are not in the program."""
    found: set[str] = set()
    for one in statements(module.body):
        if isinstance(one, Import) and one.is_from and one.module and not one.level and not _is_there(modules, one.module):
            found.update(alias.bound or alias.name for alias in one.names)
    return found


def _is_there(modules: Mapping[str, Module], dotted: str) -> bool:
    tail = dotted.replace(".", "/")
    ends = (f"/{tail}.py", f"/{tail}/__init__.py")
    return any(path.endswith(ends) or f"/{path}".endswith(ends) for path in modules)


def _root(decorator: Expr) -> str:
    """The first name of a decorator, called or not."""
    value = decorator.func if isinstance(decorator, Call) else decorator
    while isinstance(value, Attr):
        value = value.value
    return value.id if isinstance(value, Name) else ""


def may_bind(module: Module, name: str) -> bool:
    """Whether a module gives the name a meaning, or does something that might."""
    return bool(module.problems) or _binds(module.body, name)


def _binds(body: Sequence[Stmt], name: str) -> bool:
    for statement in statements(body):
        if isinstance(statement, (DefineFunction, DefineClass)):
            made = statement.function.name if isinstance(statement, DefineFunction) else statement.cls.name
            if made == name:
                return True
        elif isinstance(statement, Import):
            if any(alias.name == "*" or (alias.bound or alias.name.partition(".")[0]) == name for alias in statement.names):
                return True
        elif isinstance(statement, Assign):
            if any(not isinstance(target, (Name, Attr)) or getattr(target, "id", "") == name for target in statement.targets):
                return True
        elif isinstance(statement, Try):
            if any(_binds(catch.body, name) for catch in statement.catches):
                return True
        elif isinstance(statement, (For, While, With, Match)):
            return True
    return False
