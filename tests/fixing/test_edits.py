"""Remedies written into real code: what the author wrote around them stays."""

from __future__ import annotations

import pytest

from lintdem.deploy import propertied
from lintdem.fixing.splice import Unspliceable, splice
from lintdem.model.finding import Finding, Group, Level
from lintdem.model.remedy import Argument, Change, Named, Remedy, Renamed, Rewrite
from lintdem.model.span import Place, Span
from lintdem.syntax import Fixer, unmoved


def written(code: str, change: Change) -> str | None:
    """The code with the change, or None where there is no fix."""
    finding = Finding(
        path="a.py", span=change.place.span, code="LDM101", name="x", group=Group.NOTE, level=Level.NOTE, message="",
        remedies=(Remedy("do", False, (change,)),),
    )  # fmt: skip
    (found,) = Fixer(lambda path: code.encode(), propertied).with_fixes([finding])
    return splice(code.encode(), found.fixes[0].edits).decode() if found.fixes else None


def call_in(code: str) -> Place:
    """Where the call `f(…)` stands, to the last bracket."""
    line = next(number for number, text in enumerate(code.split("\n"), 1) if "f(" in text)
    column = code.split("\n")[line - 1].index("f(") + 1
    rest = code[: code.rindex(")") + 1].split("\n")
    return Place("a.py", Span(line, column, len(rest), len(rest[-1]) + 1))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("f()\n", "f(k=1)\n"),
        ("f(a)\n", "f(a, k=1)\n"),
        ("f(a, )\n", "f(a, k=1, )\n"),
        ("f(a, k=None)\n", "f(a, k=1)\n"),
        ("f(a, k=(None))\n", "f(a, k=1)\n"),
        ("f((a))\n", "f((a), k=1)\n"),
        ("f(*a)\n", "f(*a, k=1)\n"),
        ("x = f(\n    a,\n    b,  # why\n)\n", "x = f(\n    a,\n    b,  # why\n    k=1,\n)\n"),
        ("x = f(\n    a,\n    b  # why\n)\n", "x = f(\n    a,\n    b,  # why\n    k=1\n)\n"),
        ("x = f(\n    a,\n    b)\n", "x = f(\n    a,\n    b,\n    k=1)\n"),
        ("x = f(a,\n      b)\n", "x = f(a,\n      b,\n      k=1)\n"),
        ("x = f(\r\n\ta,\r\n)\r\n", "x = f(\r\n\ta,\r\n\tk=1,\r\n)\r\n"),
        ('"é𝄞"; f(a)\n', '"é𝄞"; f(a, k=1)\n'),
    ],
)
def test_argument_is_added_as_the_others_are_written(before: str, after: str) -> None:
    """Trailing commas, remarks, brackets, one argument a line, line endings: all stay, and the new one follows them."""
    assert written(before, Argument(call_in(before.replace("\r\n", "\n")), "k", "1")) == after


LONG = f"'{'x' * 70}'"
"""A value that leaves little room in its line."""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"x = f(a, {LONG})\n", f"x = f(\n    a,\n    {LONG},\n    k=g(b, c, d),\n)\n"),
        (f"if f(a, {LONG}):\n    pass\n", f"if f(\n    a,\n    {LONG},\n    k=g(b, c, d),\n):\n    pass\n"),
        (f"x = f(\n    a, {LONG}\n)\n", f"x = f(\n    a,\n    {LONG},\n    k=g(b, c, d),\n)\n"),
        (f"x = f(\r\n\ta, {LONG}\r\n)\r\n", f"x = f(\r\n\ta,\r\n\t{LONG},\r\n\tk=g(b, c, d),\r\n)\r\n"),
        ("x = f(\n    a, b\n)\n", "x = f(\n    a, b, k=g(b, c, d)\n)\n"),
        (f"x = f(a, k={LONG})\n", "x = f(a, k=g(b, c, d))\n"),
        (f"x = [f(a, {LONG})]\n", f"x = [f(a, {LONG}, k=g(b, c, d))]\n"),
        (f"f'{{f(a, {LONG[1:-1]})}}'\n", f"f'{{f(a, {LONG[1:-1]}, k=g(b, c, d))}}'\n"),
        (f"x = f(\n    a, {LONG}  # why\n)\n", f"x = f(\n    a, {LONG},  # why\n    k=g(b, c, d)\n)\n"),
    ],
)
def test_a_line_that_gets_too_long_is_broken_as_formatters_do(before: str, after: str) -> None:
    """Arguments that share a line get one each, with a comma behind the last; where a formatter would break elsewhere, or the
    author has put a remark, the line is left as it is."""
    assert written(before, Argument(call_in(before.replace("\r\n", "\n")), "k", "g(b, c, d)")) == after


def test_two_arguments_for_a_line_that_gets_too_long() -> None:
    """Both are there, with one comma each."""
    code = f"x = f(a, {LONG})\n"
    place = call_in(code)
    finding = Finding(
        path="a.py", span=place.span, code="LDM101", name="x", group=Group.NOTE, level=Level.NOTE, message="",
        remedies=(Remedy("do", False, (Argument(place, "k", "'one more'"), Argument(place, "l", "'and another'"))),),
    )  # fmt: skip
    (found,) = Fixer(lambda path: code.encode(), propertied).with_fixes([finding])
    after = splice(code.encode(), found.fixes[0].edits).decode()
    assert after == f"x = f(\n    a,\n    {LONG},\n    k='one more',\n    l='and another',\n)\n"


def test_a_value_that_gets_too_long_is_broken_inside() -> None:
    """A call that does not fit its line has what stands in its brackets in lines of their own."""
    inner = f"g('{'x' * 73}')"
    code = "x = f(\n    a,\n    k=1,\n)\n"
    broken = f"x = f(\n    a,\n    k=str(\n        {inner}\n    ),\n)\n"
    assert written(code, Argument(call_in(code), "k", f"str({inner})")) == broken
    assert written(code.replace("    k=1,\n", ""), Argument(call_in(code.replace("    k=1,\n", "")), "k", f"str({inner})")) == broken


def test_a_file_without_long_lines_gets_none() -> None:
    """Where many lines are there and none goes beyond 79, that is taken for the bound."""
    rest = "# a line\n" * 80
    code = f"x = f(a, '{'x' * 60}')\n"
    assert (written(code, Argument(call_in(code), "k", "'word'")) or "").count("\n") == 1
    assert (written(code + rest, Argument(call_in(code), "k", "'word'")) or "").count("\n") == 85


@pytest.mark.parametrize("code", ["f(**a)\n", "f(x for x in y)\n", "g(a)\n"])
def test_no_fix_where_an_argument_may_be_there_already_or_does_not_fit(code: str) -> None:
    """Behind `**` may stand the same argument, behind a bare generator none may; another call is not the one meant."""
    place = call_in(code) if "f(" in code else Place("a.py", Span(1, 2, 1, 3))
    assert written(code, Argument(place, "k", "1")) is None


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("", "import uuid\n"),
        ('"""Doc."""\n', '"""Doc."""\nimport uuid\n'),
        ("from __future__ import annotations\n", "from __future__ import annotations\nimport uuid\n"),
        ("import os\nimport sys\n", "import os\nimport sys\nimport uuid\n"),
        ("import zlib\n\nimport boto3\n", "import uuid\nimport zlib\n\nimport boto3\n"),
        ("import boto3\n", "import uuid\n\nimport boto3\n"),
        ("import os\nfrom json import dumps\n", "import os\nimport uuid\nfrom json import dumps\n"),
    ],
)
def test_import_is_added_where_it_belongs(head: str, expected: str) -> None:
    """Among the imports of its kind by the alphabet, below the docstring and the imports of the future."""
    line = head.count("\n") + 1
    change = Rewrite(Place("a.py", Span(line, 1, line, 2)), "«uuid:uuid4»()")
    assert written(f"{head}x\n", change) == f"{expected}uuid.uuid4()\n"


@pytest.mark.parametrize(
    ("head", "spelled"),
    [("import uuid as u\n", "u.uuid4"), ("from uuid import uuid4\n", "uuid4"), ("from uuid import uuid4 as new\n", "new")],
)
def test_import_that_is_there_is_used(head: str, spelled: str) -> None:
    """A module or name that the file imports is called as the file calls it, and not imported again."""
    change = Rewrite(Place("a.py", Span(2, 1, 2, 2)), "«uuid:uuid4»()")
    assert written(f"{head}x\n", change) == f"{head}{spelled}()\n"


def test_no_import_over_a_name_that_means_something_else() -> None:
    """A file that uses the module's name for something of its own gets no fix."""
    assert written("uuid = 1\nx\n", Rewrite(Place("a.py", Span(2, 1, 2, 2)), "«uuid:uuid4»()")) is None


def test_argument_gets_its_name() -> None:
    """The last argument without a name can be passed by name; one before others that have none cannot."""
    place = Place("a.py", Span(1, 1, 1, 8))
    assert written("f(a, b)\n", Named(place, 1, "k")) == "f(a, k=b)\n"
    assert written("f(a, b)\n", Named(place, 0, "k")) is None


def test_parameter_is_renamed_where_it_is_read() -> None:
    """The parameter and what reads it, no attribute, no keyword, no text; not where the new name is taken."""
    code = 'def g(old):\n    return old.old + h(old=old) + f"{old}"\n'
    place = Place("a.py", Span(1, 1, 2, len(code.split("\n")[1]) + 1))
    assert written(code, Renamed(place, "old", "new")) == 'def g(new):\n    return new.old + h(old=new) + f"{new}"\n'
    taken = code.replace("h(", "new(")
    assert written(taken, Renamed(Place("a.py", Span(1, 1, 2, len(taken.split("\n")[1]) + 1)), "old", "new")) is None


@pytest.mark.parametrize("encoding", ["utf-7", "rot13", "klingon"])
def test_no_edit_where_other_bytes_would_change(encoding: str) -> None:
    """A file in an encoding that makes no text of bytes, or writes one text in several ways, is left alone."""
    data = f"# coding: {encoding}\nx = 'a+AOQ-+AOQ-b'\n".encode()
    with pytest.raises(Unspliceable):
        splice(data, [])


def test_change_beside_its_edit_is_noticed() -> None:
    """An edit after which code elsewhere means something else is told apart from one that stays where it is."""
    before = b"def g():\n    a()\n\n\n\nb()\n"
    finding = Rewrite(Place("a.py", Span(2, 5, 2, 8)), "c()")
    edit = Fixer(lambda path: before, propertied).with_fixes(
        [Finding(path="a.py", span=finding.place.span, code="LDM101", name="x", group=Group.NOTE, level=Level.NOTE,
                 message="", remedies=(Remedy("do", True, (finding,)),))]
    )[0].fixes[0].edits  # fmt: skip
    assert unmoved(before, b"def g():\n    c()\n\n\n\nb()\n", edit)
    assert not unmoved(before, b"def g():\n    c()\n\n\n\nd()\n", edit)
    assert not unmoved(before, b"def g():\n    c()\n\n\n\n    b()\n", edit)
