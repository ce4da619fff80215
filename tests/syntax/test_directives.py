"""`# lintdem:` comments are found where they are comments, and speak for the right lines."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lintdem.model.module import Directive, Module

Lower = Callable[[str], Module]


def _only(module: Module) -> Directive:
    (directive,) = module.directives
    return directive


@pytest.mark.parametrize(
    ("comment", "kind", "names", "reason"),
    [
        ("# lintdem: ignore[LDM301]", "ignore", ("LDM301",), ""),
        ("# lintdem: ignore[LDM301, unguarded-effect] rebuilt, every [night]", "ignore", ("LDM301", "unguarded-effect"), "rebuilt, every [night]"),
        ("# lintdem: ignore[LDM301] -- why", "ignore", ("LDM301",), "why"),
        ("#lintdem:ignore[LDM301]why #12", "ignore", ("LDM301",), "why #12"),
        ("# lintdem: ignore-file[LDM301] generated", "ignore-file", ("LDM301",), "generated"),
        ("# lintdem: idempotent", "idempotent", (), ""),
        ("# lintdem: idempotent -- upsert", "idempotent", (), "upsert"),
        ("# lintdem: guarded-by[orders table condition]", "guarded-by", ("orders table condition",), ""),
        ("# lintdem: source[sqs]", "source", ("sqs",), ""),
        ("# lintdem: ignore", "unknown", (), "ignore"),
        ("# lintdem: ignore LDM301", "unknown", (), "ignore LDM301"),
        ("# lintdem: ignore[]", "unknown", (), "ignore[]"),
        ("# lintdem: ignore[LDM301", "unknown", (), "ignore[LDM301"),
        ("# lintdem: idempotently", "unknown", (), "idempotently"),
        ("# lintdem: suppress[LDM301]", "unknown", (), "suppress[LDM301]"),
        ("# lintdem:", "unknown", (), ""),
    ],
)  # fmt: skip
def test_forms(lower: Lower, comment: str, kind: str, names: tuple[str, ...], reason: str) -> None:
    """Names stand in brackets, the reason behind them; what is malformed is unknown and keeps its words."""
    directive = _only(lower(f"f()  {comment}\n"))
    assert (directive.kind, directive.names, directive.reason) == (kind, names, reason)
    span = directive.span
    assert (span.line, span.column, span.end_line, span.end_column) == (1, 6, 1, 6 + len(comment))


@pytest.mark.parametrize(
    "source",
    [
        "x = '# lintdem: ignore[A]'\n",
        "x = '''\n# lintdem: ignore[A]\n'''\n",
        "x = f'''{y}\n# lintdem: ignore[A]\n'''\n",
        "# see lintdem: ignore[A]\n",
    ],
)
def test_strings_and_prose_are_no_directives(lower: Lower, source: str) -> None:
    """Only a comment that begins with the mark is a directive."""
    assert lower(source).directives == ()


def test_beside_other_comments(lower: Lower) -> None:
    """A directive may follow another tool's comment, or another directive, on the same line."""
    module = lower("f()  # type: ignore  # lintdem: ignore[A] b # lintdem: idempotent\n")
    assert [(item.kind, item.reason, item.span.column) for item in module.directives] == [
        ("ignore", "b", 22),
        ("idempotent", "", 45),
    ]


MARK = "# lintdem: ignore[A]"


@pytest.mark.parametrize(
    ("source", "covers"),
    [
        (f"a()\nb()  {MARK}\nc()\n", (2, 2)),
        (f"a(\n  1,  {MARK}\n  2,\n)\n", (1, 4)),
        (f"a(\n  1,\n  2,\n)  {MARK}\n", (1, 4)),
        (f"a(\n  {MARK}\n  1,\n)\n", (1, 4)),
        (f"x = '''\n\n'''  {MARK}\n", (1, 3)),
        (f"{MARK}\na(\n 1)\nb()\n", (2, 3)),
        (f"{MARK}\n\n# more\na()\n", (4, 4)),
        (f"if a(\n  1):  {MARK}\n  b()\n", (1, 2)),
        (f"{MARK}\nif a(\n  1):\n  b()\n", (2, 3)),
        (f"if a: b(\n  1)  {MARK}\n", (1, 2)),
        (f"if a:\n  {MARK}\n  b()\n", (3, 3)),
        (f"if a:\n  b()\nelse:  {MARK}\n  c()\n", (3, 3)),
        (f"try:\n  b()\nexcept (\n  E):  {MARK}\n  c()\n", (3, 4)),
        (f"with a() as b, \\\n  c():  {MARK}\n  d()\n", (1, 2)),
        (f"match a(\n):  {MARK}\n  case 1:\n    b()\n", (1, 2)),
        (f"def f():  {MARK}\n  a()\n  b()\n", (1, 1)),
        (f"{MARK}\ndef f():\n  a()\n\n  b()\nc()\n", (2, 5)),
        (f"{MARK}\n@d\nasync def f(\n  a):\n  b()\n", (2, 5)),
        (f"@d\n{MARK}\ndef f():\n  b()\n", (1, 4)),
        (f"@d(\n  1)  {MARK}\ndef f():\n  b()\n", (1, 3)),
        (f"{MARK}\nclass C:\n  def f(self):\n    a()\n", (2, 4)),
        (f"class C:\n  {MARK}\n  def f(self):\n    a()\n  x = 1\n", (3, 4)),
        (f"def f(\n  a,\n  {MARK}\n  b):\n  c()\n", (1, 4)),
        (f"def f():\n  a()\n  {MARK}\nb()\n", (4, 4)),
        (f"a()\n{MARK}\n", (2, 2)),
        (f"{MARK}", (1, 1)),
        ("a()\n# lintdem: ignore-file[A]\nb()\n", (1, 3)),
    ],
)
def test_covered_lines(lower: Lower, source: str, covers: tuple[int, int]) -> None:
    """Trailing: the logical line. Alone: the next statement's first lines, or the whole next definition."""
    assert _only(lower(source)).covers == covers


def test_a_very_long_comment(lower: Lower) -> None:
    """Long comments made to slow a reader down are read like others."""
    module = lower("a()  # lintdem: ignore[" + "A," * 50_000 + " " * 50_000 + "\n# " + "#" * 100_000 + "\n")
    assert _only(module).kind == "unknown"
