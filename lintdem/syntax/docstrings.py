"""Docstrings of bodies, whichever tree they were lowered from."""

from __future__ import annotations

from lintdem.model.function import Eval, Stmt
from lintdem.model.values import Const


def without_doc(body: tuple[Stmt, ...]) -> tuple[tuple[Stmt, ...], str | None]:
    """Take the docstring off a body; an f-string is none, even one without a value in it."""
    if not body or not isinstance(body[0], Eval):
        return body, None
    value = body[0].value
    return (body[1:], value.value) if isinstance(value, Const) and isinstance(value.value, str) else (body, None)
