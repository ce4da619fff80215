"""Every kind of statement keeps what it says."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lintdem.model.function import Class, DefineClass, DefineFunction, Function, Import, Stmt
from lintdem.model.module import Module

Lower = Callable[[str], Module]
Body = Callable[[str], list[str]]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a = b = c()", "Assign([a, b], Call(c))"),
        ("a, *b = c", "Assign([Sequence('tuple', items=[a, Star(b)])], c)"),
        ("a: int", "Declare(a, int)"),
        ("a.b: 'int' = 1", "Assign([Attr(a, 'b')], 1, annotation='int')"),
        ("a[0] //= b", "Augment(Item(a, 0), '//', b)"),
        ("del a, b[0]", "Delete([a, Item(b, 0)])"),
        ("assert a, b()", "Assert(a, message=Call(b))"),
        ("raise", "Raise()"),
        ("raise E() from e", "Raise(error=Call(E), cause=e)"),
        ("return", "Return()"),
        ("return a, b", "Return(value=Sequence('tuple', items=[a, b]))"),
        ("pass", "Pass()"),
        ("global a, b", "Scope('global', ['a', 'b'])"),
        ("import a.b.c, d as e", "Import([Alias('a.b.c'), Alias('d', bound='e')])"),
        ("from a.b import (c as d, e)", "Import([Alias('c', bound='d'), Alias('e')], module='a.b', is_from=True)"),
        ("from . import x", "Import([Alias('x')], level=1, is_from=True)"),
        ("from ...a import *", "Import([Alias('*')], module='a', level=3, is_from=True)"),
        ("type X[T: f()] = list[T]", "Assign([X], Opaque('type alias', parts=[T, Call(f), Item(list, T)]))"),
        ("while a: b()\nelse: c()", "While(a, [Eval(Call(b))], other=[Eval(Call(c))])"),
        ("for a in b:\n  break\nelse:\n  continue", "For(a, b, [Break()], other=[Continue()])"),
        ("async for a in b: pass", "For(a, b, [Pass()], is_async=True)"),
        (
            "with (a() as b, c, d() as (e, f)): pass",
            "With([Context(Call(a), target=b), Context(c), Context(Call(d), target=Sequence('tuple', items=[e, f]))], [Pass()])",
        ),
        ("async with a: pass", "With([Context(a)], [Pass()], is_async=True)"),
        (
            "if a: b\nelif c: d\nelif e: f\nelse: g",
            "If(a, [Eval(b)], other=[If(c, [Eval(d)], other=[If(e, [Eval(f)], other=[Eval(g)])])])",
        ),
        (
            "try: a\nexcept A as e: b\nexcept (B, C): c\nexcept: d\nelse: f\nfinally: g",
            (
                "Try([Eval(a)], catches=[Catch(A, 'e', [Eval(b)]), "
                "Catch(Sequence('tuple', items=[B, C]), None, [Eval(c)]), Catch(None, None, [Eval(d)])], "
                "other=[Eval(f)], final=[Eval(g)])"
            ),
        ),
        ("try: a\nexcept* A: b", "Try([Eval(a)], catches=[Catch(A, None, [Eval(b)], group=True)])"),
    ],
)
def test_statements(body: Body, source: str, expected: str) -> None:
    """A statement keeps its values, targets and blocks in order."""
    assert body(source) == [expected]


def test_several_statements_on_a_line(body: Body) -> None:
    """Semicolons separate statements like newlines do."""
    assert body("a(); b = 1; pass\n") == ["Eval(Call(a))", "Assign([b], 1)", "Pass()"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("-1", "Pattern('value', value=Unary('-', 1))"),
        ("None", "Pattern('value', value=None)"),
        ("a.B", "Pattern('value', value=Attr(a, 'B'))"),
        ("_", "Pattern('any')"),
        ("x", "Pattern('bind', name='x')"),
        ("1 as x", "Pattern('bind', name='x', parts=[Pattern('value', value=1)])"),
        (
            "[a, *rest]",
            "Pattern('sequence', parts=[Pattern('bind', name='a'), Pattern('star', name='rest')])",
        ),
        ("1, *_", "Pattern('sequence', parts=[Pattern('value', value=1), Pattern('star')])"),
        ("'a' | 'b'", "Pattern('or', parts=[Pattern('value', value='a'), Pattern('value', value='b')])"),
        (
            "{'k': v, **rest}",
            "Pattern('mapping', parts=[Pattern('bind', name='v'), Pattern('star', name='rest')], keys=['k'])",
        ),
        (
            "C(1, x=_)",
            "Pattern('class', value=C, parts=[Pattern('value', value=1), Pattern('any')], keywords=['x'])",
        ),
    ],
)
def test_patterns(body: Body, source: str, expected: str) -> None:
    """Every kind of pattern keeps its values, names and parts."""
    assert body(f"match m():\n  case {source} if g(): b()\n") == [
        f"Match(Call(m), [Case({expected}, Call(g), [Eval(Call(b))])])"
    ]


def _functions(statements: tuple[Stmt, ...]) -> list[Function | Class]:
    found: list[Function | Class] = []
    for statement in statements:
        if isinstance(statement, DefineFunction):
            found += [statement.function, *_functions(statement.function.body)]
        elif isinstance(statement, DefineClass):
            found += [statement.cls, *_functions(statement.cls.body)]
    return found


def test_functions(body: Body) -> None:
    """A function keeps decorators, parameters, annotations and what it returns."""
    source = "@d(1)\nasync def f(a: int, /, b: 'str' = g(), *args, c, **kw) -> list[int]:\n  'doc'\n  return a\n"
    (line,) = body(source)
    assert line == (
        "DefineFunction(Function('f', 'f', [Parameter('a', kind='positional', annotation=int), "
        "Parameter('b', annotation='str', default=Call(g)), Parameter('args', kind='star'), "
        "Parameter('c', kind='keyword'), Parameter('kw', kind='stars')], [Return(value=a)], "
        "decorators=[Call(d, args=[Arg(1)])], returns=Item(list, int), is_async=True, doc='doc'))"
    )


def test_classes(body: Body) -> None:
    """A class keeps its bases, keywords, decorators and attributes."""
    (line,) = body("@d\nclass C[T](A.B, metaclass=M, **kw):\n  '''doc'''\n  x = 1\n")
    assert line == (
        "DefineClass(Class('C', 'C', [Arg(Attr(A, 'B')), Arg(M, name='metaclass'), Arg(kw, star='**')], "
        "[Assign([x], 1)], decorators=[d], doc='doc'))"
    )


def test_qualified_names(lower: Lower) -> None:
    """Qualified names are those Python gives, also for a name declared global."""
    source = (
        "class A:\n  def m(self):\n    def inner(): pass\n    class L:\n      def n(self): pass\n"
        "  class B:\n    def k(self): pass\n"
        "def outer():\n  global g\n  def g(): pass\n  def h(): pass\n"
    )
    assert [definition.qualname for definition in _functions(lower(source).body)] == [
        "A",
        "A.m",
        "A.m.<locals>.inner",
        "A.m.<locals>.L",
        "A.m.<locals>.L.n",
        "A.B",
        "A.B.k",
        "outer",
        "g",
        "outer.<locals>.h",
    ]


def test_generators(lower: Lower) -> None:
    """Only a yield in a function's own body makes it a generator."""
    source = (
        "def plain():\n  def inner(): yield 1\n  lambda: (yield)\n  return [x for x in inner()]\n"
        "def gen():\n  if a:\n    x = yield\n"
        "async def agen():\n  yield 1\n"
    )
    definitions = [item for item in _functions(lower(source).body) if isinstance(item, Function)]
    assert {item.name: item.is_generator for item in definitions} == {
        "plain": False,
        "inner": True,
        "gen": True,
        "agen": True,
    }


def test_docstrings(lower: Lower) -> None:
    """A docstring is a leading plain string; bytes and f-strings are statements."""
    assert lower("'''A\nmodule.'''\nx = 1\n").doc == "A\nmodule."
    assert lower("'a' 'b'\n").doc == "ab"
    for source in ("b'x'\n", "f'x'\n", "x = 1\n'no'\n", ""):
        assert lower(source).doc is None


def _imports(module: Module) -> dict[str, bool]:
    found: dict[str, bool] = {}

    def visit(value: object) -> None:
        if isinstance(value, Import):
            found[value.names[0].name] = value.typing_only
        elif isinstance(value, tuple):
            for item in value:
                visit(item)
        elif hasattr(value, "__struct_fields__"):
            for field in value.__struct_fields__:
                visit(getattr(value, field))

    visit(module.body)
    return found


def test_imports_for_type_checkers(lower: Lower) -> None:
    """Imports only a type checker runs are marked, wherever the condition stands."""
    source = (
        "import a\n"
        "if TYPE_CHECKING:\n  import b\n  if x:\n    from c import d\nelse:\n  import e\n"
        "if not typing.TYPE_CHECKING:\n  import f\nelse:\n  import g\n"
        "try:\n  import h\nexcept ImportError:\n  import i\n"
    )
    assert _imports(lower(source)) == {
        "a": False,
        "b": True,
        "d": True,
        "e": False,
        "f": False,
        "g": True,
        "h": False,
        "i": False,
    }


def test_calls_in_type_parameters_are_told(lower: Lower) -> None:
    """A bound the model cannot hold is a note, not silence."""
    module = lower("def f[T: make()](x: T): pass\nclass C[T: int]: pass\n")
    assert [(problem.code, problem.place.span.line) for problem in module.problems] == [("LDM902", 1)]
    assert len(module.body) == 2
