"""Web applications that a script starts inside of a function: where the template names the script, the code names the
application."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.model.function import Assign
from lintdem.model.module import Module
from lintdem.model.stack import Lambda
from lintdem.model.values import Attr, Call, Expr, Name
from lintdem.program.entries import statements
from lintdem.program.imports import is_test, is_vendored
from lintdem.program.modules import Modules

_STARTED = (".sh", ".py", "bootstrap")
"""Ends of what a function of the Lambda Web Adapter starts. https://github.com/awslabs/aws-lambda-web-adapter"""
_MADE_BY = frozenset({"FastAPI", "Flask", "Quart", "Starlette", "Litestar", "Sanic", "APIFlask", "create_app", "make_app"})
_WORDS = tuple(name.encode() for name in sorted(_MADE_BY))


def is_script(handler: str) -> bool:
    """Whether a handler names what starts a server, and no function."""
    return handler.endswith(_STARTED)


def application(modules: Modules, function: Lambda) -> tuple[str, str] | None:
    """The file and the name of the only web application in the code of a function; None where there is none or several."""
    below = tuple(f"{folder}/" if folder else "" for folder in function.code)
    mine = modules.among(
        lambda data: any(word in data for word in _WORDS),
        lambda path: path.startswith(below) and not (is_test(path) or is_vendored(path)),
    )
    found = [(path, name) for path in mine for name in _made(modules[path])] if below else []
    return found[0] if len(found) == 1 else None


def _made(module: Module) -> Iterator[str]:
    for statement in statements(module.body):
        if isinstance(statement, Assign) and isinstance(statement.value, Call) and _last(statement.value.func) in _MADE_BY:
            yield from (target.id for target in statement.targets if isinstance(target, Name))


def _last(value: Expr) -> str:
    return value.name if isinstance(value, Attr) else value.id if isinstance(value, Name) else ""
