"""Every kind of expression keeps what it says."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lintdem.model.module import Module

Value = Callable[[str], str]
Body = Callable[[str], list[str]]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("None", "None"),
        ("True", "True"),
        ("0x_ff", "255"),
        ("0b11", "3"),
        ("0o17", "15"),
        ("1_000.5", "1000.5"),
        ("18446744073709551615", "18446744073709551615"),
        ("18446744073709551616", "Opaque('large integer')"),
        ("1" * 5000, "Opaque('large integer')"),
        ("3j", "Opaque('complex number')"),
        ("...", "Dots()"),
        ("'a\\tb\\x41\\101\\u00e9\\N{DASH}\\q'".replace("DASH", "EM DASH"), repr("a\tbAA\u00e9\u2014\\q")),
        ("r'a\\tb'", "'a\\\\tb'"),
        ("'''it's\nhere'''", '"it\'s\\nhere"'),
        ("''", "''"),
        ('""""""', "''"),
        ("b'\\x00\\777a\\u'", "Bytes(b'\\x00\\xffa\\\\u')"),
        ("Rb'\\x'", "Bytes(b'\\\\x')"),
        ("'\\ud800'", "Opaque('text that is not Unicode')"),
        ("'a' 'b' \"c\"", "'abc'"),
        ("('a'\n 'b')", "'ab'"),
        ("b'a' b'b'", "Bytes(b'ab')"),
    ],
)
def test_literals(value: Value, source: str, expected: str) -> None:
    """A literal has Python's own value, or says that the model cannot hold it."""
    assert value(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("f'a{b}c'", "Format(parts=['a', b, 'c'])"),
        ("f'{b!r}'", "Format(parts=[b])"),
        ("f'{b:>10}'", "Format(parts=[Opaque('format', parts=[b, '>10'])])"),
        ("f'{b:{w}.{p()}}'", "Format(parts=[Opaque('format', parts=[b, w, '.', Call(p)])])"),
        ("f'{b = }'", "Format(parts=['b = ', b])"),
        ("f'{{x}}\\n'", "Format(parts=['{x}\\n'])"),
        ("rf'{{\\n{b}'", "Format(parts=['{\\\\n', b])"),
        ("'a' f'{b}' 'c'", "Format(parts=['a', b, 'c'])"),
        ("f''", "Format()"),
        ("f'{f(\"x\")}'", "Format(parts=[Call(f, args=[Arg('x')])])"),
        ("t'a{b}'", "Format(parts=['a', b])"),
    ],
)
def test_format_strings(value: Value, source: str, expected: str) -> None:
    """Text and values of an f-string stand side by side; a format keeps the values inside it."""
    assert value(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a.b.c", "Attr(Attr(a, 'b'), 'c')"),
        ("a[1]", "Item(a, 1)"),
        ("a[1,]", "Item(a, Sequence('tuple', items=[1]))"),
        ("a[1:x, ::2, ...]", "Item(a, Sequence('tuple', items=[Slice(lower=1, upper=x), Slice(step=2), Dots()]))"),
        ("a[*b]", "Item(a, Star(b))"),
        ("f(1, *a, k=2, **b)", "Call(f, args=[Arg(1), Arg(a, star='*'), Arg(2, name='k'), Arg(b, star='**')])"),
        ("f(x for x in y)", "Call(f, args=[Arg(Comprehension('generator', x, [Clause(x, y)]))])"),
        ("[1, *a]", "Sequence('list', items=[1, Star(a)])"),
        ("(1,)", "Sequence('tuple', items=[1])"),
        ("()", "Sequence('tuple')"),
        ("1, *a", "Sequence('tuple', items=[1, Star(a)])"),
        ("{1, a}", "Sequence('set', items=[1, a])"),
        ("{'a': b, **c}", "Dict(entries=[Entry('a', b), Entry(None, c)])"),
        ("{}", "Dict()"),
        ("-a ** ~b", "Unary('-', Binary('**', a, Unary('~', b)))"),
        ("not a", "Unary('not', a)"),
        ("a + b * c // d", "Binary('+', a, Binary('//', Binary('*', b, c), d))"),
        (
            "a @ b | c ^ d & e << f",
            "Binary('|', Binary('@', a, b), Binary('^', c, Binary('&', d, Binary('<<', e, f))))",
        ),
        ("a < b <= c", "Compare(a, ['<', '<='], [b, c])"),
        ("a not in b", "Compare(a, ['not in'], [b])"),
        ("a is not None", "Compare(a, ['is not'], [None])"),
        ("a and b and c or d", "Logic('or', [Logic('and', [a, b, c]), d])"),
        ("(a or b) or c", "Logic('or', [Logic('or', [a, b]), c])"),
        ("a if b else c if d else e", "Choice(b, a, Choice(d, c, e))"),
        ("(a := b())", "Walrus(a, Call(b))"),
        (
            "[f(x) async for x in y if x if z for w in x]",
            "Comprehension('list', Call(f, args=[Arg(x)]), [Clause(x, y, tests=[x, z], is_async=True), Clause(w, x)])",
        ),
        ("{x for x in y}", "Comprehension('set', x, [Clause(x, y)])"),
        ("{k: v() for k in y}", "Comprehension('dict', Call(v), [Clause(k, y)], key=k)"),
        (
            "lambda a, /, b=1, *c, d=f(), **e: a()",
            (
                "Lambda([Parameter('a', kind='positional'), Parameter('b', default=1), Parameter('c', kind='star'), "
                "Parameter('d', kind='keyword', default=Call(f)), Parameter('e', kind='stars')], Call(a))"
            ),
        ),
    ],
)
def test_operations(value: Value, source: str, expected: str) -> None:
    """Operators, displays, calls and comprehensions keep all their parts in order."""
    assert value(source) == expected


def test_unknown_expressions_keep_their_parts(value: Value) -> None:
    """What the model has no node for is opaque, and calls inside it are still seen."""
    assert value("{**f(a) for a in g()}") == "Opaque('StarredDictComp', parts=[Call(f, args=[Arg(a)]), a, Call(g)])"


def test_await_and_yield(body: Body) -> None:
    """`await`, `yield` and `yield from` keep their values."""
    (line,) = body("async def f():\n    await a()\n    x = yield\n    yield b()\n")
    assert "Eval(Await(Call(a)))" in line
    assert "Assign([x], Yield())" in line
    assert "Eval(Yield(value=Call(b)))" in line
    (line,) = body("def f():\n    yield from c()\n")
    assert "Eval(Yield(value=Call(c), delegates=True))" in line


def test_long_chains(value: Value) -> None:
    """A chain of a hundred terms is a chain; a longer one keeps every term, side by side."""
    assert value(" + ".join("abc")) == "Binary('+', Binary('+', a, b), c)"
    terms = [f"f{number}()" for number in range(500)]
    expected = ", ".join(f"Call(f{number})" for number in range(500))
    assert value(" + ".join(terms)) == f"Opaque('long chain', parts=[{expected}])"


def test_deep_values_are_refused(lower: Callable[[str], Module]) -> None:
    """Values nested beyond reason make the file unreadable, at the place where it becomes too much."""
    module = lower("x = 1\ny = a" + ".b" * 250)
    (problem,) = module.problems
    assert (problem.code, problem.place.span.line, module.body) == ("LDM901", 2, ())
    assert "nested too deeply" in problem.message
