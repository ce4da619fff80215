"""Statements, functions and classes: a small structured form, not a control-flow graph.

Control flow stays nested as in the source; dominance is derived from it by `lintdem.analyses`.
"""

from __future__ import annotations

from typing import Union

import msgspec

from lintdem.model.span import Span
from lintdem.model.values import Arg, Expr, Parameter


class Statement(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """Base of every statement: `span` covers it whole, its blocks included."""

    span: Span


class Assign(Statement, frozen=True, tag=True, array_like=True):
    """`a = b = value`, or `target: annotation = value`."""

    targets: tuple[Expr, ...]
    value: Expr
    annotation: Expr | None = None


class Declare(Statement, frozen=True, tag=True, array_like=True):
    """`target: annotation` without a value."""

    target: Expr
    annotation: Expr


class Augment(Statement, frozen=True, tag=True, array_like=True):
    """`target op= value`; `op` without the equals sign."""

    target: Expr
    op: str
    value: Expr


class Eval(Statement, frozen=True, tag=True, array_like=True):
    """An expression for its effect."""

    value: Expr


class Delete(Statement, frozen=True, tag=True, array_like=True):
    """`del targets`."""

    targets: tuple[Expr, ...]


class If(Statement, frozen=True, tag=True, array_like=True):
    """`elif` is an `If` alone in `other`."""

    test: Expr
    then: tuple[Stmt, ...]
    other: tuple[Stmt, ...] = ()


class For(Statement, frozen=True, tag=True, array_like=True):
    """`for target in iter`, with its `else`."""

    target: Expr
    iter: Expr
    body: tuple[Stmt, ...]
    other: tuple[Stmt, ...] = ()
    is_async: bool = False


class While(Statement, frozen=True, tag=True, array_like=True):
    """`while test`, with its `else`."""

    test: Expr
    body: tuple[Stmt, ...]
    other: tuple[Stmt, ...] = ()


class Catch(msgspec.Struct, frozen=True, array_like=True):
    """`except type as name:`; `type` None is bare; `group` is `except*`."""

    span: Span
    type: Expr | None
    name: str | None
    body: tuple[Stmt, ...]
    group: bool = False


class Try(Statement, frozen=True, tag=True, array_like=True):
    """`try` with its handlers, `else` and `finally`."""

    body: tuple[Stmt, ...]
    catches: tuple[Catch, ...] = ()
    other: tuple[Stmt, ...] = ()
    final: tuple[Stmt, ...] = ()


class Context(msgspec.Struct, frozen=True, array_like=True):
    """One `value as target` of a `with`."""

    value: Expr
    target: Expr | None = None


class With(Statement, frozen=True, tag=True, array_like=True):
    """`with items: body`."""

    items: tuple[Context, ...]
    body: tuple[Stmt, ...]
    is_async: bool = False


class Pattern(msgspec.Struct, frozen=True, array_like=True):
    """A match pattern.

    `kind`: "value" (equals `value`), "class" (`value` is the class), "sequence", "mapping" (`keys`
    beside `parts`), "or", "bind" (binds `name`, around `parts[0]` if any), "star", "any".
    """

    kind: str
    value: Expr | None = None
    name: str | None = None
    parts: tuple[Pattern, ...] = ()
    keys: tuple[Expr, ...] = ()
    keywords: tuple[str, ...] = ()


class Case(msgspec.Struct, frozen=True, array_like=True):
    """`case pattern if guard: body`."""

    span: Span
    pattern: Pattern
    guard: Expr | None
    body: tuple[Stmt, ...]


class Match(Statement, frozen=True, tag=True, array_like=True):
    """`match subject`."""

    subject: Expr
    cases: tuple[Case, ...]


class Return(Statement, frozen=True, tag=True, array_like=True):
    """`return value`."""

    value: Expr | None = None


class Raise(Statement, frozen=True, tag=True, array_like=True):
    """`raise error from cause`; both None re-raises."""

    error: Expr | None = None
    cause: Expr | None = None


class Assert(Statement, frozen=True, tag=True, array_like=True):
    """`assert test, message`."""

    test: Expr
    message: Expr | None = None


class Break(Statement, frozen=True, tag=True, array_like=True):
    """`break`."""


class Continue(Statement, frozen=True, tag=True, array_like=True):
    """`continue`."""


class Pass(Statement, frozen=True, tag=True, array_like=True):
    """`pass`, kept because an empty `except` is a fact."""


class Scope(Statement, frozen=True, tag=True, array_like=True):
    """`global names` or `nonlocal names`; `kind` says which."""

    kind: str
    names: tuple[str, ...]


class Alias(msgspec.Struct, frozen=True, array_like=True):
    """`name as bound` of an import. For `import a.b`, `name` is "a.b" and `bound` None."""

    name: str
    bound: str | None = None


class Import(Statement, frozen=True, tag=True, array_like=True):
    """`import names` (module None, level 0) or `from ...module import names`; a star import has the
    one name "*". `typing_only` when it stands under `if TYPE_CHECKING`."""

    names: tuple[Alias, ...]
    module: str | None = None
    level: int = 0
    is_from: bool = False
    typing_only: bool = False


class Function(msgspec.Struct, frozen=True, array_like=True):
    """A function or method. `name` is the plain name, `qualname` the dotted
    path inside the module ("Orders.charge", "outer.<locals>.inner"). `span` is the whole definition
    with its decorators; `name_span` the name after `def`."""

    name: str
    qualname: str
    params: tuple[Parameter, ...]
    body: tuple[Stmt, ...]
    span: Span
    name_span: Span
    decorators: tuple[Expr, ...] = ()
    returns: Expr | None = None
    is_async: bool = False
    is_generator: bool = False
    doc: str | None = None


class Class(msgspec.Struct, frozen=True, array_like=True):
    """A class; `bases` includes keywords such as `metaclass=`."""

    name: str
    qualname: str
    bases: tuple[Arg, ...]
    body: tuple[Stmt, ...]
    span: Span
    name_span: Span
    decorators: tuple[Expr, ...] = ()
    doc: str | None = None


class DefineFunction(Statement, frozen=True, tag=True, array_like=True):
    """The statement `def`."""

    function: Function


class DefineClass(Statement, frozen=True, tag=True, array_like=True):
    """The statement `class`."""

    cls: Class


Stmt = Union[  # noqa: UP007 - the same form as Expr
    Assign, Declare, Augment, Eval, Delete, If, For, While, Try, With, Match, Return, Raise, Assert,
    Break, Continue, Pass, Scope, Import, DefineFunction, DefineClass,
]  # fmt: skip
