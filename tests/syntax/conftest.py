"""What the tests of lowering share: source to model, and the model without places as one readable line."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec
import pytest

from lintdem.model.module import Module
from lintdem.model.span import Span
from lintdem.model.values import Const, Name
from lintdem.syntax import lower_source


def _plain(value: object) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(_plain(item) for item in value) + "]"
    if isinstance(value, Name):
        return value.id
    if isinstance(value, Const):
        return repr(value.value)
    if isinstance(value, msgspec.Struct):
        return f"{type(value).__name__}({', '.join(_fields(value))})"
    return repr(value) if isinstance(value, str) else str(value)


def _fields(value: msgspec.Struct) -> Iterator[str]:
    """Fields without a default by their place, others by name when they differ from it."""
    for field in msgspec.structs.fields(type(value)):
        content = getattr(value, field.name)
        if isinstance(content, Span):
            continue
        if field.required:
            yield _plain(content)
        elif content != field.default:
            yield f"{field.name}={_plain(content)}"


@pytest.fixture
def lower() -> Callable[[str], Module]:
    """Source to a module. With a directive in it a file is read by libcst, without one by Python's own parser where that can:
    the statements have to be the same."""

    def lowered(source: str) -> Module:
        module = lower_source("app.py", source.encode())
        other = lower_source("app.py", f"{source}\n# lintdem: \n".encode())
        assert other.problems or (module.body, module.doc) == (other.body, other.doc)
        return module

    return lowered


@pytest.fixture
def plain() -> Callable[[object], str]:
    """A value of the model without places."""
    return _plain


@pytest.fixture
def body(lower: Callable[[str], Module]) -> Callable[[str], list[str]]:
    """Source to its statements, each as one line without places."""

    def lowered(source: str) -> list[str]:
        module = lower(source)
        assert module.problems == ()
        return [_plain(statement) for statement in module.body]

    return lowered


@pytest.fixture
def value(body: Callable[[str], list[str]]) -> Callable[[str], str]:
    """The source of an expression to the expression, without places."""

    def lowered(source: str) -> str:
        (line,) = body(f"_ = {source}")
        return line.removeprefix("Assign([_], ").removesuffix(")")

    return lowered
