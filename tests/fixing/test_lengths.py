"""How long a line may be is the formatter's to say: fixes break what goes beyond, also imports."""

from __future__ import annotations

import pytest

from lintdem.config.formatter import line_length
from lintdem.deploy import propertied
from lintdem.fixing.splice import splice
from lintdem.model.finding import Finding, Group, Level
from lintdem.model.remedy import Argument, Change, Remedy, Rewrite
from lintdem.model.span import Place, Span
from lintdem.syntax import Fixer

JOINED = "from pack import Alpha, Middle, Zeta"
BROKEN = "from pack import (\n    Alpha,\n    Middle,\n    Zeta,\n)"


def written(code: str, change: Change, length: int | None) -> str:
    """The code with the change, under a formatter with this length."""
    finding = Finding(
        path="a.py", span=change.place.span, code="LDM101", name="x", group=Group.NOTE, level=Level.NOTE, message="",
        remedies=(Remedy("do", False, (change,)),),
    )  # fmt: skip
    (found,) = Fixer(lambda path: code.encode(), propertied, lambda path: length).with_fixes([finding])
    return splice(code.encode(), found.fixes[0].edits).decode()


@pytest.mark.parametrize(
    ("head", "length", "expected"),
    [
        ("from pack import Alpha, Zeta", 36, JOINED),
        ("from pack import Alpha, Zeta", 35, BROKEN),
        ("from pack import (Alpha, Zeta)", 35, BROKEN),
        ("from pack import Alpha, Zeta  # noqa", 35, f"{JOINED}  # noqa"),
        ("from pack import Alpha, Zeta", 20, JOINED),
    ],
    ids=["it fits", "too long", "in brackets already", "a remark", "it was too long before"],
)
def test_an_import_that_gets_too_long_is_broken(head: str, length: int, expected: str) -> None:
    """Each name has a line of its own then, as formatters have it; a line with a remark stays a line."""
    change = Rewrite(Place("a.py", Span(2, 1, 2, 2)), "«pack:Middle»()")
    assert written(f"{head}\nx\n", change, length) == f"{expected}\nMiddle()\n"


@pytest.mark.parametrize(
    ("files", "length"),
    [
        ({}, None),
        ({"pyproject.toml": "[project]\nname = 'x'\n"}, None),
        ({"pyproject.toml": "[tool.ruff]\nline-length = 120\n"}, 120),
        ({"pyproject.toml": "[tool.black]\nline-length = 100\n[tool.ruff.lint]\nselect = []\n"}, 100),
        ({"pyproject.toml": "[tool.black]\nskip-string-normalization = true\n"}, 88),
        ({"ruff.toml": "line-length = 79\n", "pyproject.toml": "[tool.black]\nline-length = 100\n"}, 79),
        ({"src/ruff.toml": "line-length = 79\n", "ruff.toml": "line-length = 120\n"}, 79),
        ({"ruff.toml": "extend = '../ruff.toml'\n"}, None),
        ({"ruff.toml": "line-length = 'wide'\n"}, None),
        ({"ruff.toml": "line-length = \n", "pyproject.toml": "[tool.black]\n"}, 88),
    ],
)
def test_the_nearest_settings_of_a_formatter_count(files: dict[str, str], length: int | None) -> None:
    """ruff's own file before the shared one, the nearer before the farther; what cannot be read says nothing."""
    assert line_length("src/app/a.py", lambda path: files[path].encode() if path in files else None) == length


def test_a_call_is_broken_where_the_formatter_breaks_it() -> None:
    """A line that is allowed stays one, whatever the usual length is."""
    code = f"x = f(a, '{'x' * 80}')\n"
    change = Argument(Place("a.py", Span(1, 5, 1, len(code))), "k", "1")
    assert written(code, change, 100) == code.replace(")", ", k=1)")
    assert written(code, change, 96).count("\n") == 5


def test_a_call_that_is_all_of_another_gets_a_line_of_its_own() -> None:
    """Formatters break the outer brackets first, and the inner ones only where that does not do."""
    code = "function.add_event_source(f(self.queue))\n"
    change = Argument(Place("a.py", Span(1, 27, 1, 40)), "k", "True")
    assert written(code, change, 48) == code.replace("))", ", k=True))")
    assert written(code, change, 47) == "function.add_event_source(\n    f(self.queue, k=True)\n)\n"
