"""A handler's run does not depend on the runs before it: in any order they give the same report."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from lintdem.analyses.runs import run_all
from lintdem.deploy import is_template, read_stacks
from lintdem.program import Program, link
from lintdem.room import with_room
from lintdem.rule import Facts, load_rules, run
from lintdem.syntax import lower_source
from lintdem.testing.pages import parse_page

ROOT = Path(__file__).parents[1]
PAGES = sorted([*(ROOT / "rules/lintdem_rules").glob("*.md"), *(ROOT / "tests/cases").glob("*.md")])
RULES = load_rules(["lintdem_rules"])


def program(files: Mapping[str, str]) -> Program:
    """The linked program of these files."""
    modules = [lower_source(path, text.encode()) for path, text in files.items() if path.endswith(".py")]
    templates = {path: text for path, text in files.items() if not path.endswith(".py") and is_template(path, text.encode())}
    return link(modules, read_stacks(templates))


def found(linked: Program, order: Sequence[int] | None = None) -> list[object]:
    """What all rules find, with the runs made in this order."""
    numbers = range(len(linked.handlers)) if order is None else order
    findings, problems = with_room(lambda: run(RULES, linked, Facts(linked, lambda one: run_all(one, spread=lambda work, _: ((number, work(number)) for number in numbers)))))
    return [*findings, *problems]


def page(path: Path) -> dict[str, str]:
    """The files of all cases of a page, each case in a folder of its own."""
    cases = parse_page(path.read_text(encoding="utf-8"), path.name).cases
    return {f"case{number}/{name}": text for number, case in enumerate(cases) for name, text in case.files.items()}


def shuffled(linked: Program, seed: int) -> list[int]:
    """The handlers in another order."""
    return random.Random(seed).sample(range(len(linked.handlers)), len(linked.handlers))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_order_of_runs(path: Path) -> None:
    """The cases of a page as one program: backwards and shuffled, the rules find what they find in order."""
    linked = program(page(path))
    expected = found(linked)
    assert found(linked, range(len(linked.handlers))[::-1]) == expected
    assert found(linked, shuffled(linked, 7)) == expected


def test_order_of_runs_in_the_sample() -> None:
    """The same of the sample application, whose handlers share a layer."""
    paths = sorted([*(ROOT / "sample").rglob("*.py"), *(ROOT / "sample").rglob("*.yaml")])
    linked = program({path.relative_to(ROOT / "sample").as_posix(): path.read_text(encoding="utf-8") for path in paths})
    expected = found(linked)
    assert expected
    for seed in range(4):
        assert found(linked, shuffled(linked, seed)) == expected
