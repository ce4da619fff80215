"""The shape of the source: import directions, where rules live, the size of functions and files."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted([*(ROOT / "lintdem").rglob("*.py"), *(ROOT / "rules").rglob("*.py")])
LINES_OF_A_FUNCTION = 60
LINES_OF_A_FILE = 400
LINES_OF_A_RULE = 100

LONGER_FUNCTIONS: dict[str, str] = {}
"""Functions over the limit (path:name) and why they stay whole."""

LONGER_FILES: dict[str, str] = {}
"""Files over the limit and why they stay whole."""

VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"}

each_source = pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """All functions and methods of a file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_import_contracts_hold() -> None:
    """No import goes against the directions in pyproject.toml."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_rules_stand_in_their_pack() -> None:
    """`rules/` itself is no package, so that nobody imports it by that common name."""
    assert list((ROOT / "rules").glob("*.py")) == []


@each_source
def test_module_says_what_it_is_for(path: Path) -> None:
    """Every module opens with a docstring."""
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


@each_source
def test_module_is_a_noun_of_the_domain(path: Path) -> None:
    """No module is called after being useful."""
    assert path.stem not in VAGUE_NAMES


@each_source
def test_functions_are_short(path: Path) -> None:
    """No function is longer than one screen."""
    name = path.relative_to(ROOT).as_posix()
    longer = {
        f"{name}:{node.name}"
        for node in functions(path)
        if (node.end_lineno or node.lineno) - node.lineno + 1 > LINES_OF_A_FUNCTION
    }
    assert longer == {entry for entry in LONGER_FUNCTIONS if entry.startswith(f"{name}:")}


@each_source
def test_files_are_short(path: Path) -> None:
    """No file is longer than can be kept in mind; a rule's module is shorter still."""
    name = path.relative_to(ROOT).as_posix()
    limit = LINES_OF_A_RULE if name.startswith("rules/") else LINES_OF_A_FILE
    longer = len(path.read_text(encoding="utf-8").splitlines()) > limit
    assert longer == (name in LONGER_FILES)
